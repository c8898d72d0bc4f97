import { useLayoutEffect, useRef, useState } from 'react'
import { count, counted, exact, share } from '../lib/format.ts'
import { type SealLook, type Segment, segmentWidths } from '../lib/seal.ts'

type BadgeProps = {
  look: SealLook
  label: string
  mono?: boolean
  /** More than the word, where there is more to say. */
  title?: string
}

/** A seal state or a key: swatch with its pattern, and always the word. */
export function SealBadge({ look, label, mono = false, title = label }: BadgeProps) {
  return (
    <span className="inline-flex max-w-full min-w-0 items-center gap-1.5 align-middle" title={title}>
      <span aria-hidden="true" className={`size-3 shrink-0 rounded-xs ${swatch[look]}`} />
      <span className={`truncate ${mono ? 'font-mono text-xs' : ''}`}>{label}</span>
    </span>
  )
}

const swatch: Record<SealLook, string> = {
  default: 'seal-default',
  other: 'seal-other',
  'other-2': 'seal-other-2',
  customer: 'seal-customer',
  root: 'seal-root',
  plain: 'seal-plain',
  unreadable: 'seal-unreadable',
  unseen: 'seal-unseen',
}

type Props = {
  /** What the bar counts, for people who hear it: "IAM and config items by what seals them". */
  caption: string
  segments: readonly Segment[]
  noun: string
  /** How many there are in all, where the segments count only the first of them. */
  firstOf?: number | undefined
  /** When the counts were read. */
  readAt: string
  /** The state before, as a thin line above. */
  before?: readonly Segment[] | undefined
  selected?: string | null
  /** Called with the id of a segment, or with null when the selected one is chosen again. */
  onSelect?: ((id: string | null) => void) | undefined
}

/** The seal bar: what protects the items, as widths, counts and words. */
export function SealBar(props: Props) {
  const { segments, noun, firstOf, readAt, before, selected = null, onSelect } = props
  const [hot, setHot] = useState<string | null>(null)
  const total = segments.reduce((sum, segment) => sum + segment.count, 0)
  const all = firstOf === undefined ? counted(total, noun) : `the first ${count(total)} of ${counted(firstOf, noun)}`
  const caption = firstOf === undefined ? props.caption : `${props.caption}: ${all}`
  const told = segments.find(({ id }) => id === (hot ?? selected))
  const choose = (id: string) => onSelect?.(id === selected ? null : id)
  const each = segments.map((segment) => ({ segment, dim: selected !== null && selected !== segment.id }))
  return (
    <section aria-label={caption} className="space-y-2">
      <CountTable caption={caption} segments={segments} noun={noun} total={total} />
      {before && <Strip segments={before} className="h-1 opacity-70" />}
      <Strip segments={segments} className="h-7" dimOthers={selected} onHot={setHot} onChoose={onSelect && choose} />
      <ul className="flex flex-wrap gap-x-1 gap-y-1" onPointerLeave={() => setHot(null)}>
        {each.map(({ segment, dim }) => (
          <li key={segment.id}>
            <Entry
              segment={segment}
              total={total}
              dim={dim}
              pressed={selected === segment.id}
              onHot={setHot}
              onChoose={onSelect && choose}
            />
          </li>
        ))}
      </ul>
      <p aria-hidden="true" className="min-h-5 text-sm text-muted" title={exact(readAt)}>
        {told
          ? `${told.label}: ${count(told.count)} of ${all} (${share(told.count, total)}), read at ${exact(readAt).slice(11)}`
          : `${all}, read at ${exact(readAt).slice(11)}`}
      </p>
    </section>
  )
}

const GAP_PX = 2

type StripProps = {
  segments: readonly Segment[]
  className: string
  dimOthers?: string | null
  onHot?: (id: string | null) => void
  onChoose?: ((id: string) => void) | undefined
}

/** The widths alone. The buttons under it carry the words; this is the large target for a pointer. */
function Strip({ segments: all, className, dimOthers = null, onHot, onChoose }: StripProps) {
  const [ref, width] = useWidth()
  const segments = all.filter((segment) => segment.count > 0)
  const widths = segmentWidths(
    segments.map((segment) => segment.count),
    Math.max(0, width - GAP_PX * Math.max(0, segments.length - 1)),
  )
  const starts = widths.map((_, index) => widths.slice(0, index).reduce((sum, each) => sum + each + GAP_PX, 0))
  return (
    <div
      ref={ref}
      aria-hidden="true"
      className={`relative w-full overflow-hidden rounded-sm ${className}`}
      onPointerLeave={() => onHot?.(null)}
    >
      {segments.length === 0 && <div className="seal-unseen h-full w-full rounded-sm" />}
      {width > 0 &&
        segments.map((segment, index) => (
          <button
            key={segment.id}
            type="button"
            tabIndex={-1}
            disabled={!onChoose}
            onClick={() => onChoose?.(segment.id)}
            onPointerEnter={() => onHot?.(segment.id)}
            // Moved and not laid out anew: a bar that lives pushes nothing about.
            style={{ width: widths[index], transform: `translateX(${starts[index]}px)` }}
            className={`absolute inset-y-0 left-0 transition-[width,transform,opacity] duration-150 ${swatch[segment.look]} ${dimOthers !== null && dimOthers !== segment.id ? 'opacity-30' : ''}`}
          />
        ))}
    </div>
  )
}

type EntryProps = {
  segment: Segment
  total: number
  dim: boolean
  pressed: boolean
  onHot: (id: string | null) => void
  onChoose: ((id: string) => void) | undefined
}

function Entry({ segment, total, dim, pressed, onHot, onChoose }: EntryProps) {
  const content = (
    <>
      <SealBadge look={segment.look} label={segment.label} />
      <span className="shrink-0 font-semibold whitespace-nowrap">{count(segment.count)}</span>
      <span className="shrink-0 whitespace-nowrap text-muted">{share(segment.count, total)}</span>
    </>
  )
  const shape = `flex min-h-7 pointer-coarse:min-h-11 max-w-72 items-center gap-2 rounded-md border px-2 text-sm ${dim ? 'text-muted' : ''}`
  if (!onChoose) return <span className={`${shape} border-transparent`}>{content}</span>
  return (
    <button
      type="button"
      aria-pressed={pressed}
      onClick={() => onChoose(segment.id)}
      onFocus={() => onHot(segment.id)}
      onBlur={() => onHot(null)}
      onPointerEnter={() => onHot(segment.id)}
      className={`${shape} ${pressed ? 'border-accent bg-accent-soft' : 'border-line hover:bg-sunken'}`}
    >
      {content}
    </button>
  )
}

function CountTable({
  caption,
  segments,
  noun,
  total,
}: {
  caption: string
  segments: readonly Segment[]
  noun: string
  total: number
}) {
  return (
    // On the table itself the cells would keep their width, and a long key would make the page scroll sideways.
    <div className="sr-only">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Sealed by</th>
            <th scope="col">{noun}s</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {segments.map(({ id, label, count: items }) => (
            <tr key={id}>
              <th scope="row">{label}</th>
              <td>{items}</td>
              <td>{share(items, total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function useWidth() {
  const ref = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = ref.current!
    const measure = () => setWidth(element.clientWidth)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, width] as const
}
