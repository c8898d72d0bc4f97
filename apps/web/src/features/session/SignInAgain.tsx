import type { Session } from '@strongroom/shared/session'
import { Dialog } from '../../ui/Dialog.tsx'
import { SignInForm } from './SignInForm.tsx'

/** Over the page, which stays as it is: what was typed there is not lost. */
export function SignInAgain({ accessKey, onSignedIn }: { accessKey: string; onSignedIn: (session: Session) => void }) {
  return (
    <Dialog title="Sign in again">
      <p className="text-muted">
        The session has ended. The page behind stays as it is, and goes on after you sign in.
      </p>
      <SignInForm accessKey={accessKey} onSignedIn={onSignedIn} />
    </Dialog>
  )
}
