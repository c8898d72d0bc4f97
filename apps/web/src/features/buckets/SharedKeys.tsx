import { counted } from '../../lib/format.ts'
import { Note } from '../../ui/Note.tsx'
import type { sharedKeys } from './house-draft.ts'

const NAMED = 3

/** What is deleted with the key of one bucket, is lost in the other. */
export function SharedKeys({ shared }: { shared: ReturnType<typeof sharedKeys> }) {
  if (shared.size === 0) return null
  const more = shared.size - NAMED
  return (
    <Note tone="warning" title="Some buckets share a key, though {bucket} stands in its name">
      <p>
        KES takes no dots in the names of keys, so they become dashes: whoever may use the key of one bucket may use it
        in the other, and deleting it loses what both of them hold.
      </p>
      <ul className="mt-1 list-disc pl-5">
        {[...shared].slice(0, NAMED).map(([key, buckets]) => (
          <li key={key} className="wrap-anywhere">
            <span className="font-mono text-xs">{key}</span>: {buckets.join(', ')}
          </li>
        ))}
        {more > 0 && <li>and {counted(more, 'more key', 'more keys')}</li>}
      </ul>
    </Note>
  )
}
