import type { SealCounts, SealState } from '@strongroom/shared/seal'

/** How a seal is drawn: colour and pattern are in `app.css` under `seal-<look>`. */
export type SealLook = 'default' | 'other' | 'other-2' | 'customer' | 'root' | 'plain' | 'unreadable' | 'unseen'

export interface Segment {
  /** What a filter of this segment is called in the URL: a state, or `kms:<key>`. */
  readonly id: string
  readonly label: string
  readonly count: number
  readonly look: SealLook
}

export const stateWords: Record<Exclude<SealState, 'kms'>, { label: string; look: SealLook }> = {
  'root-credentials': { label: 'Root credentials', look: 'root' },
  plaintext: { label: 'Plaintext', look: 'plain' },
  unreadable: { label: 'Unreadable', look: 'unreadable' },
}

/** A key other than the default: lighter for each further one, by name, so that it keeps its colour on every page. */
export const keyLook = (
  key: string | undefined,
  defaultKey: string | null,
  others: readonly string[] = [],
): SealLook => {
  if (key !== undefined && key === defaultKey) return 'default'
  return others.indexOf(key ?? '') > 0 ? 'other-2' : 'other'
}

/** The segments of a seal bar, widest first; states without items are left out. */
export const sealSegments = (counts: SealCounts, defaultKey: string | null): Segment[] =>
  widestFirst(segmentsOf(counts, defaultKey))

function segmentsOf(counts: SealCounts, defaultKey: string | null): Segment[] {
  const others = Object.keys(counts.kms)
    .filter((key) => key !== defaultKey)
    .sort()
  const keys = Object.entries(counts.kms).map(([key, items]) => ({
    id: `kms:${key}`,
    label: key,
    count: items,
    look: keyLook(key, defaultKey, others),
  }))
  const states = Object.entries(stateWords).map(([state, words]) => ({
    id: state,
    ...words,
    count: counts[state as keyof typeof stateWords],
  }))
  return [...keys, ...states]
}

/**
 * The segments now and before of items that are being moved, in one order that stays: the default key first, then as
 * they were before, widest first. What has no item any more stays with zero, so that nothing jumps when it empties.
 */
export function movingSegments(now: SealCounts, before: SealCounts, defaultKey: string | null) {
  const all = { ...before, kms: { ...zeros(now), ...before.kms } }
  const rank = ({ id }: Segment) => (id === `kms:${defaultKey}` ? 0 : 1)
  const order = segmentsOf(all, defaultKey)
    .filter(({ id }) => countIn(now, id) > 0 || countIn(before, id) > 0)
    .sort((a, b) => rank(a) - rank(b) || b.count - a.count || a.id.localeCompare(b.id))
  const counted = (counts: SealCounts) => order.map((segment) => ({ ...segment, count: countIn(counts, segment.id) }))
  return { now: counted(now), before: counted(before) }
}

const zeros = ({ kms }: SealCounts) => Object.fromEntries(Object.keys(kms).map((key) => [key, 0]))

/** How many items the segment `id` counts. */
export const countIn = (counts: SealCounts, id: string): number =>
  id.startsWith('kms:') ? (counts.kms[id.slice('kms:'.length)] ?? 0) : (counts[id as keyof typeof stateWords] ?? 0)

export const widestFirst = (segments: Segment[]) =>
  segments.filter((segment) => segment.count > 0).sort((a, b) => b.count - a.count || a.id.localeCompare(b.id))

/**
 * Widths in pixels that fill `total` in proportion to `counts`, none thinner than `least` while its count is above
 * zero: what the thin ones need is taken from the wide ones, in proportion. With too little room all are equal.
 */
export function segmentWidths(counts: readonly number[], total: number, least = 4): number[] {
  const shown = counts.filter((value) => value > 0).length
  if (shown * least >= total) return counts.map((value) => (value > 0 ? total / shown : 0))
  const lifted = new Set<number>()
  for (;;) {
    const rest = counts.reduce((sum, value, index) => (lifted.has(index) ? sum : sum + value), 0)
    const room = total - lifted.size * least
    const widths = counts.map((value, index) => (lifted.has(index) ? least : rest === 0 ? 0 : (value / rest) * room))
    const thin = widths.findIndex((width, index) => !lifted.has(index) && counts[index]! > 0 && width < least)
    if (thin < 0) return widths
    lifted.add(thin)
  }
}
