import { open, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Job } from '@strongroom/shared/jobs'
import * as z from 'zod/mini'
import { writeWhole } from '../whole-file.ts'
import { hasEnded, ProcessIdentity } from './process-identity.ts'

const Kept = z.object({
  job: Job,
  /** The process that runs it. */
  owner: ProcessIdentity,
  /** Grows with each write, so that others see that the owner lives. */
  beat: z.int(),
})

const STOPPED_IN_THE_MIDDLE =
  'The console was stopped in the middle. What was done stays done; start it again to go on.'

/** What this store writes; a mounted folder may hold other things. */
const FILE = /^([0-9a-f]{8}-[0-9a-f-]{27})\.(json|stop)$/

interface StoreOptions {
  readonly folder: string
  readonly self: ProcessIdentity
  /** An owner from another host that shows no beat for so long is gone. */
  readonly quietMs: number
  /** So many ended jobs are kept. */
  readonly keep: number
}

/**
 * Snapshots of jobs in a folder that replicas share, `<id>.json`, each written by the process that runs the job and by
 * nobody else. They hold what the API shows of a job and no more. No clocks are compared: an owner is judged by whether
 * its beats change.
 */
export class JobStore {
  readonly #options: StoreOptions
  /** They change no more, so they are read once. */
  readonly #ended = new Map<string, Job>()
  readonly #beats = new Map<string, { readonly beat: number; readonly since: number }>()

  constructor(options: StoreOptions) {
    this.#options = options
  }

  async write(job: Job, beat: number) {
    const kept = Kept.parse({ job, owner: this.#options.self, beat })
    await writeWhole(this.#path(job.id, 'json'), JSON.stringify(kept), this.#path(job.id, 'json.new'))
  }

  /** All that are kept, newest first. What this process runs is told as it was last written. */
  async list(): Promise<Job[]> {
    const ids = await this.#ids('json')
    for (const known of [this.#ended, this.#beats]) for (const id of known.keys()) if (!ids.has(id)) known.delete(id)
    const jobs = await Promise.all([...ids].map((id) => this.find(id)))
    return jobs.filter((job) => job !== undefined).sort(newestFirst)
  }

  /** Undefined: there is none, or its file is damaged. */
  async find(id: string): Promise<Job | undefined> {
    const ended = this.#ended.get(id)
    if (ended !== undefined) return ended
    if (!FILE.test(`${id}.json`)) return undefined
    const found = await this.#read(id)
    if (found === undefined) return undefined
    if (found.job.endedAt !== null) this.#ended.set(id, found.job)
    else if (hasEnded(found.owner, this.#options.self) || this.#isSilent(id, found.beat)) return abandoned(found)
    return found.job
  }

  /** Asks the process that runs the job to stop it. */
  async requestStop(id: string) {
    await writeFile(this.#path(id, 'stop'), '', { mode: 0o600 })
  }

  /** The jobs that somebody asked to stop. */
  stopRequests(): Promise<ReadonlySet<string>> {
    return this.#ids('stop')
  }

  /** Forgets the request to stop it: it has ended. */
  async forgetRequest(id: string) {
    await rm(this.#path(id, 'stop'), { force: true })
  }

  /** Removes the ended ones that are too many, oldest first. */
  async prune() {
    const ended = (await this.list()).filter(({ endedAt }) => endedAt !== null)
    for (const { id } of ended.slice(this.#options.keep)) {
      for (const kind of ['json', 'json.new', 'stop'] as const) await rm(this.#path(id, kind), { force: true })
    }
  }

  async #read(id: string) {
    const file = await open(this.#path(id, 'json')).catch(() => undefined)
    if (file === undefined) return undefined
    try {
      const kept = Kept.parse(JSON.parse(await file.readFile('utf8')))
      return kept.job.id === id ? { ...kept, writtenAt: (await file.stat()).mtime } : undefined
    } catch {
      return undefined
    } finally {
      await file.close()
    }
  }

  #isSilent(id: string, beat: number): boolean {
    const seen = this.#beats.get(id)
    const now = performance.now()
    if (seen?.beat === beat) return now - seen.since >= this.#options.quietMs
    this.#beats.set(id, { beat, since: now })
    return false
  }

  async #ids(kind: string): Promise<Set<string>> {
    const names = await readdir(this.#options.folder).catch((): string[] => [])
    const found = names.map((name) => FILE.exec(name)).filter((match) => match?.[2] === kind)
    return new Set(found.map((match) => match![1]!))
  }

  #path = (id: string, kind: 'json' | 'json.new' | 'stop') => join(this.#options.folder, `${id}.${kind}`)
}

export const newestFirst = (a: Job, b: Job) => Date.parse(b.startedAt) - Date.parse(a.startedAt)

/** A job whose process went away: its last sign of life is its end. */
const abandoned = ({ job, writtenAt }: { job: Job; writtenAt: Date }): Job => ({
  ...job,
  state: 'failed',
  version: job.version + 1,
  message: STOPPED_IN_THE_MIDDLE,
  endedAt: writtenAt.toISOString(),
  waiting: null,
  ratePerSecond: null,
  secondsLeft: null,
})
