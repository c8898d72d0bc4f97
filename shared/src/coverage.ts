import * as z from 'zod/mini'
import { BucketNames, NAMES_BYTES, Named } from './bucket-name.ts'
import { endpoint, Instant } from './endpoint.ts'
import { Job, RunAs } from './jobs.ts'

/** What seals an object, as far as S3 tells: SSE-S3 names no key. `unknown`: MinIO left it out of the listing. */
export const ObjectState = z.enum(['plain', 'sse-s3', 'sse-kms', 'sse-c', 'unknown'])
export type ObjectState = z.infer<typeof ObjectState>

const Tally = z.object({ count: z.int(), bytes: z.int() })

/** Objects in one state; SSE-KMS by key. `older`: versions that are not the current one, also those below a delete marker. */
export const StateCount = z.object({
  state: ObjectState,
  key: z.optional(z.string()),
  current: Tally,
  older: Tally,
})
export type StateCount = z.infer<typeof StateCount>

export const CoverageSummary = z.object({
  /** When the counting ended; null: it has not come to its end. */
  takenAt: z.nullable(Instant),
  /** Only objects below it; empty: all. */
  prefix: z.string(),
  /** Versions counted, current and older. */
  total: z.int(),
  plain: z.int(),
  plainBytes: z.int(),
  unknown: z.int(),
})
export type CoverageSummary = z.infer<typeof CoverageSummary>

export const Coverage = z.extend(CoverageSummary, {
  bucket: z.string(),
  startedAt: Instant,
  by: z.array(z.string()),
  counts: z.array(StateCount),
  deleteMarkers: z.int(),
  /** By first part of the key, most plain first; `null` names what is in none of those kept apart. */
  byPrefix: z.array(
    z.object({ prefix: z.nullable(z.string()), total: z.int(), plain: z.int(), plainBytes: z.int(), unknown: z.int() }),
  ),
  /** Listing calls made, and the time they took together in milliseconds. */
  pages: z.int(),
  listedMs: z.int(),
  /** Where it would go on; null: it is at its end. The key of an object, or empty at the start. */
  goesOnAfter: z.nullable(z.string()),
  /** Plain versions in the list that can be downloaded; fewer than `plain` where the list was full. */
  listed: z.int(),
})
export type Coverage = z.infer<typeof Coverage>

export const startCoverage = endpoint({
  id: 'startCoverage',
  method: 'POST',
  path: '/coverages',
  summary:
    'Count what seals the objects that are there, in all their versions. Goes on where an earlier counting was cut off.',
  input: z.object({
    buckets: BucketNames,
    prefix: z._default(z.string().check(z.maxLength(1024)), ''),
    /** Begin anew, also where an earlier counting was cut off. */
    fresh: z._default(z.boolean(), false),
    /** Listing calls per second at most, of 1,000 versions each; absent: as fast as MinIO answers, one at a time. */
    pagesPerSecond: z.optional(z.number().check(z.minimum(0.1), z.maximum(100))),
    ...RunAs,
  }),
  reply: Job,
  status: 202,
  bodyBytes: NAMES_BYTES,
})

export const readCoverage = endpoint({
  id: 'readCoverage',
  method: 'GET',
  path: '/buckets/:bucket/coverage',
  summary: 'The last whole counting of a bucket, and the one that runs or was cut off.',
  input: Named,
  reply: z.object({ complete: z.nullable(Coverage), unfinished: z.nullable(Coverage) }),
})

export const downloadPlainObjects = endpoint({
  id: 'downloadPlainObjects',
  method: 'GET',
  path: '/buckets/:bucket/coverage/plain.csv',
  summary:
    'The plain versions that the last whole counting found, as CSV: key, version id, current or older, bytes, time of writing.',
  input: Named,
  reply: z.null(),
  download: true,
})
