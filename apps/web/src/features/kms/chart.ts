/** A value at a moment in milliseconds; null: nothing was seen then. */
export interface Sample {
  readonly at: number
  readonly value: number | null
}

/** Of the plot, in its own units, which are stretched to the room there is. */
export const PLOT = { width: 1000, height: 100 } as const

const ROUND = [1, 1.5, 2, 3, 4, 5, 6, 8, 10]

/** What stands at the top of a scale that begins at zero: a round number not much above `highest`. */
export function niceCeiling(highest: number) {
  if (highest <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(highest))
  const step = ROUND.find((each) => highest <= each * power * (1 + Number.EPSILON * 4)) ?? 10
  // 0.1 * 5 and its like leave a tail of digits.
  return Number((step * power).toPrecision(2))
}

/** Runs of neighbours. What was not seen parts them, and so does a silence longer than `silenceMs`: a gap is no line. */
export function runsOf(samples: readonly Sample[], silenceMs: number) {
  const runs: { at: number; value: number }[][] = []
  let last: number | null = null
  for (const { at, value } of samples) {
    if (value === null) {
      last = null
      continue
    }
    if (last === null || at - last > silenceMs) runs.push([])
    runs.at(-1)!.push({ at, value })
    last = at
  }
  return runs
}

export interface Scale {
  readonly from: number
  readonly to: number
  readonly top: number
}

const xOf = (at: number, { from, to }: Scale) => ((at - from) / (to - from)) * PLOT.width
const yOf = (value: number, { top }: Scale) => PLOT.height - (Math.min(value, top) / top) * PLOT.height

/** SVG paths of the lines, and of the points between two gaps: strokes of no length, which round caps make dots. */
export function pathsOf(samples: readonly Sample[], scale: Scale, silenceMs: number) {
  const runs = runsOf(samples, silenceMs).map((run) =>
    run.map(({ at, value }) => `${xOf(at, scale).toFixed(1)} ${yOf(value, scale).toFixed(2)}`),
  )
  const drawn = (some: readonly string[][]) => some.map((points) => `M${points.join('L')}`).join('')
  return {
    line: drawn(runs.filter((points) => points.length > 1)),
    dots: drawn(runs.filter((points) => points.length === 1).map(([point]) => [point!, point!])),
  }
}

/** The last value within `silenceMs` before `to`; null: there is none, so nothing is told of now. */
export function latest(samples: readonly Sample[], to: number, silenceMs: number) {
  const last = samples.at(-1)
  return last && to - last.at <= silenceMs ? last.value : null
}

/** Heights in percent from the top for labels of at least `room` percent each, as near to where they want to be as can be. */
export function spread(wanted: readonly number[], room: number) {
  const order = wanted.map((at, index) => ({ at, index })).toSorted((a, b) => a.at - b.at || a.index - b.index)
  const placed: number[] = []
  let free = 0
  for (const { at, index } of order) {
    placed[index] = Math.max(at, free)
    free = placed[index] + room
  }
  let limit = 100
  for (const { index } of order.toReversed()) {
    placed[index] = Math.min(placed[index]!, limit)
    limit = placed[index] - room
  }
  return placed
}

const MINUTE_MS = 60_000

/** Spans of time that a chart shows, and the slices of its table. */
const SPANS = [
  { spanMs: 5 * MINUTE_MS, sliceMs: MINUTE_MS },
  { spanMs: 15 * MINUTE_MS, sliceMs: MINUTE_MS },
  { spanMs: 30 * MINUTE_MS, sliceMs: 3 * MINUTE_MS },
  { spanMs: 60 * MINUTE_MS, sliceMs: 5 * MINUTE_MS },
] as const

/** The shortest span up to `to` that has all that was seen since `since`; never more than an hour. */
export function frameOf(since: number | null, to: number) {
  const { spanMs, sliceMs } = SPANS.find((each) => since === null || to - since <= each.spanMs) ?? SPANS[3]
  return { from: to - spanMs, to, sliceMs }
}

/** The highest value of each slice of `sliceMs`, oldest first; null where nothing was seen. For those who read a table. */
export function slices(samples: readonly Sample[], { from, to }: { from: number; to: number }, sliceMs: number) {
  const highest: { at: number; value: number | null }[] = []
  for (let at = from; at < to; at += sliceMs) {
    // The last look is at the very end, and belongs to the last slice.
    const end = at + sliceMs >= to ? to + 1 : at + sliceMs
    const values = samples.flatMap((each) =>
      each.at >= at && each.at < end && each.value !== null ? [each.value] : [],
    )
    highest.push({ at, value: values.length === 0 ? null : Math.max(...values) })
  }
  return highest
}

/** The sample nearest to the moment, within `withinMs`. */
export function nearest(samples: readonly Sample[], at: number, withinMs: number) {
  let best: Sample | null = null
  for (const sample of samples)
    if (Math.abs(sample.at - at) <= (best ? Math.abs(best.at - at) : withinMs)) best = sample
  return best
}
