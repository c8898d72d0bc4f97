import { readSession, type Session } from '@strongroom/shared/session'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { isSignedOut } from '../api/failure.ts'
import { query, queryClient } from '../api/query.ts'
import { sessionRenewed, useSignInAsked } from '../api/session.ts'
import { FailureNote } from '../components/FailureNote.tsx'
import { SignInAgain } from '../features/session/SignInAgain.tsx'
import { SignInPage } from '../features/session/SignInPage.tsx'

/** Shows the app to somebody who is signed in; when the session ends in mid-work it asks again over the page. */
export function Gate({ children }: { children: ReactNode }) {
  const session = useQuery({ ...query(readSession, {}), staleTime: 60_000 })
  const why = useSignInAsked()
  if (session.data)
    return (
      <>
        {children}
        {why !== null && (
          <SignInAgain
            why={why}
            accessKey={session.data.accessKey}
            onSignedIn={(next) => signedIn(next, session.data)}
          />
        )}
      </>
    )
  if (session.isPending) return <p className="sr-only">Reading the session …</p>
  if (isSignedOut(session.error)) return <SignInPage onSignedIn={signedIn} />
  return (
    <main className="mx-auto max-w-lg px-5 py-20">
      <h1 className="mb-3 text-xl font-semibold">Strongroom</h1>
      <FailureNote failure={session.error} onRetry={() => void session.refetch()} />
    </main>
  )
}

/** What another account had read must not stay on the screen of this one. */
function signedIn(session: Session, before?: Session) {
  sessionRenewed()
  queryClient.setQueryData(query(readSession, {}).queryKey, session)
  const others = { predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== readSession.path }
  void (before && before.account !== session.account
    ? queryClient.resetQueries(others)
    : queryClient.invalidateQueries(others))
}
