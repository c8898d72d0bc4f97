import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import type { Progress } from '../jobs/job.ts'
import { type Outage, outageIn } from './outage.ts'
import { unlessStopped } from './stopping.ts'

const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 30_000
/** A MinIO that starts knows no temporary credentials until it has loaded its users. */
const STARTING_MS = 60_000

export interface WaitScope {
  readonly signal: AbortSignal
  /** Resolves when somebody has brought new credentials. */
  readonly resumed: () => Promise<void>
  /** Rejects while the job may not go on. */
  readonly requireReady: () => Promise<void>
  /** The job has credentials of its own, and their time is up. */
  readonly hasEnded: () => boolean
  /** Told of each pause and of its end, for the report. */
  readonly tell: (text: string) => Promise<void>
}

const PLACES: Readonly<Record<Outage, string>> = { kes: 'KES', minio: 'MinIO', 'sign-in': 'a sign-in' }

/**
 * Stands still until what is away is back, however long that takes: tries again after 2, 4, 8 … 30 s, or when somebody
 * signs in. A stop of the job ends it at once.
 *
 * @throws what does not pass: another default key, a KMS that is gone
 */
export async function* waitOut(scope: WaitScope, on: Outage, reason: string): AsyncGenerator<Progress, void> {
  const { signal, resumed, requireReady, tell } = scope
  const since = performance.now()
  let [waits, why, delayMs, lastAway] = [on, reason, FIRST_WAIT_MS, Number.NEGATIVE_INFINITY]
  await tell(`Paused, waits for ${PLACES[on]}: ${reason}`)
  for (;;) {
    if (waits === 'sign-in') {
      yield { state: 'paused', waiting: { on: waits, until: null }, message: SIGN_IN }
      await resumed()
      delayMs = FIRST_WAIT_MS
    } else {
      if (waits === 'minio') lastAway = performance.now()
      const until = new Date(Date.now() + delayMs).toISOString()
      yield { state: 'paused', waiting: { on: waits, until }, message: `Waits for ${PLACES[waits]}. ${why}` }
      await sleep(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted())
      delayMs = Math.min(2 * delayMs, LONGEST_WAIT_MS)
    }
    try {
      await unlessStopped(signal, requireReady())
      break
    } catch (error) {
      signal.throwIfAborted()
      const now = awaited(error)
      const starting = performance.now() - lastAway < STARTING_MS && !scope.hasEnded()
      const next = now === 'sign-in' && starting ? 'minio' : now
      if (next !== waits) await tell(`Waits for ${PLACES[next]}: ${detailOf(error)}`)
      ;[waits, why] = [next, detailOf(error)]
    }
  }
  await tell(`Went on after ${duration(performance.now() - since)}.`)
  yield { state: 'running', waiting: null, message: 'Goes on.' }
}

const SIGN_IN = 'Needs sign-in: the credentials of this job have ended. Start the migration again to go on.'

/** What a failed try waits for next. A healing cluster, or one whose answers are not whole yet, is MinIO's matter. */
function awaited(error: unknown): Outage {
  const outage = outageIn(error)
  if (outage !== null) return outage
  if (error instanceof AppError && (error.code === 'unsafe-now' || error.code === 'upstream-failed')) return 'minio'
  throw error
}

const detailOf = (error: unknown) => (error instanceof AppError ? error.detail : '')

function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
