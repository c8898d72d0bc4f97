import type { Session } from '@strongroom/shared/session'
import { Dialog } from '../../ui/Dialog.tsx'
import { SignInForm } from './SignInForm.tsx'

interface SignInAgainProps {
  why: string
  accessKey: string
  onSignedIn: (session: Session) => void
}

/** Over the page, which stays as it is: what was typed there is not lost. */
export function SignInAgain({ why, accessKey, onSignedIn }: SignInAgainProps) {
  return (
    <Dialog title="Sign in again">
      <p>{why}</p>
      <p className="text-muted">The page behind stays as it is, and goes on after you sign in.</p>
      <SignInForm accessKey={accessKey} onSignedIn={onSignedIn} />
    </Dialog>
  )
}
