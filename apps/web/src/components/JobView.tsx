import { cancelJob, type Job, jobEnded } from '@strongroom/shared/jobs'
import { useEffect, useRef, useState } from 'react'
import { jobChanged, useJob } from '../api/job-stream.ts'
import { useCall } from '../api/query.ts'
import { count, counted, duration, rate, share } from '../lib/format.ts'
import { sealSegments } from '../lib/seal.ts'
import { Button } from '../ui/Button.tsx'
import { Note } from '../ui/Note.tsx'
import { SealBar } from '../ui/Seal.tsx'
import { Facts, Time } from '../ui/Text.tsx'
import { useNow } from '../ui/use-now.ts'
import { FailureNote } from './FailureNote.tsx'
import { ReadView } from './ReadView.tsx'

export const jobWords: Record<Job['kind'], string> = {
  'iam-audit': 'Reading the drives',
  'iam-migration': 'IAM migration',
}

export const stateWords: Record<Job['state'], string> = {
  queued: 'Queued',
  running: 'Running',
  paused: 'Paused',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Stopped',
}

type Props = { id: string; defaultKey: string | null; showSeals?: boolean }

/** A job while it runs, and its report when it has ended. */
export function JobView({ id, defaultKey, showSeals = true }: Props) {
  const job = useJob(id)
  return (
    <section aria-label="Job" className="space-y-4 rounded-md border border-line bg-surface p-4">
      <ReadView read={job} height="h-40">
        {(data) => <JobReport job={data} defaultKey={defaultKey} showSeals={showSeals} />}
      </ReadView>
    </section>
  )
}

function JobReport({ job, defaultKey, showSeals }: { job: Job; defaultKey: string | null; showSeals: boolean }) {
  const stop = useCall(cancelJob, jobChanged)
  const ended = jobEnded(job)
  const now = useNow()
  return (
    <>
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="text-lg font-semibold">
            {jobWords[job.kind]}: {stateWords[job.state].toLowerCase()}
          </h2>
          {job.state !== 'failed' && (
            <p className="text-muted wrap-anywhere" role="status">
              {job.message}
            </p>
          )}
        </div>
        {!ended && (
          <Button look="danger" busy={stop.isPending} onClick={() => stop.mutate({ id: job.id })}>
            Stop
          </Button>
        )}
      </header>
      {!ended && (
        <p className="text-sm text-muted">
          Stopping is safe: what is done stays done, and the next run looks at the drives again.
        </p>
      )}
      {job.state === 'failed' && (
        <Note tone="critical" alert title={job.message}>
          What was done stays done. When the cause is gone, start it again: it reads the drives, and goes on from there.
        </Note>
      )}
      <FailureNote failure={stop.error} />
      <Failures job={job} />
      {showSeals && job.seals && (
        <SealBar
          caption="Items by what seals them now"
          noun="item"
          segments={sealSegments(job.seals, defaultKey)}
          before={job.sealsBefore ? sealSegments(job.sealsBefore, defaultKey) : undefined}
          readAt={job.endedAt ?? new Date(now).toISOString()}
        />
      )}
      <Progress job={job} />
      <div className="grid items-start gap-4 md:grid-cols-2">
        <Kinds job={job} />
        <Recent job={job} />
      </div>
    </>
  )
}

function Progress({ job }: { job: Job }) {
  const { perSecond, leftSeconds } = useRate(job)
  const now = useNow()
  const seconds = ((job.endedAt ? Date.parse(job.endedAt) : now) - Date.parse(job.startedAt)) / 1000
  return (
    <div className="space-y-3">
      {job.total !== null && <Bar done={job.done} total={job.total} label={`${jobWords[job.kind]}: progress`} />}
      <Facts
        facts={[
          [
            'Done',
            job.total === null
              ? counted(job.done, job.unit, job.unit)
              : `${count(job.done)} of ${count(job.total)} ${job.unit}`,
          ],
          ...(jobEnded(job)
            ? [['Took', duration(Math.max(0, seconds))] as const]
            : [
                ['Rate', rate(perSecond)] as const,
                ['Time left', leftSeconds === null ? 'not known yet' : duration(leftSeconds)] as const,
              ]),
          ['Items failed', count(job.failed)],
          [
            'Started',
            <span key="s">
              by {job.startedBy}, <Time at={job.startedAt} />
            </span>,
          ],
        ]}
      />
    </div>
  )
}

function Bar({ done, total, label }: { done: number; total: number; label: string }) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done}
      aria-valuetext={`${done} of ${total}, ${share(done, total)}`}
      className="h-2 overflow-hidden rounded-full bg-sunken"
    >
      <div
        className="h-full bg-accent transition-[width] duration-150"
        style={{ width: `${total === 0 ? 100 : (done / total) * 100}%` }}
      />
    </div>
  )
}

function Failures({ job: { failures, failed } }: { job: Job }) {
  if (failures.length === 0) return null
  return (
    <Note tone="critical" title={`${counted(failed, 'item')} could not be done`}>
      <ul className="mt-1 space-y-1">
        {failures.map(({ item, reason }) => (
          <li key={item}>
            <span className="font-mono text-xs">{item}</span>: {reason}
          </li>
        ))}
      </ul>
      {failed > failures.length && <p className="mt-1">and {counted(failed - failures.length, 'more', 'more')}</p>}
    </Note>
  )
}

function Kinds({ job: { byKind } }: { job: Job }) {
  if (byKind.length === 0) return null
  return (
    <table className="w-full text-sm">
      <caption className="pb-1 text-left text-xs font-semibold text-muted">By kind</caption>
      <tbody>
        {byKind.map(({ kind, done, total }) => (
          <tr key={kind}>
            <th scope="row" className="border-t border-line py-1 text-left font-normal">
              {kind}
            </th>
            <td className="border-t border-line py-1 text-right">
              {count(done)} of {count(total)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Recent({ job: { recent } }: { job: Job }) {
  if (recent.length === 0) return null
  return (
    <div className="min-w-0">
      <h3 className="pb-1 text-xs font-semibold text-muted">Last items</h3>
      <ol className="text-xs">
        {recent.map((item) => (
          <li key={item} className="truncate border-t border-line py-1 font-mono" title={item}>
            {item}
          </li>
        ))}
      </ol>
    </div>
  )
}

const WINDOW_MS = 15_000

/** Items per second over the last quarter of a minute, and the seconds left at that rate. */
function useRate({ id, done, total }: Job) {
  const samples = useRef<{ at: number; done: number }[]>([])
  const [perSecond, setPerSecond] = useState<number | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another job starts with no samples
  useEffect(() => {
    samples.current = []
  }, [id])
  useEffect(() => {
    const at = performance.now()
    samples.current = [...samples.current.filter((sample) => at - sample.at < WINDOW_MS), { at, done }]
    const first = samples.current[0]!
    const seconds = (at - first.at) / 1000
    setPerSecond(seconds >= 1 ? (done - first.done) / seconds : null)
  }, [done])
  return { perSecond, leftSeconds: perSecond && total !== null ? (total - done) / perSecond : null }
}
