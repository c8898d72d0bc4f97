import type { ObjectRun } from '@strongroom/shared/object-encryption'
import { AppError } from '../../errors.ts'
import type { Progress } from '../../jobs/job.ts'
import type { Lease } from '../../jobs/lease.ts'
import { listVersionsWithMetadata, type VersionMarker } from '../../minio/version-listing.ts'
import type { BucketScope, BucketWork } from '../bucket-jobs.ts'
import { Crew } from './crew.ts'
import { heldLately } from './held-lately.ts'
import { KmsPatience } from './kms-patience.ts'
import { isOfOneObject } from './object-encryption.ts'
import type { ObjectRuns } from './object-runs.ts'
import { type Candidate, RemovalCandidates } from './removal-candidates.ts'
import { type RemovalScope, removePlainVersion } from './remove-plain-version.ts'
import { RunRecord } from './run-record.ts'

/** Each reads two objects. */
const AT_ONCE = 4
const PAGE = 1_000
const TICK_MS = 1_000
const IN_A_ROW = 20

export interface RemovalRun {
  readonly bucket: string
  readonly prefix: string
  readonly dryRun: boolean
  /** Null: not told. */
  readonly locked: boolean | null
  /** Null: not told. */
  readonly replicated: boolean | null
  readonly runs: ObjectRuns
  /** Released at the end. */
  readonly lease: Lease
  /** Told when it is over; never rejects. `whole`: it was neither stopped nor broken off. */
  readonly ended?: (run: ObjectRun, whole: boolean) => Promise<void>
}

/** Removes plain older versions that newer encrypted ones stand for. Each run looks at all that is there. */
export const removePlainVersions = (run: RemovalRun): BucketWork =>
  async function* (scope, id) {
    const { bucket, prefix, dryRun, runs, lease } = run
    const head = { id, act: 'remove-plain' as const, bucket, by: [...scope.by()], order: { prefix, dryRun } }
    const record = new RunRecord(runs, head, null)
    record.reached(null)
    const crew = new Crew<Candidate>(AT_ONCE, scope.signal, eachVersion(run, scope, record))
    let whole = false
    try {
      await record.save(true)
      yield* pages(run, scope, record, crew)
      whole = true
      yield { ...record.tally.progress(null), message: dryRun ? WOULD : DONE }
    } finally {
      await crew.rest()
      record.tally.ranBy(scope.by())
      await record.end().finally(async () => {
        await run.ended?.(record.tally.run, whole)
        await lease.release()
      })
      await runs.prune()
    }
  }

const DONE = 'Every version was looked at.'
const WOULD = 'Every version was looked at. Nothing was removed: this was a dry run.'

async function* pages(
  { bucket, prefix, dryRun }: RemovalRun,
  scope: BucketScope,
  record: RunRecord,
  crew: Crew<Candidate>,
): AsyncGenerator<Progress, void> {
  const message = dryRun
    ? 'Compares plain versions with newer encrypted ones.'
    : 'Compares, and removes plain versions.'
  const candidates = new RemovalCandidates()
  let after: VersionMarker | undefined
  let held: Candidate[] = []
  do {
    const page = yield* scope.patiently(() =>
      listVersionsWithMetadata(scope.minio, scope.credentials, bucket, { prefix, after, limit: PAGE }),
    )
    after = page.next
    const found = candidates.next(page.versions)
    // The next page is asked for by the last version of this one, which has to be there for that.
    const last = after === undefined ? undefined : page.versions.at(-1)?.key
    crew.add([...held, ...found.filter(({ plain }) => plain.key !== last)])
    held = found.filter(({ plain }) => plain.key === last)
    for (let all = false; !all; ) {
      all = yield* scope.patiently(() => crew.work(TICK_MS))
      await record.save()
      yield { ...record.tally.progress(null), message }
    }
  } while (after !== undefined)
}

function eachVersion(run: RemovalRun, scope: BucketScope, { tally }: RunRecord) {
  const patience = new KmsPatience()
  let inARow = 0
  const at: RemovalScope = {
    get minio() {
      return scope.minio
    },
    get credentials() {
      return scope.credentials
    },
    ...{ signal: scope.signal, bucket: run.bucket, dryRun: run.dryRun, locked: run.locked },
    replicated: run.replicated,
    requireHeld: heldLately(run.lease),
  }
  return async (candidate: Candidate) => {
    const { plain } = candidate
    const object = `${plain.key} (version ${plain.versionId})`
    try {
      const outcome = await removePlainVersion(at, candidate)
      inARow = 0
      if (outcome.is === 'removed') tally.done(outcome.bytes)
      else tally.left(object, outcome.reason)
    } catch (caught) {
      const error = await patience.judge(scope, object, caught)
      if (!isOfOneObject(error, scope.signal)) throw error
      tally.failed(object, error.detail)
      if (++inARow >= IN_A_ROW)
        throw new AppError(error.code, `${IN_A_ROW} versions in a row failed, so it was stopped. ${error.detail}`)
    }
  }
}
