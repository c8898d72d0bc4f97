import type { Coverage } from '@strongroom/shared/coverage'
import type { Progress } from '../../jobs/job.ts'
import { Pace } from '../../jobs/pace.ts'

/** Beyond them the rows of a job are for those that are done and the one that is counted. */
const ROWS_MOST = 100
const FAILURES_SHOWN = 200
const RECENT_SHOWN = 5

/** What a job that counts says of itself. */
export class CoverageProgress {
  readonly #buckets: readonly string[]
  readonly #expected: ReadonlyMap<string, number>
  /** Versions by bucket, of those that were begun. */
  readonly #counted = new Map<string, number>()
  readonly #ended = new Set<string>()
  readonly #failures: { item: string; reason: string }[] = []
  readonly #recent: string[] = []
  /** Of a length that is always the same, since the estimate changes: for the rate alone. */
  readonly #pace = new Pace()
  #done = 0
  #plain = 0
  #message = 'Lists the first page.'

  constructor(buckets: readonly string[], expected: ReadonlyMap<string, number>) {
    this.#buckets = buckets
    this.#expected = expected
  }

  get now(): Progress {
    const [done, total] = [this.#done, this.#total()]
    const { ratePerSecond } = this.#pace.measure({ state: 'running', done, total: 0 }, performance.now())
    return {
      ...{ done, total, ratePerSecond, message: this.#message },
      secondsLeft: ratePerSecond === null || total === null ? null : Math.ceil((total - done) / ratePerSecond),
      failed: this.#failures.length,
      failures: this.#failures.slice(0, FAILURES_SHOWN),
      recent: [...this.#recent],
      byKind: this.#rows(),
    }
  }

  /** @param total what was counted before it was cut off: that says nothing of the rate */
  begins(bucket: string, total: number): Progress {
    const { ratePerSecond: _, ...progress } = this.counted(bucket, total)
    this.#pace.measure({ state: 'paused', done: this.#done, total: 0 }, performance.now())
    return progress
  }

  counted(bucket: string, total: number): Progress {
    this.#done += total - (this.#counted.get(bucket) ?? 0)
    this.#counted.set(bucket, total)
    this.#message = `Counts ${bucket}: ${total} versions so far.`
    return this.now
  }

  ended({ bucket, total, plain, unknown }: Coverage): Progress {
    this.#ended.add(bucket)
    this.#plain += plain
    this.#recent.unshift(`${bucket}: ${versions(total, plain, unknown)}`)
    this.#recent.length = Math.min(this.#recent.length, RECENT_SHOWN)
    return this.now
  }

  failed(bucket: string, reason: string): Progress {
    this.#ended.add(bucket)
    this.#failures.push({ item: bucket, reason })
    return this.now
  }

  get end(): Progress {
    const { length: failed } = this.#failures
    const { length: all } = this.#buckets
    if (failed === all) {
      const why = this.#failures[0]?.reason ?? ''
      return { state: 'failed', message: all === 1 ? why : `None of ${all} buckets could be counted. ${why}` }
    }
    const counted = `${all - failed} ${all - failed === 1 ? 'bucket' : 'buckets'} counted: ${this.#done} versions, ${this.#plain} of them plain.`
    const rest = failed === 0 ? '' : ` ${failed} could not be counted.`
    return { ...this.now, total: this.#done, message: counted + rest }
  }

  /** Null where the scanner did not tell of all that are not through. */
  #total(): number | null {
    let total = this.#done
    for (const bucket of this.#buckets) {
      if (this.#ended.has(bucket)) continue
      const left = (this.#expected.get(bucket) ?? Number.NaN) - (this.#counted.get(bucket) ?? 0)
      if (!(left >= 0)) return null
      total += left
    }
    return total
  }

  #rows(): NonNullable<Progress['byKind']> {
    const row = (bucket: string) => {
      const done = this.#counted.get(bucket) ?? 0
      const ended = this.#ended.has(bucket)
      return { kind: bucket, done, total: ended ? done : Math.max(done, this.#expected.get(bucket) ?? 0) }
    }
    if (this.#buckets.length <= ROWS_MOST) return this.#buckets.map(row)
    const current = [...this.#counted.keys()].at(-1)
    const through = { kind: 'buckets', done: this.#ended.size, total: this.#buckets.length }
    return current === undefined ? [through] : [through, row(current)]
  }
}

const versions = (total: number, plain: number, unknown: number) =>
  `${total} versions, ${plain} plain${unknown > 0 ? `, ${unknown} unknown` : ''}`
