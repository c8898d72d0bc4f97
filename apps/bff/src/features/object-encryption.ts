import {
  type ObjectRun,
  readEncryptionPlan,
  readObjectRun,
  startObjectEncryption,
  startPlainRemoval,
} from '@strongroom/shared/object-encryption'
import { asEncryption } from '../cluster/buckets/as-encryption.ts'
import { ALWAYS, factsOf, readNature, requireAccepted, traitsOf } from '../cluster/buckets/encryption-plan.ts'
import { encryptObjects } from '../cluster/buckets/object-encryption.ts'
import { below, isSame, removalWords, told, whichWords, wordsOf } from '../cluster/buckets/object-order.ts'
import { ENCRYPTING, policyFor, READING, REMOVING } from '../cluster/buckets/object-rights.ts'
import { removePlainVersions } from '../cluster/buckets/plain-removal.ts'
import { recordOf } from '../cluster/buckets/record-name.ts'
import { type Console, intentOf, minioFor, requireDriveReading, startBucketJob } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import type { Lease } from '../jobs/lease.ts'
import { isReplicated, readObjectLock } from '../minio/bucket-lock.ts'
import { type BucketEncryption, getBucketEncryption } from '../minio/buckets.ts'
import { keyStatus } from '../minio/kms.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import { requireVersionListing } from '../minio/version-listing.ts'
import { boxed } from '../secret.ts'

const KIND = 'object-encryption'
const REMOVAL = 'plain-removal'

