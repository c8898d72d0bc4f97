import type { Bucket } from '@strongroom/shared/buckets'
import { AppError } from '../errors.ts'
import { getBucketEncryption, listBuckets } from '../minio/buckets.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import { type EncryptionDefaults, effectiveEncryption } from './effective-encryption.ts'

/** One keep-alive client at this concurrency reads 1,000 buckets in about a quarter of a second. */
const AT_ONCE = 32

/** All buckets with configured and effective encryption; one that can't be read says why and hides no other. */
export async function observeBuckets(
  minio: Minio,
  credentials: Credentials,
  defaults: EncryptionDefaults,
): Promise<Bucket[]> {
  const listed = await listBuckets(minio, credentials)
  const buckets = new Array<Bucket>(listed.length)
  let next = 0
  const worker = async () => {
    while (next < listed.length) {
      const index = next++
      buckets[index] = await observeBucket(minio, credentials, listed[index]!, defaults)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, listed.length) }, worker))
  return buckets
}

export async function observeBucket(
  minio: Minio,
  credentials: Credentials,
  { name, createdAt = null }: { readonly name: string; readonly createdAt?: string | null },
  defaults: EncryptionDefaults,
): Promise<Bucket> {
  try {
    const found = await getBucketEncryption(minio, credentials, name)
    const encryption = found ?? { mode: 'none' as const }
    return { name, createdAt, encryption, effective: effectiveEncryption(encryption, defaults), trouble: null }
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'session-expired') throw error
    return { name, createdAt, encryption: null, effective: null, trouble: error.detail }
  }
}
