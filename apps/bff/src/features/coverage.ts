import { downloadPlainObjects, readCoverage, startCoverage } from '@strongroom/shared/coverage'
import type { BucketScope } from '../cluster/bucket-jobs.ts'
import { coveragePolicy } from '../cluster/buckets/coverage-policy.ts'
import { type CoverageGround, coverageWork } from '../cluster/buckets/coverage-work.ts'
import { recordOf } from '../cluster/buckets/record-name.ts'
import { type Console, minioFor, startBucketJob } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, bindDownload, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import { readBucketTraits } from '../minio/bucket-traits.ts'
import { requireVersionListing } from '../minio/version-listing.ts'
import { boxed } from '../secret.ts'

/** What was found in a bucket is for those to whom MinIO would list it now. */
export function coverageRoutes(router: Router, console: Console) {
  const { coverage: store, leases } = console
  const ground: CoverageGround = {
    store,
    lease: (bucket, by, signal) => leases.take(`coverage-${recordOf(bucket)}`, by, signal),
    expected,
  }

  bind(
    router,
    startCoverage,
    async ({ buckets: named, prefix, fresh, pagesPerSecond, secretKey, durationSeconds }, c) => {
      using secret = boxed(secretKey)
      const buckets = [...new Set(named)]
      const head = { kind: 'coverage' as const, target: buckets.length === 1 ? buckets[0]! : null, unit: 'versions' }
      const runAs = { secretKey: secret, durationSeconds, policy: coveragePolicy(buckets) }
      return await startBucketJob(
        console,
        c,
        head,
        runAs,
        coverageWork({ buckets, prefix, fresh, pagesPerSecond }, ground),
      )
    },
  )

  bind(router, readCoverage, async ({ bucket }, c) => {
    await requireListing(console, c, bucket)
    return store.read(bucket)
  })

  bindDownload(router, downloadPlainObjects, async ({ bucket }, c) => {
    await requireListing(console, c, bucket)
    return { name: `${bucket}-plain.csv`, type: 'text/csv; charset=utf-8', content: await store.openList(bucket) }
  })
}

function requireListing(console: Console, c: RequestContext, bucket: string): Promise<void> {
  const { minio, credentials } = minioFor(console, c)
  return requireVersionListing(minio, credentials, bucket)
}

/** The scanner counts objects: where versions are kept nobody knows how many of those there are. */
async function expected({ minio, credentials }: BucketScope): Promise<ReadonlyMap<string, number>> {
  const traits = await readBucketTraits(minio, credentials).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error
    return new Map<never, never>()
  })
  const told = [...traits].flatMap(([name, { versioning, usage }]) =>
    versioning === 'off' && usage !== null ? [[name, usage.objects] as const] : [],
  )
  return new Map(told)
}
