import { setTimeout as sleep } from 'node:timers/promises'
import type { BucketResult } from '@strongroom/shared/bucket-runs'
import type { Progress } from '../../jobs/job.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import type { BucketScope } from '../bucket-jobs.ts'
import { inParallel } from '../in-parallel.ts'
import type { Outcome } from './run-outcome.ts'
import { progressOf, summaryOf } from './run-words.ts'
import type { RunWriter } from './runs.ts'

/** MinIO writes the metadata of a bucket to its drives for each. */
const AT_ONCE = 8
/** After so many the job shows how far it is. */
const STEP = 16
const ROUNDS = 3
/**
 * MinIO that starts serves before it has read the metadata of all buckets, and what it had read of one a moment ago it puts in
 * the place of what was set meanwhile. Seen, and minio cmd/bucket-metadata-sys.go, concurrentLoad.
 */
const SETTLED_MS = 2_000
/** A stop does not end what MinIO is doing to a few buckets just then; so long their results are waited for. */
const LAST_MS = 5_000

type OnBucket<Given> = (minio: Minio, credentials: Credentials, given: Given) => Promise<Outcome>

/** All of them throw where MinIO is away or the credentials have ended; every other failure is an outcome. */
export interface BucketRunOrder {
  readonly buckets: readonly string[]
  readonly actOn: OnBucket<string>
  /** Looks again at a bucket that was changed: `already` where it is still so, `changed` where it had to be done once more. */
  readonly confirm: OnBucket<BucketResult> | null
  /** Told when the run is over. */
  readonly ended?: (ending: RunEnding) => Promise<void>
}

export interface RunEnding {
  readonly results: ReadonlyMap<string, BucketResult>
  /** It was neither stopped nor broken off. */
  readonly whole: boolean
  /** How many buckets without a result MinIO was still asked to change: they may be changed yet. */
  readonly underWay: number
}

/** One act on many buckets: each keeps its result as it is done, and hinders no other. A stop takes effect between two. */
export async function* runOnBuckets(
  scope: BucketScope,
  writer: RunWriter,
  { buckets, actOn, confirm, ended }: BucketRunOrder,
): AsyncGenerator<Progress, void> {
  const done = new Map<string, BucketResult>()
  const underWay = new Map<Promise<void>, string>()
  const keep = async (result: BucketResult) => {
    // It is as it is, also where that can't be written down.
    done.set(result.bucket, result)
    await writer.add(result)
  }
  let waited = false
  let whole = false
  yield { total: buckets.length, message: 'Looks at each bucket, and does what is asked for.' }
  try {
    const acting = inSteps(scope, buckets, (bucket) => {
      const act = async () => keep({ bucket, ...(await actOn(scope.minio, scope.credentials, bucket)) })
      const acted = act().finally(() => underWay.delete(acted))
      underWay.set(acted, bucket)
      return acted
    })
    for await (const progress of acting) {
      waited ||= progress.state === 'paused'
      yield { ...progress, ...progressOf(done) }
    }
    if (confirm !== null) yield* confirmed(scope, done, { confirm, keep, restarted: waited })
    whole = true
  } finally {
    await atMost(LAST_MS, Promise.allSettled(underWay.keys()))
    const open = new Set([...underWay.values()].filter((bucket) => !done.has(bucket)))
    await writer.end().finally(() => ended?.({ results: done, whole, underWay: open.size }))
    // A stop leaves the steps before their progress is told.
    yield progressOf(done)
  }
  yield { ...progressOf(done), message: summaryOf(done) }
}

async function atMost(ms: number, waited: Promise<unknown>) {
  const over = new AbortController()
  await Promise.race([waited, sleep(ms, undefined, { signal: over.signal }).catch(() => undefined)])
  over.abort()
}

interface Confirmation {
  readonly confirm: OnBucket<BucketResult>
  readonly keep: (result: BucketResult) => Promise<void>
  /** MinIO was away in between. */
  readonly restarted: boolean
}

/** What was changed is looked at once more, and done again where MinIO has lost it. */
async function* confirmed(
  scope: BucketScope,
  done: ReadonlyMap<string, BucketResult>,
  { confirm, keep, restarted }: Confirmation,
): AsyncGenerator<Progress, void> {
  let open = [...done.values()].filter(({ outcome }) => outcome === 'changed')
  for (let round = 0; round < ROUNDS && open.length > 0; round++) {
    yield { message: 'Looks whether MinIO has kept what was set.' }
    if (restarted || round > 0)
      await sleep(SETTLED_MS, undefined, { signal: scope.signal }).catch(() => scope.signal.throwIfAborted())
    const again: BucketResult[] = []
    yield* inSteps(scope, open, async (result) => {
      const outcome = await confirm(scope.minio, scope.credentials, result)
      if (outcome.outcome === 'already') return
      const now = { bucket: result.bucket, ...outcome, before: result.before }
      await keep(now)
      if (now.outcome === 'changed') again.push(now)
    })
    open = again
  }
  for (const result of open) await keep({ ...result, outcome: 'failed', after: null, reason: NOT_KEPT })
}

const NOT_KEPT =
  'MinIO took the change and lost it again, more than once. It may still be starting, or somebody else changes it: see how it is now, and try again.'

/** Yields after each few; those that are done are not done again after an outage. */
async function* inSteps<T>(
  scope: BucketScope,
  list: readonly T[],
  act: (each: T) => Promise<void>,
): AsyncGenerator<Progress, void> {
  for (let at = 0; at < list.length; at += STEP) {
    const open = new Set(list.slice(at, at + STEP))
    yield* scope.patiently(() =>
      inParallel([...open], AT_ONCE, async (each) => {
        scope.signal.throwIfAborted()
        await act(each)
        open.delete(each)
      }),
    )
    yield {}
  }
}
