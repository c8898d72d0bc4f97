import type { Job } from '@strongroom/shared/jobs'
import type { MigrationReport } from '@strongroom/shared/migrations'
import type { Ledger } from './ledger.ts'

/** How old the kept report of a running job may be: what a crash of the console leaves of it. */
const FRESH_MS = 5_000

/** Keeps the report of a run on disk while it goes on. */
export class Reporter {
  readonly #ledger: Ledger
  readonly #keep: (report: MigrationReport) => Promise<unknown>
  #dueAt = 0

  constructor(ledger: Ledger, keep: (report: MigrationReport) => Promise<unknown>) {
    this.#ledger = ledger
    this.#keep = keep
  }

  /** Of a large cluster the report has megabytes: it is written less often, so that it takes little of the time. */
  async keepIfDue() {
    if (performance.now() >= this.#dueAt) await this.keep('running', 'Running.')
  }

  async keep(state: Job['state'], message: string) {
    const since = performance.now()
    await this.#keep(this.#ledger.report(state, message))
    const now = performance.now()
    this.#dueAt = now + Math.max(FRESH_MS, 20 * (now - since))
  }

  async close(state: Job['state'], message: string) {
    this.#ledger.tell(`${ENDS[state]}: ${message}`)
    await this.keep(state, message)
  }
}

const ENDS: Readonly<Partial<Record<Job['state'], string>>> = { done: 'Ended', failed: 'Failed', cancelled: 'Stopped' }
