import type { ApiFailure } from '../api/failure.ts'
import { Button } from '../ui/Button.tsx'
import { Note } from '../ui/Note.tsx'

/** What failed, in the words of whoever failed. One place each: the page, the form or the row that asked. */
export function FailureNote({ failure, onRetry }: { failure: ApiFailure | null; onRetry?: () => void }) {
  if (!failure || (failure.code === 'invalid-input' && failure.fields.size > 0)) return null
  // The same account would be refused again.
  const action = onRetry && failure.code !== 'not-allowed' && <Button onClick={onRetry}>Try again</Button>
  return (
    <Note tone="critical" alert title={failure.title} action={action}>
      {failure.message}
      {failure.instance && <span className="block text-xs text-muted">In the console’s log: {failure.instance}</span>}
    </Note>
  )
}
