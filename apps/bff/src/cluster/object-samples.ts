import { AppError } from '../errors.ts'
import { listBuckets } from '../minio/buckets.ts'
import { type ListedObject, listObjectsWithMetadata } from '../minio/object-listing.ts'
import { type DriveReader, readMeta } from './drive-reader.ts'
import { type SealedSample, sampleOfObject } from './sealed-sample.ts'
import { shuffled, spread } from './spread.ts'

export interface ObjectSampling {
  /** Ends after so many. */
  readonly wanted: number
  readonly buckets: number
  /** In a bucket with SSE-S3 each object of a listing costs KES a decryption. */
  readonly listed: number
  /** Objects of a bucket whose metadata is read from the drives. */
  readonly read: number
  /** Only data keys under this KMS key; all without. */
  readonly name?: string
}

/**
 * Data keys of objects, a few of each bucket that the caller may list. SSE-S3 does not tell its KMS key over S3, so each
 * comes from the object's own metadata on the drives.
 */
export async function* objectSamples(
  reader: DriveReader,
  { wanted, buckets, listed, read, name }: ObjectSampling,
  signal?: AbortSignal,
): AsyncGenerator<SealedSample, void> {
  const all = await listBuckets(reader.minio, reader.credentials).catch(none)
  let found = 0
  for (const { name: bucket } of shuffled(all).slice(0, buckets)) {
    const sealed = (await firstObjects(reader, bucket, listed)).filter((each) => mayBeUnder(each, name))
    for (const { key } of spread(sealed, read, ({ mode, kmsKey }) => `${mode} ${kmsKey}`)) {
      signal?.throwIfAborted()
      const metaSys = await readMeta(reader, key, bucket)
      const sample = metaSys && sampleOfObject(bucket, key, metaSys)
      if (sample === undefined || (name !== undefined && sample.keyName !== name)) continue
      yield sample
      if (++found >= wanted) return
    }
  }
}

function mayBeUnder({ mode, kmsKey }: ListedObject, name: string | undefined): boolean {
  if (mode === 'sse-s3') return true
  return mode === 'sse-kms' && (name === undefined || kmsKey === undefined || kmsKey === name)
}

/** A bucket that the caller may not list gives no samples: others do. */
const firstObjects = ({ minio, credentials }: DriveReader, bucket: string, limit: number) =>
  listObjectsWithMetadata(minio, credentials, bucket, { limit }).then(({ objects }) => objects, none)

function none(error: unknown): [] {
  if (error instanceof AppError && error.code !== 'upstream-unreachable') return []
  throw error
}
