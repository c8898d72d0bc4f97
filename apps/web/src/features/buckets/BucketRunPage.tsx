import { readBucketRun } from '@strongroom/shared/bucket-runs'
import { listBuckets } from '@strongroom/shared/buckets'
import { jobEnded, readJob } from '@strongroom/shared/jobs'
import { readKms } from '@strongroom/shared/kms'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { Link, useParams } from 'wouter'
import { isPassing } from '../../api/failure.ts'
import { every, invalidate, query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { JobView } from '../../components/JobView.tsx'
import { Page } from '../../components/Page.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { count, counted } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { Facts, Time } from '../../ui/Text.tsx'
import { RunResults } from './RunResults.tsx'
import { isRead, type Run, restOf, restWords, runSentence, runTitle, type SeenEnd } from './run-results.ts'
import { useBucketRun } from './use-bucket-run.ts'

const READ_MS = 1_500
/** Each reading has all results so far. */
const READ_MANY_MS = 5_000
const MANY = 1_000

/** One act on many buckets: how far it is, and what became of each. */
export function BucketRunPage() {
  const { id = '' } = useParams<{ id: string }>()
  // The view below keeps it fresh.
  const job = useQuery(query(readJob, { id }))
  const forgotten = job.error?.code === 'not-found'
  /** The reading of the run says so as well. */
  const refused = job.error?.code === 'not-allowed'
  const ended = job.data !== undefined && jobEnded(job.data)
  const [end, setEnd] = useState<SeenEnd>()
  const over = (readAt: number) => forgotten || isRead(id, readAt, end)
  const run = useQuery({
    ...query(readBucketRun, { id }),
    refetchInterval: ({ state }) =>
      !over(state.dataUpdatedAt) &&
      (!state.error || isPassing(state.error)) &&
      every((state.data?.buckets ?? 0) > MANY ? READ_MANY_MS : READ_MS)({ state }),
  })
  const running = !over(run.dataUpdatedAt)
  useEffect(() => {
    if (!ended) return
    setEnd({ id, at: Date.now() })
    void invalidate(readBucketRun, listBuckets)
  }, [ended, id])
  const retry = useBucketRun()
  const rest = useMemo(() => run.data && restOf(run.data), [run.data])
  const retryWords = rest && restWords(rest)
  const defaultKey = useQuery(query(readKms, {})).data?.defaultKey ?? null
  return (
    <Page
      title={run.data ? runTitle(run.data.act) : 'Run on buckets'}
      {...(run.data && { lead: `${counted(run.data.buckets, 'bucket')}. ${runSentence(run.data.act)}` })}
      action={
        <>
          <Link href={paths.buckets} className={buttonClass()}>
            Buckets
          </Link>
          {retryWords && !running && (
            <Button
              look="primary"
              busy={retry.isPending}
              onClick={() => run.data && rest && retry.mutate({ buckets: rest.buckets, act: run.data.act })}
            >
              {retryWords}
            </Button>
          )}
        </>
      }
    >
      <FailureNote failure={retry.error} />
      {forgotten && run.data && <Past run={run.data} />}
      {!forgotten && !refused && <JobView key={id} brief id={id} defaultKey={defaultKey} />}
      <ReadView read={run} height="h-96">
        {(data) => <RunResults run={data} defaultKey={defaultKey} running={running} />}
      </ReadView>
    </Page>
  )
}

/** The console was started anew since, so that it knows the run and not the job any more. */
const Past = ({ run: { by, startedAt, endedAt, buckets, results, notReached } }: { run: Run }) => (
  <section aria-label="Run" className="space-y-3 rounded-md border border-line bg-surface p-4">
    {endedAt === null && (
      <Note
        tone="warning"
        title={`It was cut off: ${count(buckets - results.length)} of ${counted(buckets, 'bucket')} were not reached`}
      >
        The console stopped while it ran. What is done stays done.{' '}
        {notReached === null
          ? 'Which ones were not reached was not kept: select the buckets again and start it once more; those that are so already are left alone.'
          : 'Those that were not reached are listed below, and can be tried.'}
      </Note>
    )}
    <Facts
      facts={[
        ['Started by', by],
        ['Started', <Time key="s" at={startedAt} />],
        ['Ended', endedAt ? <Time key="e" at={endedAt} /> : 'it did not come to its end'],
        ['Done', `${count(results.length)} of ${counted(buckets, 'bucket')}`],
      ]}
    />
  </section>
)
