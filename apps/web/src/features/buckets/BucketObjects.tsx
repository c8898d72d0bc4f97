import type { Bucket } from '@strongroom/shared/buckets'
import { readCoverage } from '@strongroom/shared/coverage'
import { type Job, jobEnded } from '@strongroom/shared/jobs'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { query } from '../../api/query.ts'
import { JobView } from '../../components/JobView.tsx'
import { jobResult } from '../../components/job-result.ts'
import { jobWords, stateWords } from '../../components/job-words.ts'
import { ReadView } from '../../components/ReadView.tsx'
import { Button } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { Time } from '../../ui/Text.tsx'
import { CoverageView } from './CoverageView.tsx'
import { CutOff } from './CutOff.tsx'
import { ranSince } from './coverage-words.ts'
import { ObjectActs } from './ObjectActs.tsx'
import { useBucketJobs } from './use-bucket-jobs.ts'

type Props = { bucket: Bucket; defaultKey: string | null; onAct: (act: string) => void }

/** What seals the objects that are there, and the ways to change it. */
export function BucketObjects({ bucket, defaultKey, onAct }: Props) {
  const { counting, encrypting, removing } = useBucketJobs(bucket.name)
  const coverage = useQuery(query(readCoverage, { bucket: bucket.name }))
  const running = [counting, encrypting, removing].filter((job) => job !== undefined && !jobEnded(job))
  const complete = coverage.data?.complete ?? null
  const outdated = complete !== null && ranSince(complete, [encrypting, removing])
  const counts = counting !== undefined && !jobEnded(counting)
  return (
    <>
      {running.map((job) => job && <JobView key={job.id} id={job.id} defaultKey={defaultKey} />)}
      <section aria-label="Coverage" className="space-y-4">
        <header className="flex flex-wrap items-center justify-between gap-3">
          <h3 className="font-semibold">What seals the objects</h3>
          <Button
            look={complete && !outdated ? 'plain' : 'primary'}
            why={counts ? 'A counting runs.' : null}
            onClick={() => onAct('count')}
          >
            Count
          </Button>
        </header>
        <ReadView read={coverage} height="h-48">
          {({ unfinished }) => (
            <>
              {unfinished && !counts && <CutOff coverage={unfinished} onGoOn={() => onAct('count')} />}
              {complete ? (
                <>
                  {outdated && <Outdated />}
                  <div className={outdated ? 'stale' : ''}>
                    <CoverageView coverage={complete} defaultKey={defaultKey} />
                  </div>
                </>
              ) : (
                <p className="text-sm text-muted">
                  Counts by what seals each object would be here.{' '}
                  {unfinished ? 'No counting came to its end yet.' : 'Nobody has counted yet.'}
                </p>
              )}
            </>
          )}
        </ReadView>
      </section>
      <ObjectActs bucket={bucket} coverage={complete} onAct={onAct} />
      <Past jobs={[encrypting, removing].filter((job) => job !== undefined && jobEnded(job))} />
    </>
  )
}

/** The figures stay, greyed: they say how it was. */
const Outdated = () => (
  <Note tone="warning" title="The count is from before the last act on these objects">
    It shows how it was then. Count again to see how it is now.
  </Note>
)

/** The last acts on its objects, with their reports. */
function Past({ jobs }: { jobs: readonly (Job | undefined)[] }) {
  const ended = jobs.filter((job) => job !== undefined)
  if (ended.length === 0) return null
  return (
    <section aria-label="Last acts on objects" className="space-y-2 border-t border-line pt-4">
      <h3 className="font-semibold">Last acts</h3>
      <ul className="space-y-1 text-sm">
        {ended.map((job) => (
          <li key={job.id} className="flex flex-wrap items-baseline gap-x-3">
            <Link href={jobResult(job)?.href ?? ''} className="text-accent hover:underline">
              {jobWords[job.kind]}
            </Link>
            <span className="text-muted">
              {stateWords[job.state].toLowerCase()}, {job.endedAt && <Time at={job.endedAt} />}, by {job.startedBy}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
