import { randomUUID } from 'node:crypto'
import { type Job, jobEnded } from '@strongroom/shared/jobs'
import { AppError } from '../errors.ts'
import type { Progress, Work } from './job.ts'

interface Entry {
  snapshot: Job
  changed: Deferred
  resumed: Deferred
  readonly abort: AbortController
}

interface Deferred {
  readonly promise: Promise<void>
  readonly resolve: () => void
}

const KEPT = 50

/** What starts a job: its kind, who started it, and the unit of its counts. */
export type JobHead = Pick<Job, 'kind' | 'startedBy' | 'unit'>

/**
 * Runs jobs and keeps the latest snapshot of each, so that a slow reader skips to the newest. State is in memory: a
 * restart of the console forgets jobs, and loses nothing else, since each job can be run again.
 */
export class JobRunner {
  readonly #jobs = new Map<string, Entry>()
  readonly #onFailure: (job: Job, cause: unknown) => void

  /** @param onFailure hears of what no job raised on purpose, for the log */
  constructor(onFailure: (job: Job, cause: unknown) => void) {
    this.#onFailure = onFailure
  }

  /** @throws AppError `conflict` while a job of the same kind runs */
  start(head: JobHead, work: Work): Job {
    const running = this.list().find(({ kind, state }) => kind === head.kind && !isOver(state))
    if (running) throw new AppError('conflict', `Such a job is running already, started by ${running.startedBy}.`)
    const entry: Entry = {
      snapshot: firstSnapshot(head),
      changed: deferred(),
      resumed: deferred(),
      abort: new AbortController(),
    }
    this.#jobs.set(entry.snapshot.id, entry)
    this.#forgetOldest()
    void this.#run(entry, work)
    return entry.snapshot
  }

  list(): Job[] {
    return [...this.#jobs.values()].map(({ snapshot }) => snapshot).reverse()
  }

  get(id: string): Job {
    return this.#entry(id).snapshot
  }

  /** Snapshots of a job until it ends. Throws `not-found` at once, before a stream is opened. */
  watch(id: string): AsyncGenerator<Job> {
    return follow(this.#entry(id))
  }

  /** Lets paused work go on. */
  resume(id: string) {
    this.#entry(id).resumed.resolve()
  }

  cancel(id: string) {
    this.#entry(id).abort.abort()
  }

  /** Stops every job: the process is about to end. */
  async stop() {
    const running = [...this.#jobs.values()].filter(({ snapshot }) => !jobEnded(snapshot))
    for (const { abort } of running) abort.abort()
    await Promise.all(running.map(untilEnd))
  }

  async #run(entry: Entry, work: Work) {
    update(entry, { state: 'running' })
    const { signal } = entry.abort
    try {
      for await (const progress of work(signal, () => resumption(entry))) update(entry, progress)
      end(entry, entry.snapshot.state === 'failed' ? {} : { state: 'done' })
    } catch (cause) {
      if (signal.aborted && cause === signal.reason)
        return end(entry, { state: 'cancelled', message: 'Stopped. What was done stays done.' })
      if (!(cause instanceof AppError)) this.#onFailure(entry.snapshot, cause)
      end(entry, {
        state: 'failed',
        message: cause instanceof AppError ? cause.detail : 'The console failed. See its log.',
      })
    }
  }

  #entry(id: string): Entry {
    const entry = this.#jobs.get(id)
    if (entry === undefined)
      throw new AppError('not-found', 'There is no such job. A restart of the console forgets them.')
    return entry
  }

  #forgetOldest() {
    for (const [id, { snapshot }] of this.#jobs) {
      if (this.#jobs.size <= KEPT) return
      if (jobEnded(snapshot)) this.#jobs.delete(id)
    }
  }
}

/** The next call of `resume`; a stop ends the waiting. */
async function resumption(entry: Entry) {
  const { signal } = entry.abort
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  signal.throwIfAborted()
  await Promise.race([entry.resumed.promise, stopped])
  entry.resumed = deferred()
}

const isOver = (state: Job['state']) => jobEnded({ state })

const firstSnapshot = (head: JobHead): Job => ({
  ...head,
  id: randomUUID(),
  state: 'queued',
  version: 0,
  done: 0,
  total: null,
  failed: 0,
  message: '',
  startedAt: new Date().toISOString(),
  endedAt: null,
  seals: null,
  sealsBefore: null,
  byKind: [],
  recent: [],
  failures: [],
})

function update(entry: Entry, progress: Progress & Partial<Pick<Job, 'endedAt'>>) {
  entry.snapshot = { ...entry.snapshot, ...progress, version: entry.snapshot.version + 1 }
  const { resolve } = entry.changed
  entry.changed = deferred()
  resolve()
}

const end = (entry: Entry, progress: Progress) => update(entry, { ...progress, endedAt: new Date().toISOString() })

/** A slow reader skips versions and always gets the latest. */
async function* follow(entry: Entry): AsyncGenerator<Job, void> {
  for (let seen = -1; ; ) {
    const { snapshot, changed } = entry
    if (snapshot.version > seen) yield snapshot
    seen = snapshot.version
    if (snapshot.endedAt !== null) return
    if (entry.snapshot.version === seen) await changed.promise
  }
}

function deferred(): Deferred {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

async function untilEnd(entry: Entry) {
  for await (const _ of follow(entry)) {
    // only the end matters
  }
}
