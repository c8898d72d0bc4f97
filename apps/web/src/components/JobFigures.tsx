import { type Job, jobEnded } from '@strongroom/shared/jobs'
import type { ReactNode } from 'react'
import { count, duration, exact, rate, relative, share } from '../lib/format.ts'
import { Time } from '../ui/Text.tsx'
import { useNow } from '../ui/use-now.ts'
import { jobWords } from './job-words.ts'

/** How far a job is, how fast, under whose credentials, and, unless it is `brief`, what it did last. */
export function JobFigures({ job, brief }: { job: Job; brief: boolean }) {
  return (
    <>
      <div className="space-y-3">
        {(job.total !== null || !jobEnded(job)) && (
          <Bar done={job.done} total={job.total} label={`${jobWords[job.kind]}: progress`} />
        )}
        <Figures job={job} />
        <Runner job={job} />
      </div>
      {!brief && (
        <div className="grid items-start gap-x-8 gap-y-4 md:grid-cols-2">
          <Kinds job={job} />
          <Recent job={job} />
        </div>
      )}
    </>
  )
}

function Figures({ job }: { job: Job }) {
  const now = useNow()
  const { done, total, unit, failed, ratePerSecond, secondsLeft } = job
  const seconds = ((job.endedAt ? Date.parse(job.endedAt) : now) - Date.parse(job.startedAt)) / 1000
  const ended = jobEnded(job)
  const left = secondsLeft === null ? 'not known yet' : duration(secondsLeft)
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4">
      <Figure word={total === null ? unit : `of ${count(total)} ${unit}`}>{count(done)}</Figure>
      {ended ? (
        <Figure word="took">{duration(Math.max(0, seconds))}</Figure>
      ) : (
        <Figure word="rate">{rate(ratePerSecond)}</Figure>
      )}
      {ended ? (
        job.state === 'done' &&
        secondsLeft !== null && <Figure word="a run would take about">{duration(secondsLeft)}</Figure>
      ) : (
        <Figure word="time left">{job.state === 'paused' ? 'stands still' : left}</Figure>
      )}
      <Figure word="failed">{failed > 0 ? <span className="text-critical">{count(failed)}</span> : 0}</Figure>
    </dl>
  )
}

const Figure = ({ word, children }: { word: string; children: ReactNode }) => (
  <div className="flex min-w-0 flex-col-reverse justify-end">
    <dt className="truncate text-xs text-muted">{word}</dt>
    <dd className="truncate text-lg font-semibold">{children}</dd>
  </div>
)

/** Everybody under whose credentials it ran, and until when it can run on. */
function Runner({ job: { startedBy, startedAt, ranBy, credentialsUntil, state } }: { job: Job }) {
  const now = useNow()
  const others = ranBy.filter((each) => each !== startedBy)
  return (
    <p className="text-sm text-muted">
      Started by {startedBy}, <Time at={startedAt} />.
      {others.length > 0 && ` Ran on under the credentials of ${others.join(', ')}.`}
      {credentialsUntil && (state === 'running' || state === 'paused') && (
        <>
          {' '}
          Its own credentials {Date.parse(credentialsUntil) > now ? 'end' : 'ended'}{' '}
          <time dateTime={credentialsUntil} title={exact(credentialsUntil)}>
            {relative(credentialsUntil, now)}
          </time>
          .
        </>
      )}
    </p>
  )
}

/** Without a total its place is kept. */
function Bar({ done, total, label }: { done: number; total: number | null; label: string }) {
  const known = total !== null && {
    'aria-valuemax': total,
    'aria-valuenow': done,
    'aria-valuetext': `${done} of ${total}, ${share(done, total)}`,
  }
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      {...known}
      className="h-2 overflow-hidden rounded-full bg-sunken"
    >
      <div
        className="h-full origin-left bg-accent transition-transform duration-150"
        style={{ transform: `scaleX(${total === null ? 0 : total === 0 ? 1 : done / total})` }}
      />
    </div>
  )
}

/** Of work on one bucket it would say once more what stands above. */
function Kinds({ job: { byKind, kind: work, target } }: { job: Job }) {
  if (byKind.length === 0 || target !== null) return null
  return (
    <table className="w-full text-sm">
      <caption className="pb-1 text-left text-xs font-semibold text-muted">
        {work === 'coverage' ? 'By bucket' : 'By kind'}
      </caption>
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

const RECENT = 5

/** Its rows keep their place before there is anything to show in them. */
function Recent({ job }: { job: Job }) {
  if (job.recent.length === 0 && (jobEnded(job) || job.kind !== 'iam-migration')) return null
  return (
    <div className="min-w-0">
      <h3 className="pb-1 text-xs font-semibold text-muted">Last items</h3>
      <ol className="min-h-32 text-xs">
        {job.recent.slice(0, RECENT).map((item) => (
          <li key={item} className="truncate border-t border-line py-1 font-mono" title={item}>
            {item}
          </li>
        ))}
      </ol>
    </div>
  )
}
