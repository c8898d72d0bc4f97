import { type RootRotation, readRootRotation } from '@strongroom/shared/iam'
import { useQuery } from '@tanstack/react-query'
import { query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { StaleLine } from '../../components/ReadView.tsx'
import { counted } from '../../lib/format.ts'
import { Icon, type IconName } from '../../ui/Icon.tsx'
import { type Tone, toneInk } from '../../ui/Note.tsx'
import { ScrollBox, Time } from '../../ui/Text.tsx'

const verdicts: Record<RootRotation['verdict'], { word: string; icon: IconName; tone: Tone }> = {
  safe: { word: 'Yes', icon: 'good', tone: 'good' },
  'not-safe': { word: 'No', icon: 'critical', tone: 'critical' },
  unknown: { word: 'Can’t be told', icon: 'unknown', tone: 'warning' },
}

const SHOWN = 2

/** May the root password be changed now? Yes or no, with the reasons. */
export function RootAnswer() {
  const rotation = useQuery(query(readRootRotation, {}))
  return (
    <section aria-labelledby="root-rotation" className="min-h-60 space-y-2">
      <h2 id="root-rotation" className="text-sm font-medium text-muted">
        May the root password be changed now?
      </h2>
      <StaleLine read={rotation} />
      {rotation.data && <Answer rotation={rotation.data} stale={rotation.error !== null} />}
      {rotation.isPending && <p className="text-muted">Looking …</p>}
      {!rotation.data && rotation.error && (
        <FailureNote failure={rotation.error} onRetry={() => void rotation.refetch()} />
      )}
    </section>
  )
}

function Answer({
  rotation: { verdict, reasons, takenAt, rootAccounts },
  stale,
}: {
  rotation: RootRotation
  stale: boolean
}) {
  const { word, icon, tone } = verdicts[verdict]
  return (
    <div className={stale ? 'stale space-y-2' : 'space-y-2'}>
      <p className="flex items-center gap-2 text-xl font-semibold">
        <Icon name={icon} size={20} className={toneInk(tone)} />
        {word}
      </p>
      <Reasons reasons={reasons.slice(0, SHOWN)} short />
      {reasons.length > 0 && (
        <details className="text-sm">
          <summary className="text-muted hover:text-ink">{counted(reasons.length, 'reason')} in full</summary>
          <Reasons reasons={reasons} />
        </details>
      )}
      {rootAccounts && rootAccounts.length > 0 && (
        <details className="text-sm">
          <summary className="text-muted hover:text-ink">
            {counted(rootAccounts.length, 'service account')} of the root user
          </summary>
          <ScrollBox className="max-h-40">
            <ul className="font-mono text-xs">
              {rootAccounts.map((name) => (
                <li key={name} className="truncate">
                  {name}
                </li>
              ))}
            </ul>
          </ScrollBox>
        </details>
      )}
      <p className="text-xs text-muted">
        {takenAt ? (
          <>
            From the drives, read <Time at={takenAt} />.
          </>
        ) : (
          'The drives have not been read yet.'
        )}
      </p>
    </div>
  )
}

/** `short`: two lines of each, so that the answer has the height that is kept for it. */
const Reasons = ({ reasons, short = false }: { reasons: readonly string[]; short?: boolean }) => (
  <ul className="mt-1 max-w-[90ch] list-disc space-y-1 pl-5 text-sm">
    {reasons.map((reason) => (
      <li key={reason}>
        <span className={`wrap-anywhere ${short ? 'line-clamp-2' : ''}`}>{reason}</span>
      </li>
    ))}
  </ul>
)