/** Encrypting objects where they are, and removing the plain versions that are left of them. */
export function objectEncryptionRoutes(router: Router, console: Console) {
  const { objectRuns, coverage, jobs, trail } = console

  bind(router, readEncryptionPlan, async ({ bucket }, c) => {
    const { minio, credentials } = minioFor(console, c)
    const [nature, configured, mayList] = await Promise.all([
      readNature(minio, credentials, bucket),
      getBucketEncryption(minio, credentials, bucket).catch(nullIfRefused),
      requireVersionListing(minio, credentials, bucket).then(() => true, nullIfRefused),
    ])
    const complete = mayList ? (await coverage.read(bucket)).complete : null
    const cut = mayList && !jobs.running(KIND, bucket) ? await objectRuns.unfinished(bucket, 'encrypt') : null
    return {
      traits: traitsOf(nature),
      always: [...ALWAYS],
      counts: complete?.counts ?? null,
      countedAt: complete?.takenAt ?? null,
      configured,
      unfinished: cut && told(cut.run),
    }
  })

  bind(
    router,
    startObjectEncryption,
    async ({ bucket, mode, key, fresh, secretKey, durationSeconds, ...choice }, c) => {
      using secret = boxed(secretKey)
      const { minio, credentials } = minioFor(console, c)
      const sealing = asEncryption(mode, key)
      const nature = await readNature(minio, credentials, bucket)
      requireAccepted(traitsOf(nature), choice.accepted)
      // What an earlier run told of objects is told along: that is for those to whom MinIO would list them.
      await requireVersionListing(minio, credentials, bucket)
      await requireWorkingKey(minio, credentials, sealing)
      requireNone(bucket)
      const order = { mode, ...(key !== undefined && { key }), ...choice }
      const kept = fresh ? null : await objectRuns.unfinished(bucket, 'encrypt')
      const from = kept !== null && isSame(kept.run.order, order) ? kept : null
      const total = choice.prefix === '' ? await currentObjects(bucket) : null
      return await recorded('encrypt-objects', bucket, c, `${wordsOf(sealing)}, ${whichWords(choice)}`, () =>
        underLease(bucket, c, (lease) =>
          startBucketJob(
            console,
            c,
            { kind: KIND, target: bucket, unit: 'objects' },
            { secretKey: secret, durationSeconds, policy: policyFor(bucket, ENCRYPTING) },
            encryptObjects({
              order: { bucket, sealing, ...choice, tiered: choice.accepted.includes('tiered') },
              ...{ told: order, facts: factsOf(nature), runs: objectRuns, from, total, lease },
            }),
          ),
        ),
      )
    },
  )

  bind(router, startPlainRemoval, async ({ bucket, prefix, confirm, dryRun, secretKey, durationSeconds }, c) => {
    using secret = boxed(secretKey)
    if (confirm !== bucket)
      throw new AppError('invalid-input', 'Check the marked fields.', {
        fields: [{ pointer: '/confirm', detail: 'Type the name of the bucket' }],
      })
    const { minio, credentials } = minioFor(console, c)
    const [lock, replicated] = await Promise.all([
      readObjectLock(minio, credentials, bucket).catch(undefinedIfRefused),
      isReplicated(minio, credentials, bucket).catch(nullIfRefused),
    ])
    requireNone(bucket)
    const words = `${dryRun ? 'Dry run: nothing is removed' : 'Older plain versions with a newer encrypted copy'}${below(prefix)}`
    return await recorded('remove-plain-versions', bucket, c, words, () =>
      underLease(bucket, c, (lease) =>
        startBucketJob(
          console,
          c,
          { kind: REMOVAL, target: bucket, unit: 'versions' },
          { secretKey: secret, durationSeconds, policy: policyFor(bucket, dryRun ? READING : REMOVING) },
          removePlainVersions({
            ...{ bucket, prefix, dryRun, lease, runs: objectRuns },
            ...{ locked: lock === undefined ? null : lock !== null, replicated },
            ...(!dryRun && { ended: removalEnded(c, bucket) }),
          }),
        ),
      ),
    )
  })

  bind(router, readObjectRun, async ({ id }, c) => {
    const run = await objectRuns.find(id)
    // It names objects; whether there is such a run is not for everybody either.
    if (run === undefined || !run.by.includes(c.var.caller.account)) await requireDriveReading(console, c)
    if (run === undefined) throw new AppError('not-found', 'There is no such run. The newest ones are kept.')
    return run
  })

  /** Current objects as they were counted last; null: they were not. */
  const currentObjects = async (bucket: string) => {
    const { complete } = await coverage.read(bucket)
    return complete?.prefix === '' ? complete.counts.reduce((sum, { current }) => sum + current.count, 0) : null
  }

  /** Neither may run while the other does: the one looks at versions that the other removes. */
  const requireNone = (bucket: string) => {
    const running = jobs.running(KIND, bucket) ?? jobs.running(REMOVAL, bucket)
    if (running === undefined) return
    const what =
      running.kind === KIND
        ? 'The objects of this bucket are being encrypted'
        : 'Plain versions are being removed there'
    throw new AppError(
      'conflict',
      `${what}, started by ${running.startedBy}. Wait until that has ended, or stop it first.`,
    )
  }

  const recorded = <T extends { readonly id: string }>(
    act: 'encrypt-objects' | 'remove-plain-versions',
    bucket: string,
    c: RequestContext,
    words: string,
    run: () => Promise<T>,
  ) =>
    trail.recorded(
      intentOf(c, act, bucket),
      run,
      ({ id }) => `${words}, as job ${id}; what it does is kept with the job.`,
    )

  /** What is gone for good is told with how much it was, also where the run itself is not kept any more. */
  const removalEnded = (c: RequestContext, bucket: string) => async (run: ObjectRun, whole: boolean) => {
    const words = removalWords(run)
    const cut = whole ? null : new AppError('conflict', `${words} It did not come to its end.`)
    const outcome = () => (cut === null ? Promise.resolve() : Promise.reject(cut))
    await trail
      .recorded(intentOf(c, 'remove-plain-versions', bucket), outcome, () => words)
      .catch((err: unknown) => err === cut || console.log.error({ err }, 'the end of a removal could not be written'))
  }

  /** The work releases it at its end. */
  const underLease = async <T>(bucket: string, c: RequestContext, start: (lease: Lease) => Promise<T>) => {
    const lease = await console.leases.take(`object-changes-${recordOf(bucket)}`, c.var.caller.account)
    return start(lease).catch(async (error: unknown) => {
      await lease.release()
      throw error
    })
  }
}

const nullIfRefused = (error: unknown) => {
  if (undefinedIfRefused(error) === undefined) return null
  throw error
}

const undefinedIfRefused = (error: unknown) => {
  if (error instanceof AppError && error.code === 'not-allowed') return undefined
  throw error
}

/** Else each object would fail by itself. Whoever may not ask finds out by the first objects. */
async function requireWorkingKey(minio: Minio, credentials: Credentials, sealing: BucketEncryption) {
  const status = await keyStatus(minio, credentials, ...(sealing.mode === 'sse-kms' ? [sealing.key] : [])).catch(
    undefinedIfRefused,
  )
  if (status === undefined || status.works) return
  if (/does not exist/.test(status.error ?? '')) throw new AppError('not-found', 'The KMS has no key of that name.')
  throw new AppError('upstream-failed', 'The KMS could not use the key. See the KMS page for which hop is broken.')
}
