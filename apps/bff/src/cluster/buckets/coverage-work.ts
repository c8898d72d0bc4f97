import { setTimeout as sleep } from 'node:timers/promises'
import type { Coverage } from '@strongroom/shared/coverage'
import { AppError } from '../../errors.ts'
import type { Progress } from '../../jobs/job.ts'
import type { Lease } from '../../jobs/lease.ts'
import type { BucketScope, BucketWork } from '../bucket-jobs.ts'
import { Counting, type CountingOrder } from './coverage-counting.ts'
import { CoverageProgress } from './coverage-progress.ts'
import type { CoverageStore } from './coverage-store.ts'

export interface CoverageOrder extends Omit<CountingOrder, 'bucket' | 'by'> {
  readonly buckets: readonly string[]
  /** Listing calls at most; undefined: one after the other, without a rest. */
  readonly pagesPerSecond?: number | undefined
}

export interface CoverageGround {
  readonly store: CoverageStore
  /** The right to count a bucket: other consoles write to the same state folder. */
  readonly lease: (bucket: string, by: string, signal: AbortSignal) => Promise<Lease>
  /** How many versions a bucket may hold, by MinIO's scanner; a bucket that is missing there: not known. */
  readonly expected: (scope: BucketScope) => Promise<ReadonlyMap<string, number>>
}

/**
 * Counts what seals the objects of some buckets, one after the other. One that can't be counted keeps its reason, and
 * hinders no other; what is away meanwhile is waited for.
 */
export const coverageWork = (order: CoverageOrder, ground: CoverageGround): BucketWork =>
  async function* (scope) {
    const { buckets, prefix, fresh, pagesPerSecond } = order
    const expected = prefix === '' ? await ground.expected(scope) : new Map<string, number>()
    const progress = new CoverageProgress(buckets, expected)
    const pacer = new Pacer(pagesPerSecond)
    yield progress.now
    for (const bucket of buckets) {
      try {
        const coverage = yield* countBucket(scope, ground, { bucket, prefix, fresh }, { progress, pacer })
        yield progress.ended(coverage)
      } catch (error) {
        scope.signal.throwIfAborted()
        if (!(error instanceof AppError)) throw error
        yield progress.failed(bucket, error.detail)
      }
    }
    yield progress.end
  }

async function* countBucket(
  scope: BucketScope,
  { store, lease }: CoverageGround,
  order: Omit<CountingOrder, 'by'>,
  { progress, pacer }: { readonly progress: CoverageProgress; readonly pacer: Pacer },
): AsyncGenerator<Progress, Coverage> {
  const by = scope.by().at(-1)!
  await using held = await lease(order.bucket, by, scope.signal)
  await using counting = await Counting.open(store, held, { ...order, by })
  yield progress.begins(order.bucket, counting.total)
  try {
    for (;;) {
      await pacer.turn(scope.signal)
      const page = yield* scope.patiently(() => counting.fetch(scope))
      await counting.take(page, scope.by())
      yield progress.counted(order.bucket, counting.total)
      if (page.next === undefined) return await counting.finish()
    }
  } catch (error) {
    const gone = error instanceof AppError && error.code === 'not-found'
    if (gone || counting.empty) await counting.drop()
    throw error
  }
}

/** Keeps calls apart. */
class Pacer {
  readonly #restMs: number
  #next = 0

  constructor(perSecond: number | undefined) {
    this.#restMs = perSecond === undefined ? 0 : 1_000 / perSecond
  }

  async turn(signal: AbortSignal) {
    const waitMs = this.#next - performance.now()
    if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted())
    this.#next = performance.now() + this.#restMs
  }
}
