import * as z from 'zod/mini'
import { endpoint, Instant, NoContent, Nothing } from './endpoint.ts'
import { KeyName } from './keys.ts'

export const EncryptionMode = z.enum(['none', 'sse-s3', 'sse-kms'])
export type EncryptionMode = z.infer<typeof EncryptionMode>

/** 3–63 characters as S3 has them; MinIO's own check says the rest. */
const BucketName = z.string().check(z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'That is no bucket name'))
const Named = z.object({ bucket: BucketName })

export const Bucket = z.object({
  name: z.string(),
  createdAt: z.nullable(Instant),
  /** What its configuration says. `null`: it could not be read; `trouble` says why. */
  encryption: z.nullable(z.object({ mode: EncryptionMode, key: z.optional(z.string()) })),
  /** What happens to an object written now without any header. */
  effective: z.nullable(z.object({ mode: EncryptionMode, key: z.optional(z.string()), reason: z.string() })),
  trouble: z.nullable(z.string()),
})
export type Bucket = z.infer<typeof Bucket>

export const listBuckets = endpoint({
  id: 'listBuckets',
  method: 'GET',
  path: '/buckets',
  summary: 'All buckets with their configured and effective default encryption.',
  input: Nothing,
  reply: z.object({ buckets: z.array(Bucket), checkedAt: Instant }),
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

export const BucketProbe = z.object({
  encrypted: z.boolean(),
  mode: EncryptionMode,
  key: z.optional(z.string()),
  /** The headers that decide, as MinIO answered them. */
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
  /** The object was read back with the same bytes. */
  readBack: z.boolean(),
  /** The probe object is gone again. */
  removed: z.boolean(),
  object: z.string(),
  at: Instant,
})
export type BucketProbe = z.infer<typeof BucketProbe>

export const probeBucket = endpoint({
  id: 'probeBucket',
  method: 'POST',
  path: '/buckets/:bucket/probe',
  summary: 'Write a small object without headers, read it back, look at what sealed it, and remove it.',
  input: Named,
  reply: BucketProbe,
})
