import * as z from 'zod/mini'
import { BucketNames, EncryptionMode, NAMES_BYTES } from './bucket-name.ts'
import { endpoint, Instant } from './endpoint.ts'
import { Job } from './jobs.ts'

/** One act on many buckets. */
export const BucketAct = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('set'),
    mode: z.enum(['sse-s3', 'sse-kms']),
    /** With `sse-kms`: the name of a key; `{bucket}` in it stands for the bucket's name. */
    key: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
    /** Make keys that are not there. */
    createKeys: z._default(z.boolean(), false),
  }),
  z.object({ kind: z.literal('clear') }),
  /** Bring back what the rules of the house say; buckets without a rule are left as they are. */
  z.object({ kind: z.literal('house'), createKeys: z._default(z.boolean(), false) }),
  z.object({ kind: z.literal('probe'), locked: z._default(z.boolean(), false) }),
])
export type BucketAct = z.infer<typeof BucketAct>

export const startBucketRun = endpoint({
  id: 'startBucketRun',
  method: 'POST',
  path: '/bucket-runs',
  summary:
    'Set, clear or probe the encryption of many buckets. One that can’t be done keeps its reason, and hinders no other.',
  input: z.object({ buckets: BucketNames, act: BucketAct }),
  reply: Job,
  status: 202,
  bodyBytes: NAMES_BYTES,
})

const Configured = z.object({ mode: EncryptionMode, key: z.optional(z.string()) })

/**
 * What became of one bucket. `already`: it was so before. `left`: the act has nothing to do there, or is refused there; `reason`
 * says why. `unpromised`: a probe was sealed, and what was promised was not known.
 */
export const BucketResult = z.object({
  bucket: z.string(),
  outcome: z.enum(['changed', 'already', 'left', 'failed', 'as-promised', 'not-as-promised', 'unpromised', 'plain']),
  /** As it was configured just before; null: that could not be read, or the act did not ask. */
  before: z.nullable(Configured),
  after: z.nullable(Configured),
  reason: z.nullable(z.string()),
})
export type BucketResult = z.infer<typeof BucketResult>

export const readBucketRun = endpoint({
  id: 'readBucketRun',
  method: 'GET',
  path: '/bucket-runs/:id',
  summary: 'What became of each bucket of a run, in the order they were done, also while it runs.',
  input: z.object({ id: z.string().check(z.maxLength(64)) }),
  reply: z.object({
    id: z.string(),
    act: BucketAct,
    by: z.string(),
    startedAt: Instant,
    /** Null while it runs, and where it was cut off. */
    endedAt: z.nullable(Instant),
    buckets: z.int(),
    results: z.array(BucketResult),
    /** Buckets without a result, in the order of the run; null: the run is of a console that kept no more than how many they are. */
    notReached: z.nullable(z.array(z.string())),
  }),
})
