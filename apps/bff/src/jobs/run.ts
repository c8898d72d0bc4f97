import type { Job } from '@strongroom/shared/jobs'
import { AppError } from '../errors.ts'
import { type Deferred, deferred } from './deferred.ts'
import type { Progress, Work } from './job.ts'
import { JobKeeper } from './job-keeper.ts'
import type { JobStore } from './job-store.ts'
import { Pace } from './pace.ts'

/** What starts a job: its kind, what it is about, who started it, and the unit of its counts. */
export type JobHead = Pick<Job, 'kind' | 'target' | 'startedBy' | 'unit'>

/** One job that this process runs. */
export class Run {
  snapshot: Job
  /** Resolves at the next change. */
  changed = deferred()
  readonly keeper: JobKeeper
  /** Resolves once it has ended and its end is written. */
  readonly ended: Promise<void>
  readonly #over = deferred()
  readonly #abort = new AbortController()
  readonly #pace = new Pace()
  readonly #store: JobStore
  readonly #onFailure: (job: Job, cause: unknown) => void
  #resumed: Deferred = deferred()
  /** What the work gives itself is not told from its counts. */
  #given: Pick<Progress, 'ratePerSecond' | 'secondsLeft'> = {}

  constructor(id: string, head: JobHead, store: JobStore, onFailure: (job: Job, cause: unknown) => void) {
    this.snapshot = firstSnapshot(id, head)
    this.ended = this.#over.promise
    this.#store = store
    this.#onFailure = onFailure
    this.keeper = new JobKeeper(
      store,
      () => this.snapshot,
      (cause) => onFailure(this.snapshot, new Error('The state folder could not keep how far the job is', { cause })),
    )
  }

  async go(work: Work) {
    this.#update({ state: 'running' })
    await this.#work(work)
    await this.keeper.save()
    await this.#store.forgetRequest(this.snapshot.id).catch(() => undefined)
    this.#over.resolve()
  }

  resume() {
    this.#resumed.resolve()
  }

  /** Stops it between two steps; `message` is what it says of its end. */
  cancel(message: string) {
    this.#abort.abort(new DOMException(message, 'AbortError'))
  }

  async #work(work: Work) {
    const { signal } = this.#abort
    try {
      for await (const progress of work(signal, () => this.#resumption())) this.#update(progress)
      this.#end(this.snapshot.state === 'failed' ? {} : { state: 'done' })
    } catch (cause) {
      if (signal.aborted && cause === signal.reason)
        return this.#end({ state: 'cancelled', message: signal.reason.message })
      if (!(cause instanceof AppError)) this.#onFailure(this.snapshot, cause)
      this.#end({
        state: 'failed',
        message: cause instanceof AppError ? cause.detail : 'The console failed. See its log.',
      })
    }
  }

  /** The next call of `resume`; a stop ends the waiting. */
  async #resumption() {
    const { signal } = this.#abort
    const stopped = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    signal.throwIfAborted()
    await Promise.race([this.#resumed.promise, stopped])
    this.#resumed = deferred()
  }

  /** What the work gave of a run that is yet to come (a dry run) holds beyond its end. */
  #end(progress: Progress) {
    if (progress.state !== 'done') this.#given = {}
    this.#update({ ...progress, ratePerSecond: null, secondsLeft: this.#given.secondsLeft ?? null }, new Date())
  }

  #update(progress: Progress, endedAt?: Date) {
    const { ratePerSecond, secondsLeft } = progress
    if (ratePerSecond !== undefined) this.#given.ratePerSecond = ratePerSecond
    if (secondsLeft !== undefined) this.#given.secondsLeft = secondsLeft
    const next = { ...this.snapshot, ...progress, version: this.snapshot.version + 1 }
    this.snapshot = {
      ...next,
      waiting: next.state === 'paused' ? next.waiting : null,
      ...this.#pace.measure(next, performance.now()),
      ...(next.state === 'paused' ? {} : this.#given),
      endedAt: endedAt?.toISOString() ?? null,
    }
    const { resolve } = this.changed
    this.changed = deferred()
    resolve()
    this.keeper.changed()
  }
}

const firstSnapshot = (id: string, head: JobHead): Job => ({
  ...head,
  id,
  state: 'queued',
  version: 0,
  done: 0,
  total: null,
  failed: 0,
  message: '',
  startedAt: new Date().toISOString(),
  endedAt: null,
  ranBy: [head.startedBy],
  waiting: null,
  ratePerSecond: null,
  secondsLeft: null,
  credentialsUntil: null,
  hasReport: false,
  seals: null,
  sealsBefore: null,
  byKind: [],
  recent: [],
  failures: [],
})
