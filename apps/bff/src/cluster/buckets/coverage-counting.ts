import type { Coverage } from '@strongroom/shared/coverage'
import { AppError } from '../../errors.ts'
import type { Lease } from '../../jobs/lease.ts'
import { isTimeout } from '../../minio/transport.ts'
import { listVersionsWithMetadata, type VersionPage } from '../../minio/version-listing.ts'
import type { BucketScope } from '../bucket-jobs.ts'
import { newCounting, type Unfinished } from './coverage-record.ts'
import type { CoverageStore } from './coverage-store.ts'
import { CoverageTally, totals } from './coverage-tally.ts'
import { PlainList } from './plain-list.ts'

/** MinIO gives no more at once. */
const PAGE_MOST = 1_000
const PAGE_TIMEOUT_MS = 30_000
/** After one that took less the next may be larger. */
const QUICK_MS = 5_000
/** So much work is done again at most after the process was killed. */
const KEEP_MS = 1_000

export interface CountingOrder {
  readonly bucket: string
  readonly prefix: string
  /** Begin anew, whatever is there to go on with. */
  readonly fresh: boolean
  /** Who counts. */
  readonly by: string
}

/** One bucket while it is counted. How far it is lies in the store at any time, for whoever goes on with it. */
export class Counting implements AsyncDisposable {
  readonly #store: CoverageStore
  readonly #lease: Pick<Lease, 'requireHeld'>
  readonly #list: PlainList
  readonly #tally: CoverageTally
  #far: Unfinished
  #limit = PAGE_MOST
  #keptAt = performance.now()
  /** There is more than was kept. */
  #moved = false

  private constructor(store: CoverageStore, lease: Pick<Lease, 'requireHeld'>, far: Unfinished, list: PlainList) {
    this.#store = store
    this.#lease = lease
    this.#far = far
    this.#list = list
    this.#tally = new CoverageTally(far.prefix, far.counted)
  }

  /**
   * Goes on where an earlier one of the same prefix was cut off; else begins at the start, as where MinIO did not tell
   * somebody else what it may tell now.
   */
  static async open(
    store: CoverageStore,
    lease: Pick<Lease, 'requireHeld'>,
    { bucket, prefix, fresh, by }: CountingOrder,
  ): Promise<Counting> {
    const earlier = await store.findUnfinished(bucket)
    const told = earlier === undefined || earlier.by.includes(by) || totals(earlier.counted).unknown === 0
    if (earlier !== undefined && !fresh && earlier.prefix === prefix && told) {
      const list = await PlainList.open(store.listPathOf(earlier), earlier.list)
      if (list !== null) return new Counting(store, lease, earlier, list)
    }
    if (earlier !== undefined) await store.dropUnfinished(earlier)
    const far = newCounting(bucket, prefix)
    const list = await PlainList.open(store.listPathOf(far), far.list)
    const counting = new Counting(store, lease, far, list!)
    await counting.#keep()
    return counting
  }

  /** Nothing was counted yet. */
  get empty(): boolean {
    return this.#far.pages === 0
  }

  /** Versions counted. */
  get total(): number {
    return this.#tally.total
  }

  /**
   * The next page, which is smaller where MinIO needs too long for a large one.
   *
   * @throws AppError as {@link listVersionsWithMetadata} does
   */
  async fetch(
    { minio, credentials }: Pick<BucketScope, 'minio' | 'credentials'>,
    timeoutMs = PAGE_TIMEOUT_MS,
  ): Promise<VersionPage> {
    const { bucket, prefix } = this.#far
    for (;;) {
      const began = performance.now()
      const listing = { prefix, after: this.#far.after ?? undefined, limit: this.#limit, timeoutMs }
      try {
        const page = await listVersionsWithMetadata(minio, credentials, bucket, listing)
        const tookMs = performance.now() - began
        if (tookMs < QUICK_MS) this.#limit = Math.min(PAGE_MOST, this.#limit * 2)
        this.#far = { ...this.#far, listedMs: this.#far.listedMs + Math.round(tookMs), pages: this.#far.pages + 1 }
        return page
      } catch (error) {
        // MinIO asks its KMS for each SSE-S3 object of a page before it answers.
        if (!isTimeout(error) || this.#limit === 1) throw error
        this.#limit = Math.ceil(this.#limit / 4)
      }
    }
  }

  /** @param by everybody under whose credentials the job ran */
  async take({ versions, markers, next }: VersionPage, by: readonly string[]): Promise<void> {
    const { after } = this.#far
    if (next && next.key === after?.key && next.versionId === after.versionId)
      throw new AppError('upstream-failed', 'MinIO lists the same versions again and again, so nothing can be counted.')
    await this.#lease.requireHeld()
    await this.#list.add(versions)
    this.#tally.add({ versions, markers })
    this.#far = { ...this.#far, after: next ?? null, by: [...new Set([...this.#far.by, ...by])] }
    this.#moved = true
    if (next && performance.now() - this.#keptAt >= KEEP_MS) await this.#keep()
  }

  /** After the last page. */
  finish(): Promise<Coverage> {
    this.#moved = false
    return this.#store.finish(this.#now())
  }

  /** Leaves nothing to go on with. */
  async drop() {
    this.#moved = false
    await this.#store.dropUnfinished(this.#far)
  }

  async [Symbol.asyncDispose]() {
    // What is not kept is counted again.
    if (this.#moved) await this.#keepIfHeld().catch(() => undefined)
    await this.#list[Symbol.asyncDispose]()
  }

  async #keepIfHeld() {
    await this.#lease.requireHeld()
    await this.#keep()
  }

  async #keep() {
    await this.#store.keepUnfinished(this.#now())
    this.#keptAt = performance.now()
    this.#moved = false
  }

  #now = (): Unfinished => ({ ...this.#far, counted: this.#tally.counted, list: this.#list.end })
}
