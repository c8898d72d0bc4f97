import { type BucketAct, readBucketRun, startBucketRun } from '@strongroom/shared/bucket-runs'
import { wrongKey } from '../cluster/buckets/key-template.ts'
import { confirmBucket, type EncryptionAct, encryptBucket, keysNamed } from '../cluster/buckets/run-encryption.ts'
import { keyMaker, requireSignInFor } from '../cluster/buckets/run-keys.ts'
import { runPolicy } from '../cluster/buckets/run-policy.ts'
import { probeInRun } from '../cluster/buckets/run-probe.ts'
import { runTrail } from '../cluster/buckets/run-trail.ts'
import { type BucketRunOrder, type RunEnding, runOnBuckets } from '../cluster/buckets/run-work.ts'
import { encryptionDefaults } from '../cluster/encryption-defaults.ts'
import { type Console, keyMaking, minioFor, requireDriveReading, startBucketJob } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import { deferred } from '../jobs/deferred.ts'
import { requireEncryptionRight } from '../minio/buckets.ts'

/** For who brings credentials to a run that waits for a sign-in; by itself it lasts as long as the session. */
const DURATION_SECONDS = 3600

export function bucketRunRoutes(router: Router, console: Console) {
  const { bucketRuns } = console

  bind(router, startBucketRun, async ({ buckets: named, act }, c) => {
    requireWhole(act)
    const buckets = [...new Set(named)]
    const actOn = act.kind === 'probe' ? await probing(console, c, act) : await encrypting(console, c, act, buckets)
    const head = {
      ...{ act, by: c.var.caller.account, startedAt: new Date().toISOString() },
      ...{ buckets: buckets.length, names: buckets },
    }
    if (act.kind !== 'probe') await requireAnyRight(console, c, buckets)
    const begun = deferred()
    // Probes change nothing, and keep evidence of their own.
    const told = act.kind === 'probe' ? null : trailOf(console, c, { act, buckets })
    const start = () =>
      startBucketJob(
        console,
        c,
        { kind: act.kind === 'probe' ? 'bucket-probe' : 'bucket-encryption', target: null, unit: 'buckets' },
        { secretKey: null, durationSeconds: DURATION_SECONDS, policy: runPolicy(act, buckets) },
        async function* (scope, id) {
          const ended = async (ending: RunEnding) => told?.ended(id, ending, scope.by())
          const writer = await bucketRuns
            .begin(id, head)
            .catch(async (error: unknown) => {
              await ended({ results: new Map(), whole: false, underWay: 0 })
              throw error
            })
            .finally(begun.resolve)
          yield* runOnBuckets(scope, writer, { buckets, actOn, confirm: told && confirmBucket, ended })
        },
      )
    const job = await (told === null ? start() : told.started(start))
    // Whoever is told of the job can read its results at once.
    await begun.promise
    return job
  })

  bind(router, readBucketRun, async ({ id }, c) => {
    const run = await bucketRuns.read(id)
    if (!c.var.caller.root && run.by !== c.var.caller.account) await requireDriveReading(console, c)
    return run
  })
}

const ASKED_AT_ONCE = 16
/** MinIO writes each into its own audit log. */
const MAX_REFUSALS = 64

/**
 * Whoever may change none of the buckets, or of the first so many, starts no run: it would write nothing but the audit trail.
 *
 * @throws AppError `not-allowed`
 */
async function requireAnyRight(console: Console, c: RequestContext, buckets: readonly string[]) {
  const { minio, credentials } = minioFor(console, c)
  let refusal: unknown
  const first = buckets.slice(0, MAX_REFUSALS)
  for (let at = 0; at < first.length; at += ASKED_AT_ONCE) {
    const asked = first
      .slice(at, at + ASKED_AT_ONCE)
      .map((bucket) => requireEncryptionRight(minio, credentials, bucket).then(() => null, refusalIn))
    const refusals = await Promise.all(asked)
    if (refusals.includes(null)) return
    refusal = refusals[0]
  }
  if (!(refusal instanceof AppError) || buckets.length === first.length) throw refusal
  throw new AppError(
    refusal.code,
    `${refusal.detail} It is so for each of the first ${MAX_REFUSALS}; the others were not asked for. Choose buckets that you may change.`,
    { cause: refusal },
  )
}

/** Null: it is no refusal, but the bucket's own trouble, which its result will tell. */
function refusalIn(error: unknown): AppError | null {
  if (!(error instanceof AppError) || error.code === 'session-expired' || error.code === 'upstream-unreachable')
    throw error
  return error.code === 'not-allowed' ? error : null
}

const trailOf = (console: Console, c: RequestContext, order: { act: EncryptionAct; buckets: readonly string[] }) =>
  runTrail(console.trail, { account: c.var.caller.account, requestId: c.var.requestId }, order, (err) =>
    console.log.error({ err }, 'the end of a run on buckets could not be written down'),
  )

async function probing(
  console: Console,
  c: RequestContext,
  { locked }: Extract<BucketAct, { kind: 'probe' }>,
): Promise<BucketRunOrder['actOn']> {
  const { minio, credentials } = minioFor(console, c)
  const defaults = await encryptionDefaults(minio, credentials, console.lastTold)
  const ground = { probes: console.probes, locked, defaults, by: c.var.caller.account }
  return (...bucket) => probeInRun(...bucket, ground)
}

/** @throws AppError `sign-in-again`: a key has to be made, and the sign-in was too long ago for that */
async function encrypting(
  console: Console,
  c: RequestContext,
  act: EncryptionAct,
  buckets: readonly string[],
): Promise<BucketRunOrder['actOn']> {
  const { rules } = await console.house.read()
  const making = act.kind === 'clear' || !act.createKeys ? null : keyMaking(console, c)
  if (making !== null && console.kes !== null) await requireSignInFor(making, keysNamed(buckets, { act, rules }))
  const ground = { act, rules, ensureKey: making && keyMaker(making) }
  return (...bucket) => encryptBucket(...bucket, ground)
}

/** @throws AppError `invalid-input` for a key that is wanted and not named, or the other way round */
function requireWhole(act: BucketAct) {
  const fields = act.kind === 'set' ? wrongKey('/act/key', act.mode, act.key) : []
  if (fields.length > 0) throw new AppError('invalid-input', 'Check the marked fields.', { fields })
}
