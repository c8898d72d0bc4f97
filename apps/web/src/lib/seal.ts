import type { SealCounts, SealState } from '@strongroom/shared/seal'

/** How a seal is drawn: colour and pattern are in `app.css` under `seal-<look>`. */
export type SealLook = 'default' | 'other' | 'other-2' | 'root' | 'plain' | 'unreadable' | 'unseen'

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
export function sealSegments(counts: SealCounts, defaultKey: string | null): Segment[] {
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
  return widestFirst([...keys, ...states])
}

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
