import { Link, useLocation } from 'wouter'
import { type ApiFailure, isSignedOut, wantsSignIn } from '../api/failure.ts'
import { paths } from '../lib/paths.ts'
import { Button, buttonClass } from '../ui/Button.tsx'
import { Note } from '../ui/Note.tsx'

/** What failed, in the words of whoever failed. One place each: the page, the form or the row that asked. */
export function FailureNote({ failure, onRetry }: { failure: ApiFailure | null; onRetry?: () => void }) {
  if (!failure || (failure.code === 'invalid-input' && failure.fields.size > 0)) return null
  if (wantsSignIn(failure)) return <NotDone failure={failure} />
  // The same account would be refused again.
  const retry = onRetry && failure.code !== 'not-allowed' && <Button onClick={onRetry}>Try again</Button>
  const behind = failure.code === 'upstream-failed' || failure.code === 'upstream-unreachable'
  const action = (retry || behind) && (
    <span className="flex flex-wrap gap-2">
      {retry}
      {behind && <SeeWhatAnswers />}
    </span>
  )
  return (
    <Note tone="critical" alert title={failure.title} action={action}>
      {failure.message}
      {failure.instance && <span className="block text-xs text-muted">In the console’s log: {failure.instance}</span>}
    </Note>
  )
}

/** The sign-in opens over the page; what was asked for is not done by it, and is not done afterwards by itself. */
const NotDone = ({ failure }: { failure: ApiFailure }) => (
  <Note tone="warning" alert title="Not done">
    {isSignedOut(failure) ? 'The session had ended.' : failure.message} Once signed in, do it again.
  </Note>
)

/** The page that says which server is silent, and why. */
function SeeWhatAnswers() {
  const [here] = useLocation()
  if (here === paths.kms) return null
  return (
    <Link href={paths.kms} className={buttonClass('quiet')}>
      See which servers answer
    </Link>
  )
}
