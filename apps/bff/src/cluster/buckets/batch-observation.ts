import type { BatchJob } from '@strongroom/shared/batch-jobs'
import { AppError } from '../../errors.ts'
import { accessKeyIn, withoutSecrets } from '../../minio/batch-job-file.ts'
import {
  type BatchReport,
  batchReport,
  describeBatchJob,
  type ListedJob,
  listBatchJobs,
} from '../../minio/batch-jobs.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import { inParallel } from '../in-parallel.ts'
import { standingOf } from './batch-meaning.ts'
import { type BatchOrder, type BatchOrders, keyIsOpen } from './batch-orders.ts'

const AT_ONCE = 8
/** MinIO has a minute to take a job. */
const STARTING_MS = 90_000

export interface BatchAccess {
  readonly minio: Minio
  readonly credentials: Credentials
  readonly orders: BatchOrders
}

export interface Leftover {
  readonly accessKey: string
  readonly bucket: string
  readonly expiresAt: string
}

/**
 * All batch jobs: what MinIO lists, and what was ordered here, newest first.
 *
 * @returns `leftovers`: access keys whose job none of them is
 * @throws AppError `not-allowed`: admin:ListBatchJobs
 */
export async function observeBatchJobs(
  access: BatchAccess,
): Promise<{ jobs: BatchJob[]; leftovers: readonly Leftover[] }> {
  const { minio, credentials } = access
  const now = new Date()
  const listed = await listBatchJobs(minio, credentials)
  const orders = await withJobs(access, await access.orders.all(), listed)
  const jobs: BatchJob[] = []
  await inParallel(listed, AT_ONCE, async (job) => {
    jobs.push(jobOf(job, await batchReport(minio, credentials, job.id), orders.find(isOrderOf(job.id)), now))
  })
  const unlisted = orders.filter((order) => !isListed(order, listed) && !isStarting(order, now))
  const shown = unlisted.filter(({ ended, accessKey }) => ended !== null || accessKey === null)
  jobs.push(...shown.map((order) => unlistedJob(order, now)))
  return {
    jobs: jobs.sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1)),
    leftovers: unlisted.filter((order) => !shown.includes(order) && keyIsOpen(order, now)).map(leftoverOf),
  }
}

/**
 * One batch job, with its description, secrets left out; null where MinIO lists it no more.
 *
 * @throws AppError `not-found`, `not-allowed`: admin:ListBatchJobs, admin:DescribeBatchJob
 */
export async function observeBatchJob(access: BatchAccess, id: string) {
  const { minio, credentials } = access
  const now = new Date()
  const [listed, kept] = await Promise.all([listBatchJobs(minio, credentials), access.orders.all()])
  const orders = await withJobs(access, kept, listed)
  const order = orders.find(isOrderOf(id))
  const job = listed.find((each) => each.id === id)
  if (job === undefined) {
    if (order === undefined) throw new AppError('not-found', 'MinIO has no such batch job.')
    return { ...unlistedJob(order, now), description: null }
  }
  const [report, description] = await Promise.all([
    batchReport(minio, credentials, id),
    describeBatchJob(minio, credentials, id),
  ])
  return { ...jobOf(job, report, order, now), description: description && withoutSecrets(description) }
}

const isListed = ({ jobId }: BatchOrder, listed: readonly ListedJob[]) => listed.some(({ id }) => id === jobId)

/** MinIO has not told its id yet. */
const isStarting = ({ jobId, orderedAt }: BatchOrder, now: Date) =>
  jobId === null && now.getTime() - Date.parse(orderedAt) < STARTING_MS

const isOrderOf =
  (id: string) =>
  ({ jobId }: BatchOrder) =>
    jobId === id

/**
 * Orders, each with its job where MinIO has it: a console that ended in between has not written down which one it is, but
 * the job's description names the access key.
 */
export async function withJobs(
  { minio, credentials }: Omit<BatchAccess, 'orders'>,
  orders: readonly BatchOrder[],
  listed: readonly ListedJob[],
): Promise<readonly BatchOrder[]> {
  const lost = orders.filter(({ jobId, accessKey }) => jobId === null && accessKey !== null)
  const strangers = listed.filter(({ id, type }) => type === 'replicate' && !orders.some(isOrderOf(id)))
  if (lost.length === 0 || strangers.length === 0) return orders
  const found = new Map<string, string>()
  await inParallel(strangers, AT_ONCE, async ({ id }) => {
    const description = await describeBatchJob(minio, credentials, id).catch(unlessRefused)
    const accessKey = description && accessKeyIn(description)
    if (accessKey) found.set(accessKey, id)
  })
  return orders.map((order) =>
    lost.includes(order) ? { ...order, jobId: found.get(order.accessKey!) ?? null } : order,
  )
}

export function unlessRefused(error: unknown): null {
  if (error instanceof AppError && error.code === 'not-allowed') return null
  throw error
}

const KINDS = ['replicate', 'keyrotate', 'expire'] as const
const kindOf = (type: string) => KINDS.find((kind) => kind === type) ?? 'other'

/** A job that MinIO lists. */
export function jobOf(
  { id, type, user, startedAt }: ListedJob,
  report: BatchReport | null,
  order: BatchOrder | undefined,
  now: Date,
): BatchJob {
  const kind = kindOf(type)
  const counts = report?.counts ?? null
  return {
    ...{ id, kind, user, startedAt: startedAt.toISOString() },
    ...standingOf({ kind, report, ours: order !== undefined, now }),
    order: order ? publicOrder(order) : null,
    objects: counts && counts.objects + counts.deleteMarkers,
    objectsFailed: counts && Math.max(0, counts.objectsFailed) + Math.max(0, counts.deleteMarkersFailed),
    bytes: counts?.bytesTransferred ?? null,
    lastObject: counts?.lastObject || null,
    holdsCredentials: kind === 'replicate',
    accessKey: order && keyIsOpen(order, now) ? order.accessKey : null,
  }
}

/** An order whose job MinIO lists no more. */
function unlistedJob(order: BatchOrder, now: Date): BatchJob {
  const { recordId, jobId, kind, by, orderedAt, ended } = order
  const { at: _, ...told } = ended ?? { ...UNTOLD, at: null }
  return {
    ...{ id: jobId ?? recordId, kind, user: by, startedAt: orderedAt, order: publicOrder(order), ...told },
    holdsCredentials: false,
    accessKey: keyIsOpen(order, now) ? order.accessKey : null,
  }
}

const UNTOLD = {
  ...{ state: 'unknown' as const, objects: null, objectsFailed: null, bytes: null, lastObject: null },
  meaning:
    'MinIO lists it no more: it was cancelled elsewhere, or MinIO never took it. What it did until then stays done. Take a counting of the bucket to see.',
}

const publicOrder = ({ bucket, prefix, target, mode, key, by }: BatchOrder) => ({
  ...{ bucket, prefix, mode, by },
  ...(target !== undefined && { target }),
  ...(key !== undefined && { key }),
})

const leftoverOf = ({ accessKey, bucket, expiresAt, orderedAt }: BatchOrder): Leftover => ({
  accessKey: accessKey!,
  bucket,
  expiresAt: expiresAt ?? orderedAt,
})
