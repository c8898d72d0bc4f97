import type { ObjectOrder } from '@strongroom/shared/object-encryption'
import { AppError } from '../../errors.ts'
import type { Progress } from '../../jobs/job.ts'
import type { Lease } from '../../jobs/lease.ts'
import { requireIfMatch } from '../../minio/object-copy.ts'
import { type ListedObject, listObjectsWithMetadata } from '../../minio/object-listing.ts'
import type { BucketScope, BucketWork } from '../bucket-jobs.ts'
import { ByteBudget } from '../byte-budget.ts'
import { outageIn } from '../outage.ts'
import { Crew } from './crew.ts'
import {
  type BucketFacts,
  type EncryptionOrder,
  type EncryptionScope,
  encryptObject,
  LARGEST_WHOLE,
  SSE_C,
} from './encrypt-object.ts'
import { heldLately } from './held-lately.ts'
import { KmsPatience } from './kms-patience.ts'
import type { KeptRun, ObjectRuns } from './object-runs.ts'
import { RunRecord } from './run-record.ts'

/** Objects in memory at once, of all runs of this process. */
const memory = new ByteBudget(2 * LARGEST_WHOLE)
const PAGE = 500
const TICK_MS = 1_000
/** After so many failures with nothing done in between the matter is none of single objects. */
const IN_A_ROW = 20

export interface EncryptionRun {
  readonly order: EncryptionOrder & { readonly prefix: string; readonly atOnce: number }
  /** As the report tells it. */
  readonly told: ObjectOrder
  readonly facts: BucketFacts
  readonly runs: ObjectRuns
  /** Where an earlier run with the same choices was cut off; null: it begins anew. */
  readonly from: KeptRun | null
  /** Current objects when they were counted last; null: they were not. */
  readonly total: number | null
  /** Released at the end. */
  readonly lease: Lease
}

/** Encrypts the current objects of a bucket where they are, page by page; safe to be cut off at any time. */
export const encryptObjects = (run: EncryptionRun): BucketWork =>
  async function* (scope, id) {
    const { order, told, runs, from, lease } = run
    const head = { id, act: 'encrypt' as const, bucket: order.bucket, by: [...scope.by()], order: { ...told } }
    const record = new RunRecord(runs, head, from)
    const crew = new Crew<ListedObject>(order.atOnce, scope.signal, eachObject(run, scope, record))
    try {
      await record.save(true)
      yield* pages(run, scope, record, crew)
      record.reached(null)
      yield { ...record.tally.progress(run.total), message: from === null ? END : `${END} ${WENT_ON}` }
    } finally {
      await crew.rest()
      record.tally.ranBy(scope.by())
      await record.end().finally(() => lease.release())
      await runs.prune()
    }
  }

const END = 'Every object was dealt with.'
const WENT_ON =
  'It went on where an earlier run was cut off: what was written before that place since then was not looked at. A counting shows what is left; a run that begins anew looks at all of it.'

async function* pages(
  { order, total }: EncryptionRun,
  scope: BucketScope,
  record: RunRecord,
  crew: Crew<ListedObject>,
): AsyncGenerator<Progress, void> {
  const { bucket, prefix, sealing } = order
  const message = `Encrypts with ${sealing.mode === 'sse-s3' ? 'SSE-S3' : `SSE-KMS under ${sealing.key}`}.`
  const startAfter = record.goesOnAfter
  let after: string | undefined
  do {
    const from = after === undefined ? { ...(startAfter !== '' && { startAfter }) } : { after }
    const page = yield* scope.patiently(() =>
      listObjectsWithMetadata(scope.minio, scope.credentials, bucket, { prefix, limit: PAGE, ...from }),
    )
    after = page.next
    crew.add(page.objects)
    for (let all = false; !all; ) {
      all = yield* scope.patiently(() => crew.work(TICK_MS))
      await record.save()
      yield { ...record.tally.progress(total), message }
    }
    const last = page.objects.at(-1)
    if (last !== undefined) record.reached(last.key)
    await record.save(true)
  } while (after !== undefined)
}

/** @returns what the crew does with each: it rejects with what the whole run has to wait for, or stop at */
function eachObject(run: EncryptionRun, scope: BucketScope, { tally }: RunRecord) {
  const patience = new KmsPatience()
  let inARow = 0
  const at: EncryptionScope = {
    get minio() {
      return scope.minio
    },
    get credentials() {
      return scope.credentials
    },
    ...{ signal: scope.signal, memory, facts: run.facts, requireHeld: heldLately(run.lease) },
    requireGuard: once((name) => requireIfMatch(scope.minio, scope.credentials, name)),
  }
  return async (listed: ListedObject) => {
    const known = withoutLooking(run.order, listed)
    if (known !== null) return known === 'already' ? tally.already() : tally.left(listed.key, known)
    try {
      const outcome = await encryptObject(at, run.order, listed, () => tally.retried())
      inARow = 0
      if (outcome.is === 'done') tally.done(outcome.bytes)
      else if (outcome.is === 'already') tally.already()
      else tally.left(listed.key, outcome.reason)
    } catch (caught) {
      const error = await patience.judge(scope, listed.key, caught)
      if (!isOfOneObject(error, scope.signal)) throw error
      tally.failed(listed.key, error.detail)
      if (++inARow >= IN_A_ROW)
        throw new AppError(error.code, `${IN_A_ROW} objects in a row failed, so it was stopped. ${error.detail}`)
    }
  }
}

/** Does it until it went well once; those who come meanwhile share the try. */
function once<T>(act: (of: T) => Promise<void>): (of: T) => Promise<void> {
  let tried: Promise<void> | undefined
  return (of) => {
    tried ??= act(of).catch((error: unknown) => {
      tried = undefined
      throw error
    })
    return tried
  }
}

/** What the listing says is enough. */
function withoutLooking({ which, sealing }: EncryptionOrder, { mode, kmsKey }: ListedObject): string | null {
  if (mode === 'sse-c') return SSE_C
  if (mode === 'none' || mode === 'unknown') return null
  const so = mode === sealing.mode && (sealing.mode === 'sse-s3' || sealing.key === kmsKey)
  return which === 'plain' || so ? 'already' : null
}

/** Nothing that passes, and nothing that says that no more may be written (`unsafe-now`, `conflict`). */
export const isOfOneObject = (error: unknown, signal: AbortSignal): error is AppError =>
  error instanceof AppError &&
  error.code !== 'unsafe-now' &&
  error.code !== 'conflict' &&
  outageIn(error) === null &&
  !signal.aborted
