import type { Job } from '@strongroom/shared/jobs'

const WINDOW_MS = 15_000
/** A shorter time tells little. */
const LEAST_MS = 1_000

/** How fast a job is of late, and how long it will take at that. */
export class Pace {
  #total: number | null = null
  /** Oldest first; the first one is at the edge of the window or older. */
  #samples: { readonly at: number; readonly done: number }[] = []

  /** @param at milliseconds of any clock that never goes back */
  measure({ state, done, total }: Pick<Job, 'state' | 'done' | 'total'>, at: number) {
    const last = this.#samples.at(-1)
    // A total that changes begins another part of the work; a pause says nothing of the pace.
    if (state !== 'running' || total !== this.#total || (last && done < last.done)) this.#samples = []
    this.#total = total
    if (state !== 'running' || total === null) return UNKNOWN
    this.#samples.push({ at, done })
    while (this.#samples[1] && this.#samples[1].at <= at - WINDOW_MS) this.#samples.shift()
    const first = this.#samples[0]!
    if (at - first.at < LEAST_MS || done === first.done) return UNKNOWN
    const rate = ((done - first.done) * 1_000) / (at - first.at)
    return {
      ratePerSecond: Number(rate.toPrecision(3)),
      secondsLeft: Math.max(0, Math.ceil((total - done) / rate)),
    }
  }
}

const UNKNOWN = { ratePerSecond: null, secondsLeft: null } satisfies Partial<Job>
