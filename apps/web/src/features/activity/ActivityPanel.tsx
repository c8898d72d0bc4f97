import type { Activity } from '@strongroom/shared/activity'
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
          ? 'It was begun, and how it ended is not in the trail: the console stopped in between. Look at the key itself.'
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
        {act !== 'drill' && (
          <Link href={paths.key(target)} className={buttonClass()}>
            Show the key
          </Link>
        )}
        <Link href={paths.activityOf(target)} className={buttonClass()}>
          All that was done to it
        </Link>
      </div>
    </SidePanel>
  )
}
