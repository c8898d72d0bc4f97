import * as z from 'zod/mini'
import { minioErrorIn } from './failures.ts'
import { ADMIN, readJson } from './replies.ts'
import type { Credentials, Minio, MinioCall } from './transport.ts'

/** MinIO walks its drives for each listing, and asks the target of a job before it takes it. */
const TIMEOUT_MS = 15_000
const START_TIMEOUT_MS = 60_000

const Listed = z.object({
  id: z.string(),
  /** `replicate`, `keyrotate`, `expire`. */
  type: z.string(),
  user: z._default(z.string(), ''),
  started: z.string(),
})

/** A batch job whose file lies on the drives: also one that has ended, until it is cancelled. */
export interface ListedJob {
  readonly id: string
  readonly type: string
  /** Who started it; of temporary credentials the account behind them. */
  readonly user: string
  readonly startedAt: Date
}

const listed = ({ started, ...job }: z.infer<typeof Listed>): ListedJob => ({ ...job, startedAt: new Date(started) })

const call = (minio: Minio, credentials: Credentials, { path, ...rest }: Omit<MinioCall, 'credentials'>) =>
  minio.send({ timeoutMs: TIMEOUT_MS, ...rest, path: `${ADMIN}/${path}`, credentials })

/**
 * Starts a job. MinIO checks bucket, KMS key and the access to the target first, and keeps the description, in clear.
 *
 * @param description see batch-job-file.ts
 * @throws AppError `not-found` (the KMS has no such key), `upstream-failed` with MinIO's words in a MinioError; admin:StartBatchJob
 */
export async function startBatchJob(minio: Minio, credentials: Credentials, description: string): Promise<ListedJob> {
  const { bytes } = await call(minio, credentials, {
    method: 'POST',
    path: 'start-job',
    body: description,
    action: 'admin:StartBatchJob',
    asksKms: true,
    timeoutMs: START_TIMEOUT_MS,
  })
  return listed(readJson(Listed, bytes))
}

/**
 * Makes sure that the caller may start jobs: MinIO asks that before it looks at the description, and takes none that is
 * empty. admin:StartBatchJob
 *
 * @throws AppError `not-allowed`
 */
export async function requireBatchStart(minio: Minio, credentials: Credentials): Promise<void> {
  try {
    await call(minio, credentials, { method: 'POST', path: 'start-job', body: '{}', action: 'admin:StartBatchJob' })
  } catch (error) {
    if (minioErrorIn(error)?.status !== 400) throw error
  }
}

/** All jobs, ended ones too; admin:ListBatchJobs. */
export async function listBatchJobs(minio: Minio, credentials: Credentials): Promise<readonly ListedJob[]> {
  const { bytes } = await call(minio, credentials, {
    method: 'GET',
    path: 'list-jobs',
    query: { jobType: '' },
    action: 'admin:ListBatchJobs',
  })
  const { jobs } = readJson(z.object({ jobs: z._default(z.nullable(z.array(Listed)), []) }), bytes)
  return (jobs ?? []).map(listed)
}

const count = z._default(z.int(), 0)

const Counts = z.object({
  lastObject: z._default(z.string(), ''),
  objects: count,
  objectsFailed: count,
  deleteMarkers: count,
  deleteMarkersFailed: count,
  bytesTransferred: z.optional(z.int()),
})

const Status = z.object({
  LastMetric: z.object({
    lastUpdate: z.string(),
    retryAttempts: count,
    complete: z._default(z.boolean(), false),
    failed: z._default(z.boolean(), false),
    replicate: z.optional(Counts),
    rotation: z.optional(Counts),
    expired: z.optional(Counts),
  }),
})

/** The report that MinIO writes every ten seconds while a job runs, and at its end. */
export interface BatchReport {
  readonly complete: boolean
  /** Also while it is going to be tried again; see `attempts`. */
  readonly failed: boolean
  /** How often a replication went through the whole bucket. */
  readonly attempts: number
  readonly updatedAt: Date
  readonly counts: z.infer<typeof Counts> | null
}

/**
 * The report of a job; null where there is none (yet): it has just begun, waits behind other jobs, or ended before it
 * looked at the first object. Cancelled jobs keep theirs for days. admin:ListBatchJobs
 */
export async function batchReport(minio: Minio, credentials: Credentials, id: string): Promise<BatchReport | null> {
  try {
    const { bytes } = await call(minio, credentials, {
      method: 'GET',
      path: 'status-job',
      query: { jobId: id },
      action: 'admin:ListBatchJobs',
    })
    const { lastUpdate, retryAttempts, complete, failed, replicate, rotation, expired } = readJson(
      Status,
      bytes,
    ).LastMetric
    const counts = replicate ?? rotation ?? expired ?? null
    return { complete, failed, attempts: retryAttempts, updatedAt: new Date(lastUpdate), counts }
  } catch (error) {
    if (isNoSuchJob(error)) return null
    throw error
  }
}

/**
 * The description of a job as MinIO keeps it. MinIO leaves the secrets of the target out, and no others: read it through
 * `withoutSecrets` of batch-job-file.ts. Null: there is no such job (any more). admin:DescribeBatchJob
 */
export async function describeBatchJob(minio: Minio, credentials: Credentials, id: string): Promise<string | null> {
  try {
    const { bytes } = await call(minio, credentials, {
      method: 'GET',
      path: 'describe-job',
      query: { jobId: id },
      action: 'admin:DescribeBatchJob',
    })
    return Buffer.from(bytes).toString()
  } catch (error) {
    if (isNoSuchJob(error)) return null
    throw error
  }
}

/** Stops a job and removes its file, also of one that has ended; one that there is not counts as done. admin:CancelBatchJob */
export async function cancelBatchJob(minio: Minio, credentials: Credentials, id: string): Promise<void> {
  await call(minio, credentials, {
    method: 'DELETE',
    path: 'cancel-job',
    query: { id },
    action: 'admin:CancelBatchJob',
  })
}

const isNoSuchJob = (error: unknown) => minioErrorIn(error)?.code === 'XMinioAdminNoSuchJob'
