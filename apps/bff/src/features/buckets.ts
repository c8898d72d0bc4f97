import {
  clearBucketEncryption,
  createBucket,
  listBuckets,
  readBucket,
  setBucketEncryption,
} from '@strongroom/shared/buckets'
import { observeBucket, observePage } from '../cluster/bucket-observation.ts'
import { asEncryption } from '../cluster/buckets/as-encryption.ts'
import { createEncryptingBucket } from '../cluster/buckets/create.ts'
import { wordsOf } from '../cluster/buckets/object-order.ts'
import { bucketGround, type Console, intentOf, minioFor } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import * as minioBuckets from '../minio/buckets.ts'

export function bucketRoutes(router: Router, console: Console) {
  const { trail } = console

  const observed = async (bucket: string, c: RequestContext) => {
    const { minio, credentials } = minioFor(console, c)
    return observeBucket(minio, credentials, bucket, await bucketGround(console, c))
  }

  bind(router, listBuckets, async (page, c) => {
    const { minio, credentials } = minioFor(console, c)
    const seen = await observePage(minio, credentials, await bucketGround(console, c), page)
    return { ...seen, checkedAt: new Date().toISOString() }
  })

  bind(router, readBucket, ({ bucket }, c) => observed(bucket, c))

  bind(router, createBucket, async ({ name, mode, key, versioning, locking }, c) => {
    const { minio, credentials } = minioFor(console, c)
    const encryption = mode === 'none' ? requireNoKey(key) : asEncryption(mode, key)
    const recorded = (setUp: () => Promise<void>) =>
      encryption === null
        ? setUp()
        : trail.recorded(
            intentOf(c, 'set-bucket-encryption', name),
            setUp,
            () => `It was made, and encrypts with ${wordsOf(encryption)} from its first object on.`,
          )
    await createEncryptingBucket(minio, credentials, { name, encryption, versioning, locking }, recorded)
    return observed(name, c)
  })

  bind(router, setBucketEncryption, async ({ bucket, mode, key }, c) => {
    const { minio, credentials } = minioFor(console, c)
    const encryption = asEncryption(mode, key)
    // Whoever may not, writes nothing into the trail.
    await minioBuckets.requireEncryptionRight(minio, credentials, bucket)
    const before = await minioBuckets.getBucketEncryption(minio, credentials, bucket).catch(unreadable)
    await trail.recorded(
      intentOf(c, 'set-bucket-encryption', bucket),
      () => minioBuckets.setBucketEncryption(minio, credentials, bucket, encryption),
      () => `It encrypts with ${wordsOf(encryption)} from now on. Before: ${beforeWords(before)}.`,
    )
    return observed(bucket, c)
  })

  bind(router, clearBucketEncryption, async ({ bucket }, c) => {
    const { minio, credentials } = minioFor(console, c)
    // MinIO answers 204 to the removal of what is not there, also where there is no bucket.
    const before = await minioBuckets.getBucketEncryption(minio, credentials, bucket)
    await minioBuckets.requireEncryptionRight(minio, credentials, bucket)
    await trail.recorded(
      intentOf(c, 'clear-bucket-encryption', bucket),
      () => minioBuckets.clearBucketEncryption(minio, credentials, bucket),
      () => (before === null ? 'There was none.' : `It was ${wordsOf(before)}.`),
    )
    return null
  })
}

/** Whoever may set it may not be allowed to read it, and what can't be read can be replaced. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof AppError)) throw error
}

function beforeWords(before: minioBuckets.BucketEncryption | null | undefined): string {
  if (before === undefined) return 'could not be read'
  return before === null ? 'none' : wordsOf(before)
}

function requireNoKey(key: string | undefined): null {
  if (key === undefined) return null
  const detail = 'A bucket without encryption has no key: leave the name out'
  throw new AppError('invalid-input', 'Check the marked fields.', { fields: [{ pointer: '/key', detail }] })
}
