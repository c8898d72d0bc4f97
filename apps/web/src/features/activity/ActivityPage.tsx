import { type Activity, listActivity } from '@strongroom/shared/activity'
import { jobEnded, listJobs } from '@strongroom/shared/jobs'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { call } from '../../api/call.ts'
import { query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { Page } from '../../components/Page.tsx'
import { StaleLine } from '../../components/ReadView.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count, counted, exact } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { Time } from '../../ui/Text.tsx'
import { ActivityPanel } from './ActivityPanel.tsx'
import { actWords, outcomes } from './activity-words.ts'

const PAGE = 100
const READ_MS = 15_000

/** The audit trail of what was done to keys and buckets. The jobs that run now are one link away. */
export function ActivityPage() {
  const [key, setKey] = useUrlParam('key')
  const [entry, setEntry] = useUrlParam('entry')
  const trail = useTrail(key)
  const rows = trail.data?.pages.flatMap(({ activity }) => activity)
  const opened = rows?.find(({ id }) => id === entry)
  return (
    <Page
      title="Activity"
      lead="What was done to keys and buckets through this console: by whom, when, and with which outcome. Newest first."
      action={<Jobs />}
    >
      <StaleLine read={{ ...trail, data: rows }} />
      <div className="flex flex-wrap items-center gap-3">
        <SearchField label="Filter by key or bucket" value={key} onChange={setKey} />
        <p className="text-sm text-muted" role="status">
          {rows &&
            (trail.hasNextPage ? `${count(rows.length)} entries so far` : counted(rows.length, 'entry', 'entries'))}
          {key && ` for ${key}`}
        </p>
      </div>
      <DataTable
        label="Activity"
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        selected={entry || null}
        empty={<Nothing filter={key} />}
        trouble={!rows && trail.error && <FailureNote failure={trail.error} onRetry={() => void trail.refetch()} />}
      />
      {trail.hasNextPage && (
        <Button busy={trail.isFetchingNextPage} onClick={() => void trail.fetchNextPage()}>
          Show earlier ones
        </Button>
      )}
      <p className="max-w-[85ch] text-sm text-muted">
        A line is written before each act, and another when it has ended: where the first can’t be written, the act is
        not done. KES itself keeps no record of refusals, nor of data keys made and opened.
      </p>
      {opened && <ActivityPanel entry={opened} onClose={() => setEntry(null)} />}
    </Page>
  )
}

const useTrail = (target: string) =>
  useInfiniteQuery({
    queryKey: [listActivity.path, { target }],
    queryFn: ({ pageParam, signal }) =>
      call(
        listActivity,
        { limit: PAGE, ...(target && { target }), ...(pageParam !== undefined && { after: pageParam }) },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    refetchInterval: READ_MS,
  })

function Jobs() {
  const running = useQuery(query(listJobs, {})).data?.jobs.filter((job) => !jobEnded(job)).length ?? 0
  return (
    <Link href={paths.jobs} className={buttonClass()}>
      {running > 0 ? counted(running, 'running job') : 'Jobs'}
    </Link>
  )
}

const Nothing = ({ filter }: { filter: string }) => (
  <p className="text-muted">
    {filter
      ? `No entry is of ${filter} alone. The filter takes the whole name. Runs on many buckets are under how many they are, such as “200 buckets”.`
      : 'What is done to keys and buckets through this console would be listed here. Nothing was done yet.'}
  </p>
)

const columns: Column<Activity>[] = [
  {
    id: 'outcome',
    head: 'Outcome',
    cell: ({ outcome }) => (
      <span className={`flex items-center gap-1.5 ${outcomes[outcome].ink}`}>
        <Icon name={outcomes[outcome].icon} />
        {outcomes[outcome].word}
      </span>
    ),
    className: 'w-28',
  },
  { id: 'act', head: 'Act', cell: (entry) => <EntryLink entry={entry} />, className: 'w-40 max-sm:w-auto' },
  {
    id: 'target',
    head: 'Key or bucket',
    cell: ({ target }) => <span className="font-mono text-xs">{target}</span>,
    className: 'w-52 max-sm:hidden',
  },
  { id: 'account', head: 'By', cell: ({ account }) => account, className: 'w-40 max-md:hidden' },
  { id: 'detail', head: 'What was said', cell: ({ detail }) => detail, className: 'w-auto text-muted max-lg:hidden' },
  {
    id: 'at',
    head: 'When',
    cell: ({ at }) => (
      <span title={exact(at)}>
        <Time at={at} />
      </span>
    ),
    className: 'w-28 text-right',
  },
]

function EntryLink({ entry: { id, act, target } }: { entry: Activity }) {
  const [, setEntry] = useUrlParam('entry')
  return (
    <button
      type="button"
      data-row={id}
      onClick={() => setEntry(id)}
      className="max-w-full truncate text-left align-bottom outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
    >
      {actWords[act]}
      <span className="block truncate font-mono text-xs leading-4 text-muted sm:hidden">{target}</span>
    </button>
  )
}
