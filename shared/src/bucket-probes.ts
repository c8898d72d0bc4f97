import * as z from 'zod/mini'
import { EncryptionMode, Named } from './bucket-name.ts'
import { endpoint, Instant, Nothing } from './endpoint.ts'

/** What the bucket's effective encryption promised; null: that was not known. */
const Promised = z.nullable(z.object({ mode: EncryptionMode, key: z.optional(z.string()) }))

export const BucketProbe = z.object({
  encrypted: z.boolean(),
  mode: EncryptionMode,
  key: z.optional(z.string()),
  /** When the probe was written. */
  promised: Promised,
  /** Whether it was kept; null where nothing was known to be promised. */
  asPromised: z.nullable(z.boolean()),
  /** The headers that decide, as MinIO answered them. */
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
  /** The object was read back with the same bytes. */
  readBack: z.boolean(),
  /** No version of the probe object is left, and no delete marker. */
  removed: z.boolean(),
  /** Why something is left, and until when; null: nothing is. */
  left: z.nullable(z.string()),
  /** Older probe objects that this probe removed: a console had ended before it could. Absent: there were none. */
  swept: z.optional(z.int()),
  object: z.string(),
  at: Instant,
  /** Whose credentials wrote it. */
  by: z.string(),
  /** By the console itself, where it was told to. */
  scheduled: z.boolean(),
})
export type BucketProbe = z.infer<typeof BucketProbe>

/** A probe that could not be written or read: evidence too. */
export const FailedProbe = z.object({
  at: Instant,
  by: z.string(),
  scheduled: z.boolean(),
  reason: z.string(),
  /** As of a probe that was written. Absent: the evidence is of a console that did not keep it. */
  promised: z.optional(Promised),
})
export type FailedProbe = z.infer<typeof FailedProbe>

/** The newest probe of a bucket, as the table shows it. `unpromised`: it was sealed, and what was promised was not known. */
export const ProbeSummary = z.object({
  at: Instant,
  outcome: z.enum(['as-promised', 'not-as-promised', 'unpromised', 'plain', 'failed']),
})
export type ProbeSummary = z.infer<typeof ProbeSummary>

const Order = {
  /**
   * Also where object lock is on: the probe is then written with the shortest governance retention instead of the bucket's own, and removed
   * under the right to bypass it, or when it has passed. Without it a locked bucket is refused.
   */
  locked: z._default(z.boolean(), false),
}

export const probeBucket = endpoint({
  id: 'probeBucket',
  method: 'POST',
  path: '/buckets/:bucket/probe',
  summary:
    'Write a small object without headers, read it back, look at what sealed it, and remove all of it. The evidence is kept.',
  input: z.extend(Named, Order),
  reply: BucketProbe,
})

export const listBucketProbes = endpoint({
  id: 'listBucketProbes',
  method: 'GET',
  path: '/buckets/:bucket/probes',
  summary: 'The evidence of the last probes of a bucket, newest first, and whether the console probes it by itself.',
  input: Named,
  reply: z.object({
    probes: z.array(z.union([BucketProbe, FailedProbe])),
    scheduled: z.boolean(),
  }),
})

export const readProbeSchedule = endpoint({
  id: 'readProbeSchedule',
  method: 'GET',
  path: '/probe-schedule',
  summary:
    'What the console probes by itself. Nothing, unless it was given an access key for it and buckets were switched on.',
  input: Nothing,
  reply: z.object({
    /** The access key that it probes with; null: none was configured, so nothing can be switched on. */
    accessKey: z.nullable(z.string()),
    everyHours: z.number(),
    buckets: z.array(z.string()),
    nextAt: z.nullable(Instant),
  }),
})

export const setProbeSchedule = endpoint({
  id: 'setProbeSchedule',
  method: 'PUT',
  path: '/buckets/:bucket/probe-schedule',
  summary: 'Switch the console’s own probes of a bucket on or off. Refused for locked and replicated buckets.',
  input: z.extend(Named, { on: z.boolean() }),
  reply: z.object({ scheduled: z.boolean() }),
})
