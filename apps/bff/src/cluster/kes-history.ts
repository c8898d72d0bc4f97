import type { KesPoint, readKesHistory } from '@strongroom/shared/kms'
import type * as z from 'zod/mini'
import { type KesCounters, kesTraffic, parseKesMetrics } from '../kes/metrics.ts'
import { askStatus, attempt, deadline } from '../kes/status-reply.ts'
import type { Kes } from '../kes/transport.ts'

const EVERY_MS = 10_000
const KEPT = 3_600_000 / EVERY_MS
/** For all questions to one endpoint: less than the time between two looks, so that they never pile up. */
const LOOK_MS = 3_000

const GAP = {
  latencyMs: null,
  keystoreLatencyMs: null,
  requests: null,
  errors: null,
  p50Ms: null,
  p90Ms: null,
  p99Ms: null,
}

interface Watched {
  readonly url: URL
  readonly points: KesPoint[]
  /** Null after a gap: what lies across it is no rate. */
  before: { readonly counters: KesCounters; readonly at: number } | null
}

/** Latency and traffic of each KES endpoint over the last hour, kept in memory. */
export class KesHistory {
  readonly #kes: Kes | null
  readonly #watched: Watched[]
  #timer: NodeJS.Timeout | null = null
  #since: Date | null = null

  constructor(kes: Kes | null) {
    this.#kes = kes
    this.#watched = (kes?.urls ?? []).map((url) => ({ url, points: [], before: null }))
  }

  /** Looks now and every 10 seconds; keeps no process alive. */
  start(): void {
    if (this.#kes === null || this.#timer !== null) return
    this.#since ??= new Date()
    this.#timer = setInterval(() => void this.look(), EVERY_MS).unref()
    void this.look()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /** One look at all endpoints at once. Never throws: what is not seen is a gap. */
  async look(): Promise<void> {
    const kes = this.#kes
    if (kes === null) return
    const at = new Date().toISOString()
    await Promise.all(
      this.#watched.map(async (watched) => {
        watched.points.push({ at, ...(await see(kes, watched)) })
        if (watched.points.length > KEPT) watched.points.shift()
      }),
    )
  }

  read(): z.output<(typeof readKesHistory)['reply']> {
    return {
      since: this.#since?.toISOString() ?? null,
      everySeconds: EVERY_MS / 1_000,
      endpoints: this.#watched.map(({ url, points }) => ({ url: url.origin, points: [...points] })),
    }
  }
}

async function see(kes: Kes, watched: Watched): Promise<Omit<KesPoint, 'at'>> {
  const { url, before } = watched
  const left = deadline(LOOK_MS)
  watched.before = null
  // Opens the connection, so that the next question measures the way alone.
  const opened = await attempt(() => kes.hear(url, { ...VERSION, timeoutMs: left() }))
  if (opened.error) return GAP
  const started = performance.now()
  const status = await attempt(() => askStatus(kes, url, left()))
  const latencyMs = Math.round((performance.now() - started) * 100) / 100
  if (status.error) return GAP
  const point = { ...GAP, latencyMs, keystoreLatencyMs: status.reply.keystoreLatencyMs }

  const metrics = await attempt(() => kes.hear(url, { ...METRICS, timeoutMs: left() }))
  const counters = metrics.error ? null : parseKesMetrics(metrics.reply.text)
  if (counters === null) return point
  const at = performance.now()
  watched.before = { counters, at }
  const traffic = before && kesTraffic(before.counters, counters, (at - before.at) / 1_000)
  return traffic ? { ...point, ...traffic } : point
}

const VERSION = { method: 'GET', path: '/version', act: 'read the version' } as const
const METRICS = { method: 'GET', path: '/v1/metrics', act: 'read the metrics' } as const
