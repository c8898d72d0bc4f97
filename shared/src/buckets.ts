import * as z from 'zod/mini'
import { BucketName, EncryptionMode, Named } from './bucket-name.ts'
import { ProbeSummary } from './bucket-probes.ts'
import { CoverageSummary } from './coverage.ts'
import { endpoint, Instant, NoContent } from './endpoint.ts'
import { HouseStanding } from './house-policy.ts'
import { KeyName } from './keys.ts'

export const Bucket = z.object({
  name: z.string(),
  createdAt: z.nullable(Instant),
  /** What its configuration says. `null`: it could not be read; `trouble` says why. */
  encryption: z.nullable(z.object({ mode: EncryptionMode, key: z.optional(z.string()) })),
  /** What happens to an object written now without any header. */
  effective: z.nullable(z.object({ mode: EncryptionMode, key: z.optional(z.string()), reason: z.string() })),
  trouble: z.nullable(z.string()),
  /** They change what encrypting means. Null, each of them: MinIO did not tell. */
  versioning: z.nullable(z.enum(['off', 'on', 'suspended'])),
  locking: z.nullable(z.boolean()),
  replication: z.nullable(z.boolean()),
  /** As MinIO's scanner counted last; null: not told. */
  usage: z.nullable(z.object({ objects: z.int(), bytes: z.int() })),
  /** Null: no rule of the house is for it. */
  house: z.nullable(HouseStanding),
  /** The newest write-probe; null: there was none. */
  proof: z.nullable(ProbeSummary),
  /** The newest counting of what is there; null: there was none. */
  coverage: z.nullable(CoverageSummary),
})
export type Bucket = z.infer<typeof Bucket>

export const listBuckets = endpoint({
  id: 'listBuckets',
  method: 'GET',
  path: '/buckets',
  summary:
    'Buckets by name, with their configured and effective default encryption. All of them unless `limit` says less.',
  input: z.object({
    after: z.optional(z.string().check(z.maxLength(100))),
    limit: z.optional(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(10_000))),
  }),
  reply: z.object({
    buckets: z.array(Bucket),
    /** How many MinIO shows to the caller. */
    total: z.int(),
    /** For `after` of the next page; absent at the end. */
    next: z.optional(z.string()),
    checkedAt: Instant,
  }),
})

export const readBucket = endpoint({
  id: 'readBucket',
  method: 'GET',
  path: '/buckets/:bucket',
  summary: 'One bucket.',
  input: Named,
  reply: Bucket,
})

export const createBucket = endpoint({
  id: 'createBucket',
  method: 'POST',
  path: '/buckets',
  summary:
    'Make a bucket that encrypts from its first object on. Where the encryption can’t be set, no bucket is left.',
  input: z.object({
    name: BucketName,
    mode: EncryptionMode,
    /** Wanted with `sse-kms`, refused with the others. */
    key: z.optional(KeyName),
    versioning: z._default(z.boolean(), false),
    /** Can be had at creation alone, and brings versioning. */
    locking: z._default(z.boolean(), false),
  }),
  reply: Bucket,
  status: 201,
})

export const setBucketEncryption = endpoint({
  id: 'setBucketEncryption',
  method: 'PUT',
  path: '/buckets/:bucket/encryption',
  summary: 'Set the default encryption of a bucket. Existing objects stay as they are.',
  input: z.extend(Named, {
    mode: z.enum(['sse-s3', 'sse-kms']),
    /** Wanted with `sse-kms`, refused with `sse-s3`, which always uses the default key. */
    key: z.optional(KeyName),
  }),
  reply: Bucket,
})

export const clearBucketEncryption = endpoint({
  id: 'clearBucketEncryption',
  method: 'DELETE',
  path: '/buckets/:bucket/encryption',
  summary: 'Remove the default encryption of a bucket. Existing objects stay as they are.',
  input: Named,
  reply: NoContent,
  status: 204,
})
