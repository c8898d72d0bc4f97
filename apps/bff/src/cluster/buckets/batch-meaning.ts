import type { BatchJob } from '@strongroom/shared/batch-jobs'
import type { BatchReport } from '../../minio/batch-jobs.ts'
import { plural } from '../observed.ts'

type Kind = BatchJob['kind']
type State = BatchJob['state']

/** MinIO goes through a bucket three times unless the description says otherwise. Source: minio cmd/batch-handlers.go. */
const USUAL_ATTEMPTS = 3
/** MinIO writes its report every ten seconds while it finds something to do. */
const SILENT_MS = 60_000

export interface BatchStanding {
  readonly state: State
  /** What the state means, and what it does not say. */
  readonly meaning: string
}

export interface Told {
  readonly kind: Kind
  readonly report: BatchReport | null
  /** Started from here: then it goes through its bucket once. */
  readonly ours: boolean
  readonly now: Date
}

/** What a job's report says, and what it leaves out. */
export function standingOf(told: Told): BatchStanding {
  const { kind, report } = told
  if (report === null) return { state: 'unknown', meaning: WITHOUT_REPORT }
  const state = stateOf(told, report)
  const sentences = { replicate: copying, keyrotate: rotating, expire: () => '', other: () => '' }[kind](
    state,
    report,
    told,
  )
  return { state, meaning: [plain(state), sentences, silence(told, state, report)].filter(Boolean).join(' ') }
}

/**
 * What fails in later rounds of a replication MinIO counts nowhere, and then calls the job complete; delete markers that
 * failed never keep it from that. Tried.
 */
function stateOf({ kind, ours, now }: Told, { complete, failed, attempts, counts, updatedAt }: BatchReport): State {
  const markersFailed = counts?.deleteMarkersFailed ?? 0
  if (complete && kind === 'replicate') return markersFailed > 0 ? 'failed' : attempts > 1 ? 'unknown' : 'done'
  if (complete) return 'done'
  if (!failed) return 'running'
  const goesOn = kind === 'replicate' && !ours && attempts < USUAL_ATTEMPTS
  return goesOn && now.getTime() - updatedAt.getTime() < SILENT_MS ? 'running' : 'failed'
}

const WITHOUT_REPORT =
  'MinIO has no report of it. It may have just begun, or wait for other jobs; where that lasts, MinIO could not list the bucket, and will say no more: its log does.'

const plain = (state: State) =>
  ({ running: '', unknown: '', done: 'MinIO has finished it.', failed: 'MinIO could not do all of it.' })[state]

function copying(state: State, { counts, attempts }: BatchReport): string {
  const { objectsFailed = 0, deleteMarkersFailed = 0 } = counts ?? {}
  if (state === 'running')
    return 'Every version is copied with its id, time, tags and lock. The source stays as it is; what is written to it from now on may be missing in the copy.'
  if (state === 'unknown')
    return `MinIO calls it complete after ${attempts} rounds. What failed after the first of them it did not count: versions may be missing. Count both buckets, and compare.`
  const sealed =
    'Plain versions are sealed as the target’s default says; those that were encrypted before keep their mode and key.'
  if (state === 'done')
    return `${sealed} What MinIO could not list it counts nowhere, and where MinIO was started anew meanwhile, delete markers may be missing: compare both buckets, before you rely on the copy. Settings of the bucket (policy, lifecycle, default retention, notifications) are not copied, and the source still holds the plain versions.`
  const missing = [
    ...(objectsFailed > 0 ? [plural(objectsFailed, 'version')] : []),
    ...(deleteMarkersFailed > 0 ? [plural(deleteMarkersFailed, 'delete marker')] : []),
  ].join(' and ')
  return `${missing === '' ? 'Some versions' : missing} could not be copied; MinIO’s log says which and why: the key of the target, a right, a quota, an object with a customer’s key (SSE-C). Copy those by themselves (mc cp), or mend the cause and copy all of it into another new bucket: a second copy into this one would take its delete markers away. ${sealed}`
}

function rotating(state: State, { counts }: BatchReport, { ours }: Told): string {
  const skipped =
    'Plain objects are skipped, and not counted. SSE-S3 objects stay SSE-S3: their keys are sealed anew by the default key of MinIO.'
  // From here it is not started where versions are kept.
  const times = ours
    ? 'The others lose their tags and their Expires header, and get the time of now, so rules that go by age begin anew.'
    : 'The others lose their tags and their Expires header, and get the time of now: where the bucket keeps versions, older ones may have become current, and deleted objects have come back.'
  if (state === 'running') return `${skipped} ${times}`
  const after = 'Take a counting of the bucket afterwards: it shows what is sealed by which key, and what is plain.'
  if (state === 'done')
    return `${plural(counts?.objects ?? 0, 'encrypted version')} got a newly sealed key. ${skipped} ${times} ${after}`
  return `${plural(counts?.objectsFailed ?? 0, 'version')} failed: MinIO turns no SSE-KMS object into SSE-S3, and needs the old key in the KMS to seal anew. ${skipped} ${times} ${after}`
}

function silence({ now }: Told, state: State, { updatedAt }: BatchReport): string {
  const minutes = Math.floor((now.getTime() - updatedAt.getTime()) / 60_000)
  if (state !== 'running' || now.getTime() - updatedAt.getTime() < SILENT_MS || updatedAt.getTime() <= 0) return ''
  return `MinIO has reported nothing for ${plural(minutes, 'minute')}: it is at a large object, or was started anew, after which it takes up its jobs within an hour for each drive.`
}
