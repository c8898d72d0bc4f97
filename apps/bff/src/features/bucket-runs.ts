import { type BucketAct, readBucketRun, startBucketRun } from '@strongroom/shared/bucket-runs'
import { wrongKey } from '../cluster/buckets/key-template.ts'
import { confirmBucket, type EncryptionAct, encryptBucket, keysNamed } from '../cluster/buckets/run-encryption.ts'
import { keyMaker, requireSignInFor } from '../cluster/buckets/run-keys.ts'
import { runPolicy } from '../cluster/buckets/run-policy.ts'
import { probeInRun } from '../cluster/buckets/run-probe.ts'
import { type BucketRunOrder, runOnBuckets } from '../cluster/buckets/run-work.ts'
import { encryptionDefaults } from '../cluster/encryption-defaults.ts'
import { type Console, keyMaking, minioFor, requireDriveReading, startBucketJob } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import { deferred } from '../jobs/deferred.ts'

/** For who brings credentials to a run that waits for a sign-in; by itself it lasts as long as the session. */
const DURATION_SECONDS = 3600

export function bucketRunRoutes(router: Router, console: Console) {
  const { bucketRuns } = console

  bind(router, startBucketRun, async ({ buckets: named, act }, c) => {
    requireWhole(act)
    const buckets = [...new Set(named)]
    const actOn = act.kind === 'probe' ? await probing(console, c, act) : await encrypting(console, c, act, buckets)
    const head = { act, by: c.var.caller.account, startedAt: new Date().toISOString(), buckets: buckets.length }
    const begun = deferred()
    const job = await startBucketJob(
      console,
      c,
      { kind: act.kind === 'probe' ? 'bucket-probe' : 'bucket-encryption', target: null, unit: 'buckets' },
      { secretKey: null, durationSeconds: DURATION_SECONDS, policy: runPolicy(act, buckets) },
      async function* (scope, id) {
        const writer = await bucketRuns.begin(id, head).finally(begun.resolve)
        const confirm = act.kind === 'probe' ? null : confirmBucket
        yield* runOnBuckets(scope, writer, { buckets, actOn, confirm })
      },
    )
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
