import { type Drill, listDrills } from '@strongroom/shared/drills'
import { jobEnded, readJob } from '@strongroom/shared/jobs'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Link } from 'wouter'
import { invalidate, query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { JobView } from '../../components/JobView.tsx'
import { KmsTabs } from '../../components/KmsTabs.tsx'
import { Page } from '../../components/Page.tsx'
import { StaleLine } from '../../components/ReadView.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count, exact } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { toneInk } from '../../ui/Note.tsx'
import { Time } from '../../ui/Text.tsx'
import { DrillStart } from './DrillStart.tsx'
import { drillVerdict } from './drill-words.ts'

export function DrillsPage() {
  const list = useQuery(query(listDrills, {}))
  const [job, setJob] = useUrlParam('job')
  return (
    <Page
      title="Drills"
      lead="Is there a second copy of the keys, and does it work? A KES restored from the backup opens data keys that this cluster really sealed."
    >
      <KmsTabs />
      <DrillStart endpoint={list.data?.endpoint} refused={list.error !== null} onStart={setJob} />
      {job && <Running key={job} id={job} />}
      <section aria-label="Drills held" className="space-y-3">
        <h2 className="text-lg font-semibold">Drills held</h2>
        <StaleLine read={list} />
        <DataTable
          label="Drills"
          columns={columns}
          rows={list.data?.drills}
          rowKey={({ id }) => id}
          empty={
            <p className="text-muted">
              Drills would be listed here, with what each key’s backup was worth. None was held yet: that the keys can
              be restored is not proven.
            </p>
          }
          trouble={!list.data && list.error && <FailureNote failure={list.error} onRetry={() => void list.refetch()} />}
        />
      </section>
    </Page>
  )
}

function Running({ id }: { id: string }) {
  // The view beside keeps it fresh.
  const { data } = useQuery(query(readJob, { id }))
  const ended = data !== undefined && jobEnded(data)
  useEffect(() => {
    if (ended) void invalidate(listDrills)
  }, [ended])
  return <JobView id={id} defaultKey={null} />
}

const columns: Column<Drill>[] = [
  {
    id: 'at',
    head: 'Held',
    cell: ({ id, at }) => (
      <Link
        href={paths.drill(id)}
        data-row={id}
        className="outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
      >
        <span className="max-sm:hidden">{exact(at)}</span>
        <span className="sm:hidden">
          <Time at={at} />
        </span>
      </Link>
    ),
    className: 'w-52 max-sm:w-28',
  },
  { id: 'ago', head: 'Ago', cell: ({ at }) => <Time at={at} />, className: 'w-28 max-lg:hidden' },
  { id: 'verdict', head: 'Verdict', cell: (drill) => <Verdict drill={drill} />, className: 'w-auto' },
  { id: 'by', head: 'By', cell: ({ by }) => by, className: 'w-36 max-lg:hidden' },
  {
    id: 'opened',
    head: 'Opened',
    cell: ({ opened, sampled }) => `${count(opened)} of ${count(sampled)}`,
    className: 'w-32 text-right max-md:hidden',
  },
]

function Verdict({ drill }: { drill: Drill }) {
  const { tone, sentence } = drillVerdict(drill)
  return (
    <span title={sentence} className="flex items-center gap-1.5">
      <Icon name={tone} className={toneInk(tone)} />
      <span className="truncate">{sentence}</span>
    </span>
  )
}
