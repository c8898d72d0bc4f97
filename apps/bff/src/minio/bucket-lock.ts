import { GetBucketReplicationCommand, GetObjectLockConfigurationCommand } from '@aws-sdk/client-s3'
import { minioErrorIn } from './failures.ts'
import { timeOf } from './object-versions.ts'
import { callS3 } from './s3.ts'
import type { Credentials, Minio } from './transport.ts'

const TIMEOUT_MS = 10_000

/** What object lock does to an object that comes without headers of its own. */
export interface ObjectLock {
  /** Null: it gets no retention. `days` is 365 for each year. */
  readonly retention: { readonly mode: string; readonly days: number } | null
  /** MinIO's own time when it told. */
  readonly at: Date
}

/**
 * The object lock of a bucket; s3:GetBucketObjectLockConfiguration. Null: it has none, or there is no such bucket, which
 * MinIO does not tell apart here.
 */
export async function readObjectLock(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
): Promise<ObjectLock | null> {
  try {
    const command = new GetObjectLockConfigurationCommand({ Bucket: bucket })
    const { output, reply } = await callS3(minio, credentials, command, {
      action: 's3:GetBucketObjectLockConfiguration',
      timeoutMs: TIMEOUT_MS,
    })
    const { Mode: mode, Days, Years } = output.ObjectLockConfiguration?.Rule?.DefaultRetention ?? {}
    const days = Days ?? (Years ?? 0) * 365
    return { retention: mode === undefined ? null : { mode, days }, at: timeOf(reply) }
  } catch (error) {
    if (minioErrorIn(error)?.code === 'ObjectLockConfigurationNotFoundError') return null
    throw error
  }
}

/** Whether objects of a bucket are copied elsewhere, by its own rules or by those of its site; s3:GetReplicationConfiguration. */
export async function isReplicated(minio: Minio, credentials: Credentials, bucket: string): Promise<boolean> {
  try {
    await callS3(minio, credentials, new GetBucketReplicationCommand({ Bucket: bucket }), {
      action: 's3:GetReplicationConfiguration',
      timeoutMs: TIMEOUT_MS,
    })
    return true
  } catch (error) {
    if (minioErrorIn(error)?.code === 'ReplicationConfigurationNotFoundError') return false
    throw error
  }
}
