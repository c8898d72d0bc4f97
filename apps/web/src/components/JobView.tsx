import { cancelJob, type Job, jobEnded } from '@strongroom/shared/jobs'
import { Link, useLocation } from 'wouter'
import { jobChanged, useJob } from '../api/job-stream.ts'
import { useCall } from '../api/query.ts'
import { counted } from '../lib/format.ts'
import { movingSegments, sealSegments } from '../lib/seal.ts'
import { Button, buttonClass } from '../ui/Button.tsx'
import { Note } from '../ui/Note.tsx'
import { SealBar } from '../ui/Seal.tsx'
import { useNow } from '../ui/use-now.ts'
import { FailureNote } from './FailureNote.tsx'
import { JobFigures } from './JobFigures.tsx'
import { JobPause } from './JobPause.tsx'
import { JobSignIn } from './JobSignIn.tsx'
import { JobTarget } from './JobTarget.tsx'
import { jobResult } from './job-result.ts'
import { isOnBuckets, jobAdvice, jobWords, stateWords } from './job-words.ts'
import { ReadView } from './ReadView.tsx'
import { useSpokenProgress } from './use-spoken-progress.ts'

type Props = {
  id: string
  defaultKey: string | null
  /** The page tells what it did, and what failed and why: that is left to it. */
  brief?: boolean
}

/** A job while it runs, and what came of it when it has ended. */
export function JobView({ id, defaultKey, brief = false }: Props) {
  const job = useJob(id)
  return (
    <section aria-label="Job" className="space-y-4 rounded-md border border-line bg-surface p-4">
      <ReadView read={job} height={brief ? 'h-56' : 'h-80'}>
        {(data) => <JobReport job={data} defaultKey={defaultKey} brief={brief} />}
      </ReadView>
    </section>
  )
}

function JobReport({ job, defaultKey, brief }: Omit<Required<Props>, 'id'> & { job: Job }) {
  const stop = useCall(cancelJob, jobChanged)
  const ended = jobEnded(job)
  useSpokenProgress(job)
  return (
    <>
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 basis-64 grow">
          {/* Read out when the state changes, and not with each item. */}
          <div role="status">
            <h2 className="text-lg font-semibold">
              {jobWords[job.kind]}: {stateWords[job.state].toLowerCase()}
            </h2>
            <JobTarget target={job.target} />
          </div>
          <Message job={job} />
        </div>
        {ended ? (
          <Result job={job} />
        ) : (
          <div className="flex flex-wrap gap-2">
            {isOnBuckets(job.kind) && <Result job={job} />}
            <JobSignIn job={job} />
            <Button look="danger" busy={stop.isPending} onClick={() => stop.mutate({ id: job.id })}>
              Stop
            </Button>
          </div>
        )}
      </header>
      {/* One place for what is said of its going on or standing still, so that neither moves what is below. */}
      <div className={job.kind === 'iam-migration' ? 'min-h-29 sm:min-h-22' : 'min-h-22 sm:min-h-11'}>
        <Standing job={job} />
      </div>
      <FailureNote failure={stop.error} />
      {!brief && <Failures job={job} />}
      <Seals job={job} defaultKey={defaultKey} />
      <JobFigures job={job} brief={brief} />
    </>
  )
}

/** Leads to what it did, unless that is on this very page. */
function Result({ job }: { job: Job }) {
  const [here] = useLocation()
  const result = jobResult(job)
  if (!result || result.href.split('?')[0] === here) return null
  return (
    <Link href={result.href} className={buttonClass()}>
      {result.word}
    </Link>
  )
}

/** One line that stays one line, whatever is in it: what it does, or waits for; in the end what that means. */
const Message = ({ job }: { job: Job }) => {
  const text = jobEnded(job) ? ending(job) : job.message
  return (
    <p className="min-h-5.5 truncate text-muted" title={text}>
      {text}
    </p>
  )
}

function ending({ state, kind }: Job) {
  if (state === 'failed') return jobAdvice[kind].after
  return state === 'done' && kind === 'iam-migration' ? 'The drives were read again when it ended.' : ''
}

function Standing({ job }: { job: Job }) {
  const { state, message, waiting } = job
  const advice = jobAdvice[job.kind]
  if (waiting) return <JobPause waiting={waiting} message={message} safe={advice.safe} />
  if (state === 'failed')
    return (
      <Note tone="critical" alert title={message}>
        {advice.again}
      </Note>
    )
  if (state === 'done') return <p className="max-w-[90ch] wrap-anywhere">{message}</p>
  if (state === 'cancelled')
    return (
      <p className="max-w-[90ch] wrap-anywhere">
        {message} {advice.stopped}
      </p>
    )
  return (
    <p className="max-w-[90ch] text-sm text-muted">
      {advice.stopping} Leaving this page stops nothing; the ring in the top bar leads back.
      {job.failures.length === 0 && ' Nothing has failed so far.'}
    </p>
  )
}

function Seals({ job, defaultKey }: { job: Job; defaultKey: string | null }) {
  const now = useNow()
  // It comes when the drives have been looked at, and must not push down what is below then.
  if (!job.seals) return job.kind === 'iam-migration' && !jobEnded(job) && <div className="min-h-26" />
  const moving = job.sealsBefore && movingSegments(job.seals, job.sealsBefore, defaultKey)
  return (
    <SealBar
      caption="Items by what seals them now"
      noun="item"
      segments={moving ? moving.now : sealSegments(job.seals, defaultKey)}
      before={moving?.before}
      readAt={job.endedAt ?? new Date(now).toISOString()}
    />
  )
}

function Failures({ job: { failures, failed } }: { job: Job }) {
  if (failures.length === 0) return null
  return (
    <Note tone="critical" title={`${counted(Math.max(failed, failures.length), 'item')} could not be done`}>
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
