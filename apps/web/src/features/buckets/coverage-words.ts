import type { Coverage, ObjectState, StateCount } from '@strongroom/shared/coverage'
import type { Job } from '@strongroom/shared/jobs'
import { keyLook, type SealLook, type Segment, widestFirst } from '../../lib/seal.ts'

type Counts = readonly Pick<StateCount, 'state' | 'key' | 'current' | 'older'>[]

const labels: Record<Exclude<ObjectState, 'sse-kms'>, { label: string; look: SealLook }> = {
  plain: { label: 'Plaintext', look: 'plain' },
  'sse-s3': { label: 'SSE-S3', look: 'default' },
  'sse-c': { label: 'SSE-C', look: 'customer' },
  unknown: { label: 'Not observed', look: 'unseen' },
}

/** Of SSE-KMS with a key the name of the key; keys keep their colour by their names. */
function drawn({ state, key }: Counts[number], defaultKey: string | null, others: readonly string[]) {
  if (state !== 'sse-kms') return { id: state, ...labels[state] }
  const look = keyLook(key ?? defaultKey ?? undefined, defaultKey, others)
  return { id: `sse-kms:${key ?? ''}`, label: key === undefined ? 'SSE-KMS' : `SSE-KMS ${key}`, look }
}

const keysBut = (counts: Counts, defaultKey: string | null) =>
  counts.flatMap(({ key }) => (key === undefined || key === defaultKey ? [] : [key])).sort()

/** Versions, current and older, by what seals them; widest first. */
export function coverageSegments(counts: Counts, defaultKey: string | null): Segment[] {
  const others = keysBut(counts, defaultKey)
  return widestFirst(
    counts.map((each) => ({
      ...drawn(each, defaultKey, others),
      count: each.current.count + each.older.count,
    })),
  )
}

/** The same, as rows of a table with current and older versions apart. */
export function coverageRows(counts: Counts, defaultKey: string | null) {
  const others = keysBut(counts, defaultKey)
  return counts
    .map(({ current, older, ...which }) => ({
      ...drawn({ ...which, current, older }, defaultKey, others),
      current,
      older,
    }))
    .filter(({ current, older }) => current.count + older.count > 0)
    .sort((a, b) => b.current.count + b.older.count - a.current.count - a.older.count || a.id.localeCompare(b.id))
}

/** Plain versions that are not the current ones: what is left where a bucket keeps versions. */
export const plainOlder = (counts: Counts) =>
  counts.reduce((sum, { state, older }) => (state === 'plain' ? sum + older.count : sum), 0)

export const plainCurrent = (counts: Counts) =>
  counts.reduce(
    (sum, { state, current }) =>
      state === 'plain' ? { count: sum.count + current.count, bytes: sum.bytes + current.bytes } : sum,
    { count: 0, bytes: 0 },
  )

/** Versions listed in a second, while MinIO was asked; null: too little was listed to tell. */
export const listingRate = ({ total, listedMs }: Pick<Coverage, 'total' | 'listedMs'>) =>
  listedMs > 0 && total > 0 ? (total / listedMs) * 1000 : null

/** Whether an act on the objects ran after they were counted: the counts may not be so any more. */
export const ranSince = ({ takenAt }: Pick<Coverage, 'takenAt'>, jobs: readonly (Pick<Job, 'endedAt'> | undefined)[]) =>
  jobs.some((job) => job !== undefined && (job.endedAt === null || (takenAt !== null && job.endedAt > takenAt)))
