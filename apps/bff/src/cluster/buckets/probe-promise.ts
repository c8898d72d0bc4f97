import type { BucketProbe } from '@strongroom/shared/bucket-probes'
import { AppError } from '../../errors.ts'
import { bareKeyName, getBucketEncryption } from '../../minio/buckets.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import { type EncryptionDefaults, effectiveEncryption } from '../effective-encryption.ts'

export type Promised = BucketProbe['promised']

/**
 * What the bucket's effective encryption promises to an object that comes without headers; null where that can't be told, as
 * where the caller may not read its configuration.
 *
 * @throws AppError `not-found` (no such bucket), `session-expired`, `upstream-unreachable`
 */
export async function readPromise(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
  defaults: EncryptionDefaults,
): Promise<Promised> {
  try {
    const configured = (await getBucketEncryption(minio, credentials, bucket)) ?? { mode: 'none' as const }
    const effective = effectiveEncryption(configured, defaults)
    return effective && { mode: effective.mode, ...(effective.key !== undefined && { key: effective.key }) }
  } catch (error) {
    if (error instanceof AppError && !FATAL.has(error.code)) return null
    throw error
  }
}

const FATAL: ReadonlySet<string> = new Set(['not-found', 'session-expired', 'upstream-unreachable'])

/** Whether the promise was kept; null where there was none. Of SSE-S3 MinIO shows no key over S3, so its mode alone counts. */
export function keepsPromise(promised: Promised, { mode, key }: Pick<BucketProbe, 'mode' | 'key'>): boolean | null {
  if (promised === null) return null
  if (promised.mode !== mode) return false
  if (mode !== 'sse-kms' || promised.key === undefined) return true
  return key !== undefined && bareKeyName(promised.key) === bareKeyName(key)
}
