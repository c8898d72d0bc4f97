import type { MigrationReport, ReportedItem } from '@strongroom/shared/migrations'
import { useMemo } from 'react'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count, counted } from '../../lib/format.ts'
import { Chips } from '../../ui/Chips.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { SealBadge } from '../../ui/Seal.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { MiddleCut } from '../../ui/Text.tsx'
import { sealLook } from './item-seal.ts'
import { CannotMove, Rotate, Story } from './ReportLists.tsx'
import { comparedWords, matchingItems, outcomes, outcomeWord } from './report-words.ts'
import { shortPath } from './short-path.ts'

const parts = ['items', 'left', 'rotate', 'story'] as const
type Part = (typeof parts)[number]

/** One part of the report at a time, since each may be ten thousand lines long. */
export function ReportParts({ report }: { report: MigrationReport }) {
  const [wanted, setPart] = useUrlParam('part')
  const part = parts.find((each) => each === wanted) ?? 'items'
  const words: Record<Part, readonly [string, number]> = {
    items: ['Items', report.items.length],
    left: ['Can’t be moved', report.cannotMove.length],
    rotate: ['Secrets to rotate', report.rotate.length],
    story: ['Story', report.story.length],
  }
  return (
    <section aria-label="Parts of the report" className="space-y-4">
      <nav aria-label="Parts" className="flex gap-1 overflow-x-auto border-b border-line">
        {parts.map((each) => (
          <button
            key={each}
            type="button"
            aria-current={part === each ? 'true' : undefined}
            onClick={() => setPart(each === 'items' ? null : each)}
            className="-mb-px flex min-h-9 shrink-0 items-center gap-2 border-b-2 border-transparent px-3 text-sm text-muted hover:text-ink aria-[current]:border-accent aria-[current]:font-medium aria-[current]:text-ink pointer-coarse:min-h-11"
          >
            {words[each][0]}
            <span className="font-semibold">{count(words[each][1])}</span>
          </button>
        ))}
      </nav>
      {part === 'items' && <Items report={report} />}
      {part === 'left' && <CannotMove report={report} />}
      {part === 'rotate' && <Rotate report={report} />}
      {part === 'story' && <Story report={report} />}
    </section>
  )
}

function Items({ report: { items, defaultKey } }: { report: MigrationReport }) {
  const [outcome, setOutcome] = useUrlParam('outcome')
  const [text, setText] = useUrlParam('q')
  const rows = useMemo(() => matchingItems(items, outcome, text), [items, outcome, text])
  const columns = useMemo(() => columnsFor(defaultKey), [defaultKey])
  const chips = useMemo(
    () =>
      outcomes
        .map((each) => ({ ...each, count: items.filter((item) => item.outcome === each.id).length }))
        .filter((chip) => chip.count > 0),
    [items],
  )
  return (
    <div className="space-y-3">
      <div className="flex min-h-9 flex-wrap items-center gap-3">
        <SearchField label="Search items" value={text} onChange={setText} />
        <Chips label="Outcomes" chips={chips} chosen={outcome} onChoose={setOutcome} />
        <p className="text-sm text-muted" role="status">
          {rows.length === items.length
            ? counted(items.length, 'item')
            : `${count(rows.length)} of ${counted(items.length, 'item')}`}
        </p>
      </div>
      <DataTable
        label="Items of the migration"
        columns={columns}
        rows={rows}
        rowKey={keyOf}
        empty={
          <p className="text-muted">
            {items.length === 0 ? 'It had no item to move.' : 'No item matches the filters.'}
          </p>
        }
      />
    </div>
  )
}

const keyOf = ({ path }: ReportedItem) => path

const columnsFor = (defaultKey: string): Column<ReportedItem>[] => [
  {
    id: 'path',
    head: 'Item',
    cell: ({ path }) => (
      <span className="font-mono text-xs">
        <MiddleCut text={shortPath(path)} />
      </span>
    ),
    className: 'w-auto',
  },
  { id: 'kind', head: 'Kind', cell: ({ kind }) => kind, className: 'w-36 max-lg:hidden' },
  {
    id: 'before',
    head: 'Before',
    cell: ({ before }) => <SealBadge {...sealLook(before, defaultKey)} />,
    className: 'w-40 max-md:hidden',
  },
  {
    id: 'outcome',
    head: 'Outcome',
    cell: ({ outcome }) => <OutcomeWord outcome={outcome} />,
    className: 'w-40 max-sm:w-32',
  },
  {
    id: 'compared',
    head: 'How it was proven',
    cell: ({ compared, note }) => (
      <span className="text-muted" title={note ?? (compared ? comparedWords[compared] : undefined)}>
        {note ?? (compared ? comparedWords[compared] : '–')}
      </span>
    ),
    className: 'w-72 max-xl:hidden',
  },
]

const OutcomeWord = ({ outcome }: Pick<ReportedItem, 'outcome'>) => (
  <span
    className={`inline-flex items-center gap-1.5 align-middle ${outcome === 'failed' ? 'font-semibold text-critical' : outcome === 'not-reached' ? 'text-warning' : ''}`}
  >
    {(outcome === 'failed' || outcome === 'not-reached') && (
      <Icon name={outcome === 'failed' ? 'critical' : 'warning'} size={14} />
    )}
    {outcomeWord(outcome)}
  </span>
)
