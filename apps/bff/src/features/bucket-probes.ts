import { listBucketProbes, probeBucket, readProbeSchedule, setProbeSchedule } from '@strongroom/shared/bucket-probes'
import { probeWithEvidence } from '../cluster/buckets/probe-evidence.ts'
import { newProbeObject } from '../cluster/buckets/probe-object.ts'
import { readPromise } from '../cluster/buckets/probe-promise.ts'
import { encryptionDefaults } from '../cluster/encryption-defaults.ts'
import { type Console, minioFor } from '../console.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import { getBucketEncryption, listBuckets } from '../minio/buckets.ts'
import { deleteObject } from '../minio/objects.ts'

export function bucketProbeRoutes(router: Router, console: Console) {
  const { probes, probeSchedule } = console

  bind(router, probeBucket, ({ bucket, locked }, c) => probe(console, c, { bucket, locked }))

  bind(router, listBucketProbes, async ({ bucket }, c) => {
    const { minio, credentials } = minioFor(console, c)
    // Evidence names keys and accounts: whoever may not know how the bucket encrypts has no business with it.
    await getBucketEncryption(minio, credentials, bucket)
    const [kept, scheduled] = await Promise.all([probes.list(bucket), probeSchedule.has(bucket)])
    return { probes: [...kept], scheduled }
  })

  bind(router, readProbeSchedule, async (_, c) => {
    const { minio, credentials } = minioFor(console, c)
    const [schedule, listed] = await Promise.all([probeSchedule.read(), listBuckets(minio, credentials)])
    const seen = new Set(listed.map(({ name }) => name))
    return { ...schedule, buckets: schedule.buckets.filter((bucket) => seen.has(bucket)) }
  })

  bind(router, setProbeSchedule, async ({ bucket, on }, c) => {
    // Whoever may not even remove a probe object is told nothing else.
    await requireRemoval(console, c, bucket)
    if (!on) await probeSchedule.switchOff(bucket)
    // MinIO decides who may have the console do it: whoever may do the same, now.
    else await probeSchedule.switchOn(bucket, c.var.caller.account, () => probe(console, c, { bucket, locked: false }))
    return { scheduled: on }
  })
}

async function probe(
  console: Console,
  c: RequestContext,
  order: { readonly bucket: string; readonly locked: boolean },
) {
  const { minio, credentials } = minioFor(console, c)
  const { bucket, locked } = order
  const defaults = await encryptionDefaults(minio, credentials, console.lastTold)
  const promised = await readPromise(minio, credentials, bucket, defaults)
  const by = c.var.caller.account
  return probeWithEvidence(console.probes, { minio, credentials }, bucket, { locked, promised, by })
}

/**
 * Whether MinIO would let the caller remove a probe object, asked with a version that nobody ever wrote: nothing changes,
 * and KES need not be there.
 *
 * @throws AppError `not-allowed`, `not-found`
 */
async function requireRemoval(console: Console, c: RequestContext, bucket: string) {
  const { minio, credentials } = minioFor(console, c)
  const { key } = newProbeObject()
  await deleteObject(minio, credentials, { bucket, key, versionId: crypto.randomUUID() })
}
