import { randomUUID } from 'node:crypto'
import type { Job } from '@strongroom/shared/jobs'
import { AppError } from '../errors.ts'
import { followKept, followRun } from './follow.ts'
import type { Work } from './job.ts'
import { JobStore, newestFirst } from './job-store.ts'
import { type ProcessIdentity, thisProcess } from './process-identity.ts'
import { type JobHead, Run } from './run.ts'

const KEPT = 50

export interface RunnerOptions {
  /** Shared by the replicas of a console; made when the first job starts. */
  readonly folder: string
  /** Hears of what no job raised on purpose, and of snapshots that can't be written, for the log. */
  readonly onFailure: (job: Job, cause: unknown) => void
  /** How often jobs that run here are written where they changed, and requests to stop them and jobs of others are read. */
  readonly lookMs?: number
  /** How often a job that does not change shows that it is still run. */
  readonly beatMs?: number
  /** A job from another host that shows nothing for so long is run no more. */
  readonly quietMs?: number
  readonly self?: ProcessIdentity
}

/**
 * Runs jobs, and shows those that other processes run or ran on the same folder. Of each it has the latest snapshot, so
 * that a slow reader skips to the newest. A job ends with its process; each can be run again.
 */
export class JobRunner {
  readonly #runs = new Map<string, Run>()
  readonly #store: JobStore
  readonly #onFailure: RunnerOptions['onFailure']
  readonly #lookMs: number
  readonly #beatMs: number
  #timer: NodeJS.Timeout | undefined

  constructor({ folder, onFailure, lookMs = 1_000, beatMs = 2_000, quietMs = 10_000, self }: RunnerOptions) {
    this.#store = new JobStore({ folder, self: self ?? thisProcess(), quietMs, keep: KEPT })
    this.#onFailure = onFailure
    this.#lookMs = lookMs
    this.#beatMs = beatMs
  }

  /** @throws AppError `conflict` while a job of the same kind and target runs in this process */
  start(head: JobHead, work: Work): Job {
    const running = this.running(head.kind, head.target)
    if (running) throw new AppError('conflict', `Such a job is running already, started by ${running.startedBy}.`)
    const run = new Run(randomUUID(), head, this.#store, this.#onFailure)
    this.#runs.set(run.snapshot.id, run)
    this.#forgetOldest()
    this.#timer ??= setInterval(() => void this.#look(), this.#lookMs).unref()
    void run.go(work).then(() => this.#afterEnd())
    return run.snapshot
  }

  /** The job of this kind on this target that runs, or waits, in this process. */
  running(kind: Job['kind'], target: Job['target'] = null): Job | undefined {
    return this.#running().find(({ snapshot }) => snapshot.kind === kind && snapshot.target === target)?.snapshot
  }

  /** Those of all processes on this folder, newest first. */
  async list(): Promise<Job[]> {
    const others = (await this.#store.list()).filter(({ id }) => !this.#runs.has(id))
    const own = [...this.#runs.values()].map(({ snapshot }) => snapshot).reverse()
    return [...own, ...others].sort(newestFirst)
  }

  /** @throws AppError `not-found` */
  async get(id: string): Promise<Job> {
    const job = this.#runs.get(id)?.snapshot ?? (await this.#store.find(id))
    if (job === undefined) throw new AppError('not-found', `There is no such job. The last ${KEPT} are kept.`)
    return job
  }

  /** Snapshots of a job until it ends. Rejects with `not-found` before a stream is opened. */
  async watch(id: string): Promise<AsyncGenerator<Job, void>> {
    const run = this.#runs.get(id)
    if (run !== undefined) return followRun(run)
    await this.get(id)
    return followKept(() => this.#store.find(id), this.#lookMs)
  }

  /**
   * Lets paused work go on.
   *
   * @throws AppError `conflict`: the job is none of this process, and what it waits for can't be brought to it from here
   */
  resume(id: string) {
    const run = this.#runs.get(id)
    if (run === undefined)
      throw new AppError(
        'conflict',
        'The job runs on another console of this cluster. Let it go on there, or stop it and start it here.',
      )
    run.resume()
  }

  /** Stops a job here at once, one of another process within a moment. Rejects with `not-found`. */
  async cancel(id: string) {
    const run = this.#runs.get(id)
    if (run !== undefined) run.cancel('Stopped. What was done stays done.')
    else if ((await this.get(id)).endedAt === null) await this.#store.requestStop(id)
  }

  /** Stops every job that runs here, and writes how each ended: the process is about to end. */
  async stop() {
    const running = this.#running()
    for (const run of running) run.cancel('The console was stopped.')
    await Promise.all(running.map(({ ended }) => ended))
  }

  #running() {
    return [...this.#runs.values()].filter(({ snapshot }) => snapshot.endedAt === null)
  }

  async #look() {
    const running = this.#running()
    for (const run of running) run.keeper.tick(this.#beatMs)
    const requests = await this.#store.stopRequests()
    for (const run of running) if (requests.has(run.snapshot.id)) run.cancel('Stopped. What was done stays done.')
  }

  async #afterEnd() {
    if (this.#running().length === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
    // What can't be removed now is removed after the next job.
    await this.#store.prune().catch(() => undefined)
  }

  #forgetOldest() {
    for (const [id, { snapshot }] of this.#runs) {
      if (this.#runs.size <= KEPT) return
      if (snapshot.endedAt !== null) this.#runs.delete(id)
    }
  }
}
