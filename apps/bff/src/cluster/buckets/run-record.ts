import type { ObjectRun } from '@strongroom/shared/object-encryption'
import type { KeptRun, ObjectRuns } from './object-runs.ts'
import { RunTally } from './run-tally.ts'

const SAVE_MS = 1_000

/** One run as it is kept while it goes. */
export class RunRecord {
  readonly tally: RunTally
  readonly #runs: ObjectRuns
  #upTo: ObjectRun
  #goesOnAfter: string | null
  readonly #begunAt = new Date().toISOString()
  #savedAt = Number.NEGATIVE_INFINITY

  /** @param from a run to go on with; its counts are those of all up to there */
  constructor(runs: ObjectRuns, head: Pick<ObjectRun, 'id' | 'act' | 'bucket' | 'by' | 'order'>, from: KeptRun | null) {
    const { id, by, order } = head
    const fresh = { ...EMPTY, ...head, startedAt: this.#begunAt }
    this.#upTo =
      from === null ? fresh : { ...from.upTo, id, order, by: [...new Set([...from.upTo.by, ...by])], endedAt: null }
    this.#goesOnAfter = from?.goesOnAfter ?? ''
    this.#runs = runs
    this.tally = new RunTally(this.#upTo)
  }

  get goesOnAfter() {
    return this.#goesOnAfter ?? ''
  }

  /** All up to `key` is dealt with; null: all. */
  reached(key: string | null) {
    this.#upTo = this.tally.run
    this.#goesOnAfter = key
  }

  /** Once a second at most, unless it is the end. A folder that can't be written stops the run before it writes more. */
  async save(force = false) {
    if (!force && performance.now() - this.#savedAt < SAVE_MS) return
    this.#savedAt = performance.now()
    const [upTo, goesOnAfter, begunAt] = [this.#upTo, this.#goesOnAfter, this.#begunAt]
    await this.#runs.keep({ run: this.tally.run, upTo, goesOnAfter, begunAt })
  }

  async end() {
    this.tally.ended(new Date())
    await this.save(true)
  }
}

const EMPTY = {
  endedAt: null,
  done: { count: 0, bytes: 0 },
  already: 0,
  left: [],
  retried: 0,
  failed: 0,
  failures: [],
} satisfies Partial<ObjectRun>
