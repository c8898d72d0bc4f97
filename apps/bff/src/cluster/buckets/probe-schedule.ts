import { join } from 'node:path'
import { Instant } from '@strongroom/shared/endpoint'
import type { Logger } from 'pino'
import * as z from 'zod/mini'
import { DAILY_HOURS, type ProbeSettings } from '../../config/probe-settings.ts'
import { AppError } from '../../errors.ts'
import type { Lease, Leases } from '../../jobs/lease.ts'
import type { Minio } from '../../minio/transport.ts'
import { RecordFolder } from '../record-folder.ts'
import { failedProbe, minioAway } from './probe-evidence.ts'
import type { ProbeStore } from './probe-store.ts'
import { recordOf } from './record-name.ts'
import {
  isOver,
  type OwnAccess,
  openOwnAccess,
  probeByItself,
  type ReadDefaults,
  requireProbeable,
} from './scheduled-probe.ts'

/** A bucket that is switched on. */
const Switched = z.object({
  bucket: z.string(),
  /** Who switched it on, and when. */
  by: z.string(),
  since: Instant,
  /** When the console probed it by itself last, or tried. */
  probedAt: Instant,
})
type Switched = z.infer<typeof Switched>

const HOUR_MS = 60 * 60_000
const LOOK_MS = 60_000
const MOST = 5_000
const LEASE = 'probe-schedule'

export interface ProbeScheduleOptions {
  readonly stateDir: string
  /** Null: the console has no access key for it, so nothing is probed by itself. */
  readonly settings: ProbeSettings | null
  readonly minio: Minio
  readonly probes: Pick<ProbeStore, 'keep'>
  readonly leases: Pick<Leases, 'take'>
  /** What the cluster promises, as far as the access key may ask. */
  readonly readDefaults: ReadDefaults
  readonly log: Logger
  /** Between two probes of a bucket; default: as the settings say. */
  readonly everyMs?: number
  /** How often it looks whether a bucket is due; default: a minute. */
  readonly lookMs?: number
}

/**
 * The console's own probes, with an access key of their own, of buckets that were switched on one by one. Of consoles that
 * share the state folder one does it at a time. A bucket that turns out to be locked, replicated or gone is switched off.
 */
export class ProbeSchedule {
  readonly #options: ProbeScheduleOptions
  readonly #everyMs: number
  readonly #folder: RecordFolder<typeof Switched>
  #timer: NodeJS.Timeout | undefined

  constructor(options: ProbeScheduleOptions) {
    this.#options = options
    this.#everyMs = options.everyMs ?? (options.settings?.everyHours ?? DAILY_HOURS) * HOUR_MS
    this.#folder = new RecordFolder(join(options.stateDir, 'probe-schedule'), Switched)
  }

  /** Looks now and then, until {@link stop}. Keeps no process alive. */
  start() {
    if (this.#options.settings !== null) this.#again()
  }

  stop() {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #again() {
    this.#timer = setTimeout(() => {
      void this.round()
        .catch((err: unknown) => this.#options.log.error({ err }, 'the probes of the schedule could not be done'))
        .then(() => this.#timer && this.#again())
    }, this.#options.lookMs ?? LOOK_MS).unref()
  }

  /** The reply of `readProbeSchedule`, with all buckets. */
  async read() {
    const { settings } = this.#options
    const all = await this.#all()
    const next = Math.min(...all.map((switched) => this.#dueAt(switched)))
    return {
      accessKey: settings?.accessKey ?? null,
      everyHours: settings?.everyHours ?? DAILY_HOURS,
      buckets: all.map(({ bucket }) => bucket).sort(),
      nextAt: settings === null || all.length === 0 ? null : new Date(Math.max(next, Date.now())).toISOString(),
    }
  }

  async has(bucket: string): Promise<boolean> {
    return (await this.#folder.find(recordOf(bucket))) !== undefined
  }

  /**
   * Probes a bucket with the access key of the schedule, and from then on again and again.
   *
   * @param allowed whether somebody may have it so; asked before anything is written to the bucket by the console itself
   * @throws AppError `conflict` (no access key, too many buckets), `unsafe-now` (locked, replicated), or as the probe fails
   */
  async switchOn(bucket: string, by: string, allowed: () => Promise<unknown>): Promise<void> {
    const access = await this.#access()
    await requireProbeable(access, bucket)
    await allowed()
    if (await this.has(bucket)) return
    if ((await this.#all()).length >= MOST)
      throw new AppError('conflict', `The console probes ${MOST} buckets by itself at most: switch some off first.`)
    await this.#options.probes.keep(bucket, await probeByItself(access, bucket))
    const now = new Date().toISOString()
    await this.#folder.write(recordOf(bucket), { bucket, by, since: now, probedAt: now })
  }

  switchOff(bucket: string): Promise<void> {
    return this.#folder.remove(recordOf(bucket))
  }

  /** Probes what is due, unless another console does. @throws AppError `upstream-unreachable` where MinIO is away: it stays due */
  async round(): Promise<void> {
    const { settings, leases } = this.#options
    if (settings === null || (await this.#due()).length === 0) return
    const lease = await leases.take(LEASE, settings.accessKey).catch(unlessTaken)
    if (lease === null) return
    try {
      const access = await this.#access()
      // Asked once more: another console may have done them a moment ago.
      for (const switched of await this.#due()) {
        await lease.requireHeld()
        await this.#probeAgain(switched, access)
      }
    } finally {
      await lease.release()
    }
  }

  async #probeAgain(switched: Switched, access: OwnAccess) {
    const { bucket } = switched
    // Somebody may have switched it off since the round began.
    if (!(await this.has(bucket))) return
    try {
      await this.#options.probes.keep(bucket, await probeByItself(access, bucket))
    } catch (error) {
      if (!(error instanceof AppError) || minioAway(error)) throw error
      await this.#failed(bucket, error)
    }
    if (await this.has(bucket))
      await this.#folder.write(recordOf(bucket), { ...switched, probedAt: new Date().toISOString() })
  }

  /** Also what tells of the access key alone is kept: nobody else would notice. */
  async #failed(bucket: string, error: AppError) {
    const { log, probes, settings } = this.#options
    const over = isOver(error)
    const detail = over
      ? `Probes of this bucket by the console itself were switched off. ${error.detail}`
      : error.detail
    log.warn({ err: error, bucket, over }, 'a probe of the schedule failed')
    const head = { by: settings!.accessKey, scheduled: true }
    await probes.keep(bucket, failedProbe(new AppError(error.code, detail), head))
    if (over) await this.switchOff(bucket)
  }

  #access(): Promise<OwnAccess> {
    const { settings, minio, readDefaults } = this.#options
    return openOwnAccess(settings, minio, readDefaults)
  }

  async #due(): Promise<Switched[]> {
    const now = Date.now()
    return (await this.#all()).filter((switched) => this.#dueAt(switched) <= now)
  }

  async #all(): Promise<Switched[]> {
    return [...(await this.#folder.read()).values()]
  }

  #dueAt({ probedAt }: Switched): number {
    return Date.parse(probedAt) + this.#everyMs
  }
}

function unlessTaken(error: unknown): Lease | null {
  if (error instanceof AppError && error.code === 'conflict') return null
  throw error
}
