import { Button } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { Time } from '../../ui/Text.tsx'
import type { HousePolicy } from './house-draft.ts'
import { encryptionWords } from './seal-of-bucket.ts'

type Props = { policy: HousePolicy; onTheirs: () => void; onMine: () => void }

/** Somebody else saved rules while these were being changed. Nothing is lost until it is decided. */
export const HouseConflict = ({ policy: { rules, changedAt, changedBy }, onTheirs, onMine }: Props) => (
  <Note
    tone="warning"
    alert
    title="Somebody else changed the rules meanwhile"
    action={
      <div className="flex flex-wrap gap-2">
        <Button onClick={onTheirs}>Take theirs, drop mine</Button>
        <Button onClick={onMine}>Go on with mine, over theirs</Button>
      </div>
    }
  >
    <p>
      {changedBy ?? 'Somebody'} saved {changedAt && <Time at={changedAt} />}; your changes are still here, and not
      saved. Theirs:
    </p>
    {rules.length === 0 ? (
      <p>No rules at all.</p>
    ) : (
      <ol className="mt-1 list-decimal pl-5">
        {rules.map((rule) => (
          <li key={`${rule.pattern} ${rule.mode} ${rule.key}`}>
            <span className="font-mono text-xs">{rule.pattern}</span>: {encryptionWords(rule)}
          </li>
        ))}
      </ol>
    )}
  </Note>
)
