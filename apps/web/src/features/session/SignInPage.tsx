import type { Session } from '@strongroom/shared/session'
import { useEffect } from 'react'
import { SignInForm } from './SignInForm.tsx'

/** The whole screen, when nobody is signed in. The address stays, so that it leads to where somebody wanted to go. */
export function SignInPage({ onSignedIn }: { onSignedIn: (session: Session) => void }) {
  useEffect(() => {
    document.title = 'Sign in · Strongroom'
  }, [])
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-6 px-5 py-10">
      <header>
        <h1 className="text-verdict font-semibold">Strongroom</h1>
        <p className="text-muted">The encryption console for MinIO and Kypello. Sign in with a MinIO access key.</p>
      </header>
      <div className="rounded-lg border border-line bg-surface p-5">
        <SignInForm onSignedIn={onSignedIn} />
      </div>
    </main>
  )
}
