import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Instant } from '@strongroom/shared/endpoint'
import * as z from 'zod/mini'
import { RecordFolder } from '../record-folder.ts'

const Ended = z.object({
  state: z.enum(['done', 'failed', 'unknown']),
  at: Instant,
  objects: z.nullable(z.int()),
  objectsFailed: z.nullable(z.int()),
  bytes: z.nullable(z.int()),
  lastObject: z.nullable(z.string()),
  meaning: z.string(),
})

const Kept = z.object({
  kind: z.enum(['replicate', 'keyrotate']),
  bucket: z.string(),
  prefix: z.string(),
  target: z.optional(z.string()),
  mode: z.enum(['sse-s3', 'sse-kms']),
  key: z.optional(z.string()),
  /** The account that the job's access key belongs to. */
  by: z.string(),
  orderedAt: Instant,
  /** Null: the console ended before MinIO had told it, or MinIO did not take the job. */
  jobId: z.nullable(z.string()),
  /** Its name alone. Null: the job has none, or it is removed again. */
  accessKey: z.nullable(z.string()),
  expiresAt: z.nullable(Instant),
  /** What MinIO told at the end of the job, once its file was removed. Null: it has not been seen ended. */
  ended: z.nullable(Ended),
})

/** A batch job as it was ordered from a console, and what is still to be cleared up after it. */
export type BatchOrder = z.infer<typeof Kept> & { readonly recordId: string }
export type NewOrder = Pick<BatchOrder, 'kind' | 'bucket' | 'prefix' | 'target' | 'mode' | 'key' | 'by'>

/** So long an order can be read after its end. */
const KEEP_MS = 30 * 24 * 3_600_000

/**
 * Batch jobs that were started from consoles which share the state folder. An order is written before its access key is
 * made, so that none is forgotten; secrets are not in it.
 */
export class BatchOrders {
  readonly #folder: RecordFolder<typeof Kept>

  constructor(stateDir: string) {
    this.#folder = new RecordFolder(join(stateDir, 'batch-orders'), Kept)
  }

  /** Newest first, as they lie in the folder now. */
  async all(): Promise<BatchOrder[]> {
    const orders = [...(await this.#folder.read())].map(([recordId, order]) => ({ ...order, recordId }))
    return orders.sort((one, other) => (one.orderedAt < other.orderedAt ? 1 : -1))
  }

  async find(recordId: string): Promise<BatchOrder | undefined> {
    const order = await this.#folder.find(recordId)
    return order && { ...order, recordId }
  }

  async add(order: NewOrder, key: Pick<BatchOrder, 'accessKey' | 'expiresAt'>): Promise<BatchOrder> {
    await this.#dropOld()
    const recordId = randomUUID()
    const added = { ...order, ...key, orderedAt: new Date().toISOString(), jobId: null, ended: null }
    await this.#folder.write(recordId, added)
    return { ...added, recordId }
  }

  async change(order: BatchOrder, change: Partial<Pick<BatchOrder, 'jobId' | 'accessKey' | 'ended'>>) {
    const { recordId, ...changed } = { ...order, ...change }
    await this.#folder.write(recordId, changed)
    return { ...changed, recordId }
  }

  drop({ recordId }: BatchOrder): Promise<void> {
    return this.#folder.remove(recordId)
  }

  async #dropOld() {
    const old = (order: BatchOrder) => order.accessKey === null && Date.parse(order.orderedAt) < Date.now() - KEEP_MS
    await Promise.all((await this.all()).filter(old).map((order) => this.drop(order)))
  }
}

/** Whether the access key of an order may still be of use to somebody. */
export const keyIsOpen = ({ accessKey, expiresAt }: BatchOrder, now: Date) =>
  accessKey !== null && (expiresAt === null || Date.parse(expiresAt) > now.getTime())
