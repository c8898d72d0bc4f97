import * as z from 'zod/mini'
import { Named } from './bucket-name.ts'
import { StateCount } from './coverage.ts'
import { endpoint, Instant } from './endpoint.ts'
import { Job, RunAs } from './jobs.ts'
import { KeyName } from './keys.ts'

/** What makes copying objects onto themselves mean more than it seems; each wants its own yes. */
export const BucketTrait = z.enum(['versioned', 'locked', 'replicated', 'tiered', 'notified', 'lifecycle', 'multipart'])
export type BucketTrait = z.infer<typeof BucketTrait>

const Sealing = {
  mode: z.enum(['sse-s3', 'sse-kms']),
  /** Wanted with `sse-kms`, refused with `sse-s3`. */
  key: z.optional(KeyName),
}

/** What stands in the way of encrypting the objects of a bucket where they are, before anything is done. */
export const readEncryptionPlan = endpoint({
  id: 'readEncryptionPlan',
  method: 'GET',
  path: '/buckets/:bucket/encryption-plan',
  summary: 'What encrypting the objects of a bucket where they are would mean there.',
  input: Named,
  reply: z.object({
    traits: z.array(
      z.object({
        trait: BucketTrait,
        /** True: it is so. Null: it can't be told (refused, or it shows only object by object). */
        holds: z.nullable(z.boolean()),
        /** What follows from it, for this bucket. */
        consequence: z.string(),
        /** Wanted in `accepted` before a start. */
        asks: z.boolean(),
      }),
    ),
    /** What is always so. */
    always: z.array(z.string()),
    /** From the last counting: current objects by state; null: none was taken. */
    counts: z.nullable(z.array(StateCount)),
    countedAt: z.nullable(Instant),
    /** The bucket's own setting, which is offered first; null: it has none. */
    configured: z.nullable(z.object({ mode: z.enum(['sse-s3', 'sse-kms']), key: z.optional(z.string()) })),
    /** Of a run that was cut off: starting with the same choices goes on there, unless `fresh` says otherwise. */
    unfinished: z.nullable(
      z.object({ ...Sealing, prefix: z.string(), which: z.string(), done: z.int(), startedAt: Instant }),
    ),
  }),
})

export const startObjectEncryption = endpoint({
  id: 'startObjectEncryption',
  method: 'POST',
  path: '/buckets/:bucket/object-encryption',
  summary: 'Encrypt the current objects of a bucket by copying each onto itself.',
  input: z.extend(Named, {
    ...Sealing,
    /** `plain`: those in plaintext. `not-so`: also those that are sealed in another mode or under another key. */
    which: z._default(z.enum(['plain', 'not-so']), 'plain'),
    prefix: z._default(z.string().check(z.maxLength(1024)), ''),
    /** The traits whose consequence was read and accepted. */
    accepted: z._default(z.array(BucketTrait), []),
    /** What to do with objects of several parts. `keep`: copied part by part, the layout stays. `join`: one part, another ETag. */
    parts: z._default(z.enum(['keep', 'join', 'leave']), 'keep'),
    /** Begin anew, also where an earlier run was cut off: what was written before its place since then is looked at too. */
    fresh: z._default(z.boolean(), false),
    /** Copies at once. */
    atOnce: z._default(z.int().check(z.minimum(1), z.maximum(32)), 8),
    ...RunAs,
  }),
  reply: Job,
  status: 202,
})

export const startPlainRemoval = endpoint({
  id: 'startPlainRemoval',
  method: 'POST',
  path: '/buckets/:bucket/plain-removal',
  summary:
    'Remove plain older versions whose bytes are those of a newer encrypted version: both are read and compared first.',
  input: z.extend(Named, {
    prefix: z._default(z.string().check(z.maxLength(1024)), ''),
    /** The bucket's name, typed: removed versions can't be brought back. */
    confirm: z.string(),
    /** Only say what would be removed. */
    dryRun: z._default(z.boolean(), false),
    ...RunAs,
  }),
  reply: Job,
  status: 202,
})

/** How such a job was ordered; a removal has no sealing. */
export const ObjectOrder = z.object({
  mode: z.optional(Sealing.mode),
  key: Sealing.key,
  prefix: z.string(),
  which: z.optional(z.enum(['plain', 'not-so'])),
  parts: z.optional(z.enum(['keep', 'join', 'leave'])),
  atOnce: z.optional(z.int()),
  accepted: z.optional(z.array(BucketTrait)),
  dryRun: z.optional(z.boolean()),
})
export type ObjectOrder = z.infer<typeof ObjectOrder>

/** What such a job did, object by object where it did not do what it was asked. */
export const ObjectRun = z.object({
  id: z.string(),
  act: z.enum(['encrypt', 'remove-plain']),
  bucket: z.string(),
  by: z.array(z.string()),
  startedAt: Instant,
  endedAt: z.nullable(Instant),
  order: ObjectOrder,
  /** Objects (or versions) done, and their bytes. */
  done: z.object({ count: z.int(), bytes: z.int() }),
  /** Were so before. */
  already: z.int(),
  /** Left as they are, by reason. */
  left: z.array(z.object({ reason: z.string(), count: z.int(), examples: z.array(z.string()) })),
  /** Changed under the copy, and done in a later try. */
  retried: z.int(),
  failed: z.int(),
  failures: z.array(z.object({ object: z.string(), reason: z.string() })),
})
export type ObjectRun = z.infer<typeof ObjectRun>

export const readObjectRun = endpoint({
  id: 'readObjectRun',
  method: 'GET',
  path: '/object-runs/:id',
  summary: 'What an encryption or removal of objects did, also while it runs.',
  input: z.object({ id: z.string().check(z.maxLength(64)) }),
  reply: ObjectRun,
})
