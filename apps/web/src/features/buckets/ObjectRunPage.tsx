import { jobEnded, readJob } from '@strongroom/shared/jobs'
import { type ObjectRun, readObjectRun } from '@strongroom/shared/object-encryption'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Link, useParams } from 'wouter'
import { every, invalidate, query } from '../../api/query.ts'
import { JobView } from '../../components/JobView.tsx'
import { Page } from '../../components/Page.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { paths } from '../../lib/paths.ts'
import { buttonClass } from '../../ui/Button.tsx'
import { ObjectRunReport } from './ObjectRunReport.tsx'
import { runTitle } from './object-run-words.ts'

const READ_MS = 2_000

/** What an act on the objects of a bucket did: the job while it runs, and the report as far as it is. */
export function ObjectRunPage() {
  const { id = '' } = useParams<{ id: string }>()
  const job = useQuery(query(readJob, { id }))
  const running = job.data !== undefined && !jobEnded(job.data)
  const run = useQuery({
    ...query(readObjectRun, { id }),
    // The first record is written a moment after the job has begun.
    refetchInterval: ({ state }) => running && every(READ_MS)({ state }),
  })
  const ended = job.data !== undefined && !running
  useEffect(() => {
    if (ended) void invalidate(readObjectRun)
  }, [ended])
  return (
    <Page
      title={run.data ? runTitle(run.data) : 'Act on objects'}
      lead="What was done, what was left as it is and why, and what failed."
      action={run.data && <Ways run={run.data} />}
    >
      {job.error?.code !== 'not-found' && job.error?.code !== 'not-allowed' && (
        <JobView key={id} brief id={id} defaultKey={null} />
      )}
      {!(running && !run.data) && (
        <ReadView read={run} height="h-64">
          {(data) => <ObjectRunReport run={data} running={running} />}
        </ReadView>
      )}
    </Page>
  )
}

const Ways = ({ run: { bucket } }: { run: ObjectRun }) => (
  <Link href={paths.bucketTab(bucket, 'objects')} className={buttonClass()}>
    Objects of {bucket}
  </Link>
)
