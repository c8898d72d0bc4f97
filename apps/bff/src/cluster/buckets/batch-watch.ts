import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { AppError } from '../../errors.ts'
import { batchReport, cancelBatchJob, listBatchJobs } from '../../minio/batch-jobs.ts'
import { type Cleaner, removeKey } from './batch-cleanup.ts'
import { compareCopy, comparisonText, isWhole } from './batch-comparison.ts'
import { type BatchAccess, jobOf } from './batch-observation.ts'
import type { BatchOrder } from './batch-orders.ts'
import type { Started } from './batch-start.ts'

const FIRST_LOOK_MS = 1_000
const BETWEEN_LOOKS_MS = 5_000

/** With these the credentials have ended, or never sufficed; everything else may pass. */
const FINAL = ['session-expired', 'wrong-credentials', 'not-allowed']

export interface Watch extends BatchAccess {
  readonly cleaner: Cleaner
  readonly log: Logger
}

/**
 * Looks at a job until it has ended, writes down how, and clears up after it: file and access key. A copy is then compared
 * with its source. It ends with the process and with the credentials it looks under; then the order says what is left.
 */
export async function watchBatchJob(watch: Watch, { order, job }: Started): Promise<void> {
  if (!(await untilCleared(watch, order))) return
  await compareWithSource(watch, order.recordId, new Date(job.startedAt)).catch((err: unknown) =>
    watch.log.warn({ err, job: order.jobId }, 'a copy could not be compared with its source'),
  )
}

/** @returns whether it could be cleared up */
async function untilCleared(watch: Watch, order: BatchOrder): Promise<boolean> {
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(BETWEEN_LOOKS_MS, wait * 2)) {
    await sleep(wait, undefined, { ref: false })
    try {
      if (await endedAndCleared(watch, order.recordId)) return true
    } catch (err) {
      const final = !(err instanceof AppError) || FINAL.includes(err.code)
      watch.log.warn({ err, job: order.jobId, final }, 'a batch job could not be looked at, or cleared up after')
      if (final) return false
    }
  }
}

async function endedAndCleared(watch: Watch, recordId: string): Promise<boolean> {
  const { minio, credentials, orders, cleaner } = watch
  const order = await orders.find(recordId)
  if (order === undefined || order.jobId === null) return true
  const ended = order.ended === null ? await endOf(watch, order, order.jobId) : order
  if (ended === null) return false
  await cancelBatchJob(minio, credentials, order.jobId)
  await removeKey(watch, ended, cleaner)
  // Somebody may have cleared up, and dropped it, meanwhile.
  if ((await orders.find(recordId)) !== undefined) await orders.change(ended, { accessKey: null })
  return true
}

/** Writes down how a job ended; null while it has not. */
async function endOf({ minio, credentials, orders }: Watch, order: BatchOrder, id: string): Promise<BatchOrder | null> {
  const listed = (await listBatchJobs(minio, credentials)).find((job) => job.id === id)
  const report = await batchReport(minio, credentials, id)
  const now = new Date()
  const cancelled = { id, type: order.kind, user: order.by, startedAt: now }
  const { state, meaning, objects, objectsFailed, bytes, lastObject } = jobOf(listed ?? cancelled, report, order, now)
  const told = { at: now.toISOString(), objects, objectsFailed, bytes, lastObject }
  if (state === 'done' || state === 'failed') return orders.change(order, { ended: { ...told, state, meaning } })
  if (listed !== undefined) return null
  const stopped = 'It was stopped before its end. What it did until then stays done.'
  return orders.change(order, { ended: { ...told, state: 'unknown', meaning: stopped } })
}

async function compareWithSource(watch: Watch, recordId: string, startedAt: Date) {
  const order = await watch.orders.find(recordId)
  if (order?.target === undefined || order.ended === null) return
  const { bucket, prefix, target } = order
  const found = await compareCopy(watch, { bucket, prefix, target, startedAt })
  const now = await watch.orders.find(recordId)
  if (found === null || !now?.ended) return
  const { state, meaning } = now.ended
  const ended = {
    ...now.ended,
    meaning: `${meaning} ${comparisonText(found)}`,
    ...(state === 'done' && !isWhole(found) && { state: 'failed' as const }),
  }
  await watch.orders.change(now, { ended })
}
