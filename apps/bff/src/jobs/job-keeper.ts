import type { Job } from '@strongroom/shared/jobs'
import type { JobStore } from './job-store.ts'

/** Keeps one job that runs here in the store, one write at a time, each with the newest snapshot. */
export class JobKeeper {
  readonly #store: JobStore
  readonly #newest: () => Job
  readonly #onFailure: (cause: unknown) => void
  #beat = 0
  #writing: Promise<void> = Promise.resolve()
  #queued: Promise<void> | undefined
  #written: { readonly version: number; readonly state: Job['state']; readonly at: number } | undefined
  #told = false

  /** @param onFailure hears of the first write that fails; the job goes on, and others can't see how far it is */
  constructor(store: JobStore, newest: () => Job, onFailure: (cause: unknown) => void) {
    this.#store = store
    this.#newest = newest
    this.#onFailure = onFailure
  }

  /** A change of state is written at once, any other change with the next tick. */
  changed() {
    if (this.#newest().state !== this.#written?.state) void this.save()
  }

  /** Writes what changed; and without a change as soon as the last write is `beatMs` old. */
  tick(beatMs: number) {
    const { version, at } = this.#written ?? { version: -1, at: 0 }
    if (this.#newest().version !== version || performance.now() - at >= beatMs) void this.save()
  }

  /** Resolves once the newest snapshot lies there, or could not be written. */
  save(): Promise<void> {
    if (this.#queued !== undefined) return this.#queued
    this.#queued = this.#writing.then(() => {
      this.#queued = undefined
      return this.#write()
    })
    this.#writing = this.#queued
    return this.#queued
  }

  async #write() {
    const job = this.#newest()
    this.#beat += 1
    this.#written = { version: job.version, state: job.state, at: performance.now() }
    try {
      await this.#store.write(job, this.#beat)
    } catch (cause) {
      if (!this.#told) this.#onFailure(cause)
      this.#told = true
    }
  }
}
