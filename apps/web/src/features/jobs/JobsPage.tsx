import { type Job, listJobs } from '@strongroom/shared/jobs'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { JobTarget } from '../../components/JobTarget.tsx'
import { jobWords, stateWords } from '../../components/job-words.ts'
import { Page } from '../../components/Page.tsx'
import { StaleLine } from '../../components/ReadView.tsx'
import { RowLink } from '../../components/RowLink.tsx'
import { count } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { buttonClass } from '../../ui/Button.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Time } from '../../ui/Text.tsx'

export function JobsPage() {
  const jobs = useQuery(query(listJobs, {}))
  return (
    <Page
      title="Jobs"
      lead="What runs and what ran since the console started, newest first."
      action={
        <Link href={paths.activity} className={buttonClass()}>
          Activity
        </Link>
      }
    >
      <StaleLine read={jobs} />
      <DataTable
        label="Jobs"
        columns={columns}
        rows={jobs.data?.jobs}
        rowKey={(job) => job.id}
        empty={<p className="text-muted">Jobs would be listed here. None has run since the console started.</p>}
        trouble={!jobs.data && jobs.error && <FailureNote failure={jobs.error} onRetry={() => void jobs.refetch()} />}
      />
    </Page>
  )
}

const columns: Column<Job>[] = [
  {
    id: 'kind',
    head: 'Work',
    cell: ({ id, kind, target }) => (
      <RowLink href={paths.job(id)} name={id} label={`${jobWords[kind]}${target ? `, ${target}` : ''}, ${id}`}>
        {jobWords[kind]}
      </RowLink>
    ),
    className: 'w-auto',
  },
  {
    id: 'target',
    head: 'Bucket',
    cell: ({ target }) => (target === null ? <span className="text-muted">–</span> : <JobTarget target={target} />),
    className: 'w-34 max-md:hidden',
  },
  { id: 'state', head: 'State', cell: ({ state }) => stateWords[state], className: 'w-24 max-sm:w-22' },
  {
    id: 'done',
    head: 'Done',
    cell: ({ done, total }) => (total === null ? count(done) : `${count(done)} of ${count(total)}`),
    className: 'w-34 text-right max-sm:hidden',
  },
  { id: 'by', head: 'By', cell: ({ startedBy }) => startedBy, className: 'w-32 max-lg:hidden' },
  {
    id: 'at',
    head: 'Started',
    cell: ({ startedAt }) => <Time at={startedAt} />,
    className: 'w-27 text-right max-sm:w-24',
  },
  {
    id: 'id',
    head: 'Job',
    cell: ({ id }) => <span className="font-mono text-xs text-muted">{id}</span>,
    className: 'w-76 max-[1400px]:hidden',
  },
]
