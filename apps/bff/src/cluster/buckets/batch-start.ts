import type { BatchJob } from '@strongroom/shared/batch-jobs'
import { AppError } from '../../errors.ts'
import { keyRotationJob, replicationJob } from '../../minio/batch-job-file.ts'
import { batchReport, requireBatchStart, startBatchJob } from '../../minio/batch-jobs.ts'
import type { BucketEncryption } from '../../minio/buckets.ts'
import { type Cleaner, removeKey } from './batch-cleanup.ts'
import { makeBatchKey, newBatchKey } from './batch-key.ts'
import { type BatchAccess, jobOf } from './batch-observation.ts'
import type { BatchOrder, NewOrder } from './batch-orders.ts'
import { startRefused } from './batch-refusals.ts'
import { prepareTarget, requireContent } from './batch-target.ts'

export interface ReplicateOrder {
  readonly bucket: string
  readonly prefix: string
  readonly target: string
  readonly encryption: BucketEncryption
}

export interface RotateOrder extends Omit<ReplicateOrder, 'target'> {
  /** That tags and `Expires` headers are lost was read and accepted. */
  readonly tagsLost: boolean
}

export interface Starter extends BatchAccess {
  readonly cleaner: Cleaner
  /** How MinIO's nodes reach their own cluster: as the console does. */
  readonly endpoint: URL
}

export interface Started {
  readonly job: BatchJob
  readonly order: BatchOrder
}

/**
 * Copies a bucket, or what is under a prefix, with all its versions into an encrypted one.
 *
 * @throws AppError `not-found`, `already-exists` for a target that does not fit, `conflict` while a copy into it runs,
 *   `not-allowed`, `upstream-failed`. Then neither key nor order is left, nor a bucket that was made for it; or it says so.
 */
export async function startReplication(starter: Starter, order: ReplicateOrder): Promise<Started> {
  const { bucket, prefix, target, encryption } = order
  if (bucket === target)
    throw new AppError('invalid-input', 'Check the marked fields.', {
      fields: [{ pointer: '/order/target', detail: 'A bucket can’t be copied into itself' }],
    })
  await requireBatchStart(starter.minio, starter.credentials)
  requireNoneRunning((await starter.orders.all()).filter((each) => each.target === target))
  const shape = await requireContent(starter, bucket, prefix)
  const takeBack = await prepareTarget(starter, order, shape)
  const key = newBatchKey()
  const kept = await starter.orders.add(
    { kind: 'replicate', bucket, prefix, target, ...encryption, by: starter.cleaner.account },
    key,
  )
  try {
    using secretKey = await makeBatchKey(starter, key, { bucket, target, shape })
    const job = { bucket, prefix, target, endpoint: starter.endpoint.origin, accessKey: key.accessKey, secretKey }
    return await start(starter, kept, replicationJob(job))
  } catch (error) {
    throw await undone(starter, kept, { error, takeBack })
  }
}

/**
 * Seals the keys of encrypted objects anew.
 *
 * @throws AppError `unsafe-now` in a bucket that keeps versions, and while the loss is not accepted; `not-found`, `not-allowed`, `upstream-failed`
 */
export async function startKeyRotation(starter: Starter, order: RotateOrder): Promise<Started> {
  const { bucket, prefix, encryption, tagsLost } = order
  if (!tagsLost) throw losesTags()
  await requireBatchStart(starter.minio, starter.credentials)
  const { versions } = await requireContent(starter, bucket, prefix)
  if (versions) throw mixesVersions()
  const head: NewOrder = { kind: 'keyrotate', bucket, prefix, ...encryption, by: starter.cleaner.account }
  const kept = await starter.orders.add(head, { accessKey: null, expiresAt: null })
  try {
    return await start(starter, kept, keyRotationJob({ bucket, prefix, ...encryption }))
  } catch (error) {
    throw await undone(starter, kept, { error, takeBack: async () => {} })
  }
}

async function start(starter: Starter, kept: BatchOrder, description: string): Promise<Started> {
  const { minio, credentials, orders, endpoint } = starter
  const listed = await startBatchJob(minio, credentials, description).catch((error: unknown) => {
    throw startRefused(error, kept, endpoint)
  })
  const order = await orders.change(kept, { jobId: listed.id })
  const report = await batchReport(minio, credentials, listed.id).catch(() => null)
  return { job: jobOf(listed, report, order, new Date()), order }
}

/** What `error` says, once what was done before it is undone. A time-out may have left a job: then nothing is touched. */
async function undone(
  starter: Starter,
  kept: BatchOrder,
  { error, takeBack }: { readonly error: unknown; readonly takeBack: () => Promise<void> },
): Promise<unknown> {
  if (!(error instanceof AppError)) return error
  if (error.code === 'upstream-unreachable')
    return new AppError(
      error.code,
      `${error.detail} The job may have been started all the same: see the batch jobs, and clear up what is left.`,
      { cause: error.cause },
    )
  const left: string[] = []
  const keep = (what: string) => (failure: unknown) => {
    left.push(`${what}: ${failure instanceof AppError ? failure.detail : 'the console failed, see its log'}`)
  }
  await removeKey(starter, kept, starter.cleaner).catch(keep(`the access key ${kept.accessKey}`))
  if (left.length === 0) await starter.orders.drop(kept)
  await takeBack().catch(keep(`the bucket ${kept.target}`))
  if (left.length === 0) return error
  return new AppError(error.code, `${error.detail} Still there: ${left.join('; ')}`, {
    cause: error.cause,
    fields: error.fields,
  })
}

/** MinIO copies the metadata of an object onto it, and these two are not in what it copies. Tried. */
const losesTags = () =>
  new AppError(
    'unsafe-now',
    'MinIO drops the tags and the Expires header of each object whose key it seals anew. Accept that, or encrypt the objects anew under the other key, which keeps them.',
    { fields: [{ pointer: '/order/accepted', detail: 'Accept that tags and Expires headers are lost' }] },
  )

/**
 * MinIO writes each version with the time of now, and the newest time says which version is current. So objects that were
 * deleted come back, plain versions are hidden by older encrypted ones, and with several workers any version may come out
 * on top. Tried.
 */
const mixesVersions = () =>
  new AppError(
    'unsafe-now',
    'This bucket keeps versions, and MinIO’s change of key would mix them up: each version gets the time of now, so older ones become current, and deleted objects come back. Encrypt its objects anew under the other key instead, which puts a new version on top of each.',
    { fields: [{ pointer: '/order/bucket', detail: 'It keeps versions' }] },
  )

function requireNoneRunning(orders: readonly BatchOrder[]) {
  if (orders.every(({ ended }) => ended !== null)) return
  throw new AppError(
    'conflict',
    'A copy into this bucket runs, or was not cleared up after: see the batch jobs, and clear up there first.',
    { fields: [{ pointer: '/order/target', detail: 'A copy into it is not over yet' }] },
  )
}
