import type { BucketResult } from '@strongroom/shared/bucket-runs'
import { useMemo } from 'react'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count, counted } from '../../lib/format.ts'
import { Chips } from '../../ui/Chips.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { BucketLink } from './BucketLink.tsx'
import { Configured } from './Configured.tsx'
import {
  countOutcomes,
  failureReasons,
  outcomeLooks,
  outcomeOf,
  outcomes,
  type Run,
  type RunRow,
  rowsOf,
} from './run-results.ts'

type Props = { run: Run; defaultKey: string | null; running: boolean }

/** What became of each bucket, in the order they were done; what was not reached comes last. */
export function RunResults({ run, defaultKey, running }: Props) {
  const [wanted, setOutcome] = useUrlParam('outcome')
  const [text, setText] = useUrlParam('q')
  const [sort, setSort] = useUrlParam('sort')
  const outcome = outcomeOf(wanted)
  const { results } = run
  const probing = run.act.kind === 'probe'
  const all = useMemo(() => rowsOf(run, running), [run, running])
  const rows = useMemo(
    () =>
      all.filter(
        (result) =>
          result.bucket.includes(text.trim().toLowerCase()) && (outcome === undefined || result.outcome === outcome),
      ),
    [all, outcome, text],
  )
  const columns = useMemo(() => columnsFor(defaultKey, probing), [defaultKey, probing])
  const counts = useMemo(() => countOutcomes(all), [all])
  const chips = counts.map((each) => ({
    id: each.outcome,
    label: <StateMark look={outcomeLooks[each.outcome]} />,
    count: each.count,
  }))
  const open = run.buckets - results.length
  return (
    <section aria-label="Results" className="space-y-3">
      <div className="flex min-h-9 flex-wrap items-center gap-3">
        <SearchField label="Filter results" value={text} onChange={setText} />
        <Chips label="Outcomes" chips={chips} chosen={outcome ?? ''} onChoose={setOutcome} />
        <p className="text-sm text-muted" role="status">
          {rows.length === all.length
            ? counted(results.length, 'result')
            : `${count(rows.length)} of ${counted(all.length, 'bucket')}`}
          {open > 0 && (running ? `; ${count(open)} still to come` : `; ${count(open)} not reached`)}
        </p>
      </div>
      {(outcome === 'failed' || (!running && counts.some((each) => each.outcome === 'failed'))) && (
        <Reasons results={results} />
      )}
      <DataTable
        dense
        label="Results"
        columns={columns}
        rows={rows}
        rowKey={bucketOf}
        sort={sort}
        onSort={setSort}
        empty={
          <p className="text-muted">
            {all.length > 0
              ? 'No result matches the filters.'
              : running
                ? 'Results come here as the buckets are done.'
                : 'No bucket was reached.'}
          </p>
        }
      />
    </section>
  )
}

const bucketOf = ({ bucket }: RunRow) => bucket
const REASONS = 8

/** In full, where the table has one line for each, and none on a narrow screen; while it runs only when asked for, as they grow. */
function Reasons({ results }: { results: readonly BucketResult[] }) {
  const reasons = useMemo(() => failureReasons(results), [results])
  return (
    <ul aria-label="Why they failed" className="space-y-1 text-sm">
      {reasons.slice(0, REASONS).map(({ reason, buckets }) => (
        <li key={reason} className="wrap-anywhere">
          <span className="font-semibold">{counted(buckets.length, 'bucket')}</span>: {reason}
        </li>
      ))}
      {reasons.length > REASONS && <li className="text-muted">and {count(reasons.length - REASONS)} other reasons</li>}
    </ul>
  )
}

const columnsFor = (defaultKey: string | null, probing: boolean): Column<RunRow>[] => [
  {
    id: 'bucket',
    head: 'Bucket',
    cell: ({ bucket }) => <BucketLink name={bucket} />,
    compare: (a, b) => names.compare(a.bucket, b.bucket),
    className: 'w-auto',
  },
  {
    id: 'before',
    head: probing ? 'Promised' : 'Before',
    cell: ({ before }) => <Configured at={before} defaultKey={defaultKey} />,
    className: 'w-52 max-lg:hidden',
  },
  {
    id: 'after',
    head: probing ? 'Found' : 'After',
    cell: ({ after }) => <Configured at={after} defaultKey={defaultKey} />,
    className: 'w-52 max-md:hidden',
  },
  {
    id: 'outcome',
    head: 'Outcome',
    cell: ({ outcome }) => <StateMark look={outcomeLooks[outcome]} />,
    compare: (a, b) => outcomes.indexOf(a.outcome) - outcomes.indexOf(b.outcome),
    className: 'w-36',
  },
  {
    id: 'reason',
    head: 'Reason',
    cell: ({ reason }) => (
      <span className="text-muted" title={reason ?? undefined}>
        {reason}
      </span>
    ),
    className: 'w-[26%] max-md:hidden',
  },
]

const names = new Intl.Collator('en', { numeric: true })
