import { type Activity, BUCKET_ACTS, KEY_ACTS } from '@strongroom/shared/activity'
import { BucketName } from '@strongroom/shared/bucket-name'
import { Link } from 'wouter'
import { exact } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { buttonClass } from '../../ui/Button.tsx'
import { Note, type Tone } from '../../ui/Note.tsx'
import { SidePanel } from '../../ui/SidePanel.tsx'
import { CopyButton, Facts } from '../../ui/Text.tsx'
import { actWords, outcomes } from './activity-words.ts'

const tones: Record<Activity['outcome'], Tone> = { done: 'good', failed: 'critical', begun: 'warning' }

/** One act with all that the trail says of it. */
export function ActivityPanel({ entry, onClose }: { entry: Activity; onClose: () => void }) {
  const { act, target, outcome, detail, account, at, requestId } = entry
  return (
    <SidePanel title={`${actWords[act]}: ${target}`} onClose={onClose}>
      <Note tone={tones[outcome]} title={outcomes[outcome].word}>
        {outcome === 'begun'
          ? 'It was begun, and how it ended is not in the trail: the console stopped in between. Look at what it was done to.'
          : detail}
      </Note>
      <Facts
        facts={[
          ['By', account],
          ['When', exact(at)],
          [
            'Request',
            <span key="r" className="inline-flex flex-wrap items-center gap-1">
              <span className="font-mono text-xs wrap-anywhere">{requestId}</span>
              <CopyButton text={requestId} />
            </span>,
          ],
        ]}
      />
      <p className="text-sm text-muted">The console’s log carries the same request id.</p>
      <div className="flex flex-wrap gap-2">
        <TargetLink entry={entry} />
        <Link href={paths.activityOf(target)} className={buttonClass()}>
          All entries under this name
        </Link>
      </div>
    </SidePanel>
  )
}

const onKey = new Set<Activity['act']>(KEY_ACTS)
const onBucket = new Set<Activity['act']>(BUCKET_ACTS)

/** A run on many buckets has none to show; its job is named in what was said. */
function TargetLink({ entry: { act, target } }: { entry: Activity }) {
  const isBucket = onBucket.has(act) && act !== 'clean-up-batch-job' && BucketName.safeParse(target).success
  if (onKey.has(act)) return <TargetButton href={paths.key(target)}>Show the key</TargetButton>
  if (isBucket) return <TargetButton href={paths.bucket(target)}>Show the bucket</TargetButton>
  return null
}

const TargetButton = ({ href, children }: { href: string; children: string }) => (
  <Link href={href} className={buttonClass()}>
    {children}
  </Link>
)
