import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, memo, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Icon } from './Icon.tsx'
import { AllCheck, RowCheck } from './RowCheck.tsx'
import { type Choosing, useChoice } from './use-choice.ts'

const ROW_PX = matchMedia('(pointer: coarse)').matches ? 44 : 36
/** Enough for a turn of the wheel: what scrolls by before the rows are drawn is blank. */
const OVERSCAN = 20
/** Shorter tables are drawn whole: the browser's own search finds every row, and they print. */
const WINDOWED_FROM = 200
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
  /** Rows can be selected, by their keys; the head selects all that are shown. */
  choosing?: Choosing | undefined
  /** Many columns: less room between them. */
  dense?: boolean
}

const none: readonly string[] = []

/**
 * A table of any length: real rows, windowed when there are many, with a head that stays. Arrow keys move between the rows'
 * links, and between their check boxes; Space on a link selects its row.
 */
export function DataTable<Row>(props: Props<Row>) {
  const { label, columns, rows, rowKey, empty, trouble, selected = null, sort = '', onSort, choosing } = props
  const body = useRef<HTMLTableSectionElement>(null)
  const sorted = useMemo(() => rows && inOrder(rows, columns, sort), [rows, columns, sort])
  const choosable = choosing !== undefined
  const keys = useMemo(() => (choosable && sorted ? sorted.map(rowKey) : none), [choosable, sorted, rowKey])
  const choice = useChoice(keys, choosing)
  const { shown, above, below } = useWindow(body, sorted?.length ?? 0, props.onEnd)
  const pad = props.dense ? 'px-2' : 'px-3'
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
            {choosing && (
              <th scope="col" className={`${headClass} w-10 pointer-coarse:w-12`}>
                <AllCheck extent={choice.extent} count={keys.length} onSet={choice.setAll} />
              </th>
            )}
            {columns.map((column) => (
              <HeadCell key={column.id} column={column} sort={sort} onSort={onSort} pad={pad} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {!sorted && !trouble && <Skeleton />}
          {trouble && <WholeRow className="px-4 py-6 whitespace-normal">{trouble}</WholeRow>}
          {sorted?.length === 0 && !trouble && <WholeRow className="px-4 py-6 whitespace-normal">{empty}</WholeRow>}
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
                  pad={pad}
                  rowKey={key}
                  chosen={choosing?.chosen.has(key)}
                  onSet={choice.set}
                />
              )
            })}
          <Gap height={below} />
        </tbody>
      </table>
    </div>
  )
}

type RowProps = {
  row: unknown
  index: number
  columns: readonly Column<unknown>[]
  selected: boolean
  pad: string
  rowKey: string
  /** Undefined where rows can't be selected. */
  chosen: boolean | undefined
  onSet: (key: string, on: boolean, range: boolean) => void
}

/** Drawn anew when it changes, and not when the window moves over it. */
const Row = memo(function Row({ row, index, columns, selected, pad, rowKey, chosen, onSet }: RowProps) {
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={selected || undefined}
      style={{ height: ROW_PX }}
      className={`relative hover:bg-sunken aria-selected:bg-accent-soft ${chosen ? 'bg-accent-soft/60' : ''}`}
    >
      {chosen !== undefined && (
        <td className="relative border-t border-line">
          <RowCheck rowKey={rowKey} chosen={chosen} onSet={onSet} />
        </td>
      )}
      {columns.map(({ id, cell, className = '' }) => (
        <td key={id} className={`truncate border-t border-line ${pad} ${className}`}>
          {cell(row)}
        </td>
      ))}
    </tr>
  )
})

const headClass =
  'sticky top-12 z-10 h-9 border-line bg-surface text-left text-xs font-semibold text-muted first:rounded-tl-md last:rounded-tr-md'

type HeadProps<Row> = { column: Column<Row>; sort: string; onSort: Props<Row>['onSort']; pad: string }

function HeadCell<Row>({ column, sort, onSort, pad }: HeadProps<Row>) {
  const { id, head, compare, className = '' } = column
  const direction = sort === id ? 'ascending' : sort === `-${id}` ? 'descending' : undefined
  const shape = `${headClass} ${pad} ${className}`
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
  const overscan = length >= WINDOWED_FROM ? OVERSCAN : WINDOWED_FROM
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

/** One cell below all columns that show: one below hidden ones too would make room for them, and move the head. */
function WholeRow({ className, children }: { className: string; children: ReactNode }) {
  const cell = useRef<HTMLTableCellElement>(null)
  const [span, setSpan] = useState(1)
  useLayoutEffect(() => {
    const measure = () => {
      const heads = [...(cell.current?.closest('table')?.tHead?.rows[0]?.cells ?? [])]
      setSpan(heads.filter((head) => getComputedStyle(head).display !== 'none').length)
    }
    measure()
    addEventListener('resize', measure)
    return () => removeEventListener('resize', measure)
  }, [])
  return (
    <tr>
      <td ref={cell} colSpan={span} className={`border-t border-line ${className}`}>
        {children}
      </td>
    </tr>
  )
}

/** Rows of the right height, so that nothing moves when the real ones come. */
const Skeleton = () => (
  <WholeRow className="p-0">
    <span className="sr-only">Reading …</span>
    {Array.from({ length: SKELETON_ROWS }, (_, row) => `row ${row}`).map((key) => (
      <div
        key={key}
        style={{ height: ROW_PX }}
        className="flex items-center border-line px-3 not-first-of-type:border-t"
      >
        <div className="h-3 w-1/3 rounded-sm bg-sunken" />
      </div>
    ))}
  </WholeRow>
)

/** Rows are reached by their `data-row` link, or by their check box; up and down go to the neighbours, Space selects. */
function moveBetweenRows(event: KeyboardEvent<HTMLDivElement>) {
  const here = document.activeElement as HTMLElement
  if (event.key === ' ' && here.dataset.row !== undefined) return selectRow(event, here)
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const stops = here.dataset.check === undefined ? '[data-row]' : '[data-check]'
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>(stops)]
  const at = all.indexOf(here)
  const next = all[at + (event.key === 'ArrowDown' ? 1 : -1)]
  if (at < 0 || !next) return
  event.preventDefault()
  next.focus({ preventScroll: true })
  next.scrollIntoView({ block: 'nearest' })
}

function selectRow(event: KeyboardEvent, link: HTMLElement) {
  const box = link.closest('tr')?.querySelector('[data-check]')
  if (!box) return
  event.preventDefault()
  box.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, shiftKey: event.shiftKey }))
}
