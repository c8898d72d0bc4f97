import { clearBucketEncryption, listBuckets, probeBucket, setBucketEncryption } from '@strongroom/shared/buckets'
import { observeBucket, observeBuckets } from '../cluster/bucket-observation.ts'
import { probeBucket as probe } from '../cluster/bucket-probe.ts'
import { encryptionDefaults } from '../cluster/encryption-defaults.ts'
import { type Console, minioFor } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import * as minioBuckets from '../minio/buckets.ts'

export function bucketRoutes(router: Router, console: Console) {
  bind(router, listBuckets, async (_, c) => {
    const { minio, credentials } = minioFor(console, c)
    const defaults = await encryptionDefaults(minio, credentials, console.lastTold)
    return { buckets: await observeBuckets(minio, credentials, defaults), checkedAt: new Date().toISOString() }
  })

  bind(router, setBucketEncryption, async ({ bucket, mode, key }, c) => {
    const { minio, credentials } = minioFor(console, c)
    await minioBuckets.setBucketEncryption(minio, credentials, bucket, asEncryption(mode, key))
    return observeBucket(
      minio,
      credentials,
      { name: bucket },
      await encryptionDefaults(minio, credentials, console.lastTold),
    )
  })

  bind(router, clearBucketEncryption, async ({ bucket }, c) => {
    const { minio, credentials } = minioFor(console, c)
    // MinIO answers 204 to the removal of what is not there, also where there is no bucket.
    await minioBuckets.getBucketEncryption(minio, credentials, bucket)
    await minioBuckets.clearBucketEncryption(minio, credentials, bucket)
    return null
  })

  bind(router, probeBucket, async ({ bucket }, c) => {
    const { minio, credentials } = minioFor(console, c)
    return probe(minio, credentials, bucket)
  })
}

function asEncryption(mode: 'sse-s3' | 'sse-kms', key: string | undefined): minioBuckets.BucketEncryption {
  if (mode === 'sse-kms' && key !== undefined) return { mode, key }
  if (mode === 'sse-s3' && key === undefined) return { mode }
  throw new AppError('invalid-input', 'Check the marked fields.', {
    fields: [
      {
        pointer: '/key',
        detail:
          mode === 'sse-kms'
            ? 'SSE-KMS wants the name of a key'
            : 'SSE-S3 always uses the default key: leave the name out',
      },
    ],
  })
}
