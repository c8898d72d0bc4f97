import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, memo, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Icon } from './Icon.tsx'

const ROW_PX = matchMedia('(pointer: coarse)').matches ? 44 : 36
/** Enough for a turn of the wheel: what scrolls by before the rows are drawn is blank. */
const OVERSCAN = 20
/** Shorter tables are drawn whole: the browser's own search finds every row, and they print. */
const WINDOWED_ABOVE = 200
const SKELETON_ROWS = 8

export interface Column<Row> {
  readonly id: string
  readonly head: string
  readonly cell: (row: Row) => ReactNode
  /** Width and visibility, for the head and the cells. */
  readonly className?: string
  readonly compare?: (a: Row, b: Row) => number
}

type Props<Row> = {
  label: string
  columns: readonly Column<Row>[]
  /** Undefined while they are read for the first time. */
  rows: readonly Row[] | undefined
  rowKey: (row: Row) => string
  /** What is shown in place of rows when there are none: what would be here, and why it is not. */
  empty: ReactNode
  /** One row with the reason and a way to try again. */
  trouble?: ReactNode
  selected?: string | null
  /** `name` or `-name`. */
  sort?: string
  onSort?: (sort: string) => void
  /** The last rows came into view and there are more. */
  onEnd?: (() => void) | undefined
}

/** A table of any length: real rows, windowed when there are many, with a head that stays. Arrow keys move between the rows' links. */
export function DataTable<Row>(props: Props<Row>) {
  const { label, columns, rows, rowKey, empty, trouble, selected = null, sort = '', onSort } = props
  const body = useRef<HTMLTableSectionElement>(null)
  const sorted = rows && inOrder(rows, columns, sort)
  const { shown, above, below } = useWindow(body, sorted?.length ?? 0, props.onEnd)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys are a shortcut; each link is in the tab order by itself
    <div onKeyDown={moveBetweenRows} className="rounded-md border border-line bg-surface">
      <table
        aria-label={label}
        aria-rowcount={sorted ? sorted.length + 1 : -1}
        aria-busy={!sorted}
        className="w-full table-fixed border-separate border-spacing-0 text-sm"
      >
        <thead>
          <tr>
            {columns.map((column) => (
              <HeadCell key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {!sorted && !trouble && <Skeleton span={columns.length} />}
          {trouble && <WholeRow span={columns.length}>{trouble}</WholeRow>}
          {sorted?.length === 0 && !trouble && <WholeRow span={columns.length}>{empty}</WholeRow>}
          <Gap height={above} />
          {sorted &&
            shown.map((index) => {
              const row = sorted[index]
              if (row === undefined) return null
              const key = rowKey(row)
              return (
                <Row
                  key={key}
                  row={row}
                  index={index}
                  columns={columns as readonly Column<unknown>[]}
                  selected={selected === key}
                />
              )
            })}
          <Gap height={below} />
        </tbody>
      </table>
    </div>
  )
}

type RowProps = { row: unknown; index: number; columns: readonly Column<unknown>[]; selected: boolean }

/** Drawn anew when it changes, and not when the window moves over it. */
const Row = memo(function Row({ row, index, columns, selected }: RowProps) {
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={selected || undefined}
      style={{ height: ROW_PX }}
      className="relative hover:bg-sunken aria-selected:bg-accent-soft"
    >
      {columns.map(({ id, cell, className = '' }) => (
        <td key={id} className={`truncate border-t border-line px-3 ${className}`}>
          {cell(row)}
        </td>
      ))}
    </tr>
  )
})

function HeadCell<Row>({ column, sort, onSort }: { column: Column<Row>; sort: string; onSort: Props<Row>['onSort'] }) {
  const { id, head, compare, className = '' } = column
  const direction = sort === id ? 'ascending' : sort === `-${id}` ? 'descending' : undefined
  const shape = `sticky top-12 z-10 h-9 border-line bg-surface px-3 text-left text-xs font-semibold text-muted first:rounded-tl-md last:rounded-tr-md ${className}`
  if (!compare || !onSort)
    return (
      <th scope="col" className={shape}>
        {head}
      </th>
    )
  return (
    <th scope="col" aria-sort={direction} className={shape}>
      <button
        type="button"
        onClick={() => onSort(direction === 'ascending' ? `-${id}` : id)}
        className="inline-flex items-center gap-1 hover:text-ink"
      >
        {head}
        {direction && <Icon name={direction === 'ascending' ? 'up' : 'down'} size={12} />}
      </button>
    </th>
  )
}

function inOrder<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: string) {
  const compare = columns.find(({ id }) => id === sort.replace(/^-/, ''))?.compare
  if (!compare) return rows
  return sort.startsWith('-') ? rows.toSorted((a, b) => compare(b, a)) : rows.toSorted(compare)
}

/** Which rows are in view, and the height of those above and below, in pixels. */
function useWindow(
  body: React.RefObject<HTMLTableSectionElement | null>,
  length: number,
  onEnd: (() => void) | undefined,
) {
  const [scrollMargin, setScrollMargin] = useState(0)
  useLayoutEffect(() => {
    const element = body.current
    if (element) setScrollMargin(Math.round(element.getBoundingClientRect().top + window.scrollY))
  })
  const overscan = length > WINDOWED_ABOVE ? OVERSCAN : WINDOWED_ABOVE
  const virtual = useWindowVirtualizer({ count: length, estimateSize: () => ROW_PX, overscan, scrollMargin })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)
  const atEnd = last !== undefined && last.index >= length - 1
  useEffect(() => {
    if (atEnd) onEnd?.()
  }, [atEnd, onEnd])
  const above = items[0] ? items[0].start - scrollMargin : 0
  const below = last ? virtual.getTotalSize() - (last.end - scrollMargin) : 0
  return { shown: items.map(({ index }) => index), above, below: Math.max(0, below) }
}

const Gap = ({ height }: { height: number }) =>
  height > 0 && (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it holds the place of rows, and is none
    <tr role="presentation">
      <td role="presentation" style={{ height, padding: 0 }} />
    </tr>
  )

const WholeRow = ({ span, children }: { span: number; children: ReactNode }) => (
  <tr>
    <td colSpan={span} className="border-t border-line px-4 py-6 whitespace-normal">
      {children}
    </td>
  </tr>
)

/** Rows of the right height, so that nothing moves when the real ones come. */
const Skeleton = ({ span }: { span: number }) => (
  <tr>
    <td colSpan={span} className="p-0">
      <span className="sr-only">Reading …</span>
      {Array.from({ length: SKELETON_ROWS }, (_, row) => `row ${row}`).map((key) => (
        <div key={key} style={{ height: ROW_PX }} className="flex items-center border-t border-line px-3">
          <div className="h-3 w-1/3 rounded-sm bg-sunken" />
        </div>
      ))}
    </td>
  </tr>
)

/** Rows are reached by their `data-row` link; up and down go to the neighbours. */
function moveBetweenRows(event: KeyboardEvent<HTMLDivElement>) {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')]
  const at = links.indexOf(document.activeElement as HTMLElement)
  const next = links[at + (event.key === 'ArrowDown' ? 1 : -1)]
  if (at < 0 || !next) return
  event.preventDefault()
  next.focus({ preventScroll: true })
  next.scrollIntoView({ block: 'nearest' })
}
