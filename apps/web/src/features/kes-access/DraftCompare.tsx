import type { KesAccess, KesPolicy } from '@strongroom/shared/kes-access'
import { counted } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { Time } from '../../ui/Text.tsx'
import { type Difference, differences } from './draft.ts'

type Props = { policy: KesPolicy; access: KesAccess; onCompare: () => void; busy: boolean }

/** Draft against loaded: the only way to know that a reload has worked. */
export function DraftCompare({ policy, access, onCompare, busy }: Props) {
  const loaded = access.policies.find(({ name }) => name === policy.name)
  return (
    <section aria-label="Compare with KES" className="space-y-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-lg font-semibold">Compare with KES</h2>
        <Button busy={busy} onClick={onCompare}>
          Compare with KES
        </Button>
      </div>
      <p className="text-sm text-muted">
        <span className="font-mono text-xs">{access.endpoint}</span>, read <Time at={access.readAt} />.
      </p>
      <div role="status">
        {loaded ? (
          <Answer differing={differences(policy, loaded)} />
        ) : (
          <Note tone="info" title="KES has no policy of this name yet">
            If the file names it and KES was told to read it, then KES has refused the file: look at its log.
          </Note>
        )}
      </div>
    </section>
  )
}

const signs = {
  draft: { sign: '+', words: 'in the draft, not loaded' },
  kes: { sign: '−', words: 'loaded, not in the draft' },
}

function Answer({ differing }: { differing: readonly Difference[] }) {
  if (differing.length === 0) return <Note tone="good" title="KES has loaded exactly this draft" />
  return (
    <div className="space-y-2">
      <Note tone="warning" title={`KES has loaded other lines: ${counted(differing.length, 'difference')}`}>
        As long as this stands, what is loaded counts, whatever the file says.
      </Note>
      <ul className="rounded-md border border-line bg-surface px-3 py-2 font-mono text-xs leading-5">
        {differing.map(({ list, text, only }) => (
          <li
            key={`${list} ${only} ${text}`}
            className={`wrap-anywhere ${only === 'draft' ? 'text-good' : 'text-critical'}`}
          >
            {signs[only].sign} {list}: {text} <span className="font-sans text-muted">({signs[only].words})</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
