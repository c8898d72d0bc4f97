import * as z from 'zod/mini'
import { BucketName } from './bucket-name.ts'
import { endpoint, Instant, NoContent, Nothing } from './endpoint.ts'
import { KeyName } from './keys.ts'

/** A batch job of MinIO's own, which runs on its nodes whether the console does or not. */
export const BatchJob = z.object({
  /** MinIO's id of it. */
  id: z.string(),
  kind: z.enum(['replicate', 'keyrotate', 'expire', 'other']),
  /** Who started it, as MinIO tells. */
  user: z.string(),
  startedAt: Instant,
  /** `unknown`: MinIO did not tell (yet). */
  state: z.enum(['running', 'done', 'failed', 'unknown']),
  /** Started from this console, which then knows what it is for. */
  order: z.nullable(
    z.object({
      bucket: z.string(),
      prefix: z.string(),
      target: z.optional(z.string()),
      mode: z.optional(z.enum(['sse-s3', 'sse-kms'])),
      key: z.optional(z.string()),
      by: z.string(),
    }),
  ),
  objects: z.nullable(z.int()),
  objectsFailed: z.nullable(z.int()),
  bytes: z.nullable(z.int()),
  lastObject: z.nullable(z.string()),
  /** What its state means, and what it does not say: a done keyrotate has skipped every plain object. */
  meaning: z.string(),
  /** Its file on the drives holds credentials in clear until the job is cancelled, also after its end. */
  holdsCredentials: z.boolean(),
  /** The short-lived access key that was made for it and is not removed yet. */
  accessKey: z.nullable(z.string()),
})
export type BatchJob = z.infer<typeof BatchJob>

export const listBatchJobs = endpoint({
  id: 'listBatchJobs',
  method: 'GET',
  path: '/batch-jobs',
  summary: 'Batch jobs of MinIO, newest first, with what each state means.',
  input: Nothing,
  reply: z.object({
    jobs: z.array(BatchJob),
    /** Access keys that the console made for jobs which MinIO lists no more: still to be removed. */
    leftovers: z.array(z.object({ accessKey: z.string(), bucket: z.string(), expiresAt: Instant })),
  }),
})

export const startBatchJob = endpoint({
  id: 'startBatchJob',
  method: 'POST',
  path: '/batch-jobs',
  summary:
    'Start a batch job of MinIO: copy a bucket with all its versions into an encrypted one, or change the key of what is encrypted.',
  input: z.object({
    order: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('replicate'),
        bucket: BucketName,
        prefix: z._default(z.string().check(z.maxLength(1024)), ''),
        /** Made when it is not there, with versioning and lock as the source has them, and the encryption below. */
        target: BucketName,
        mode: z.enum(['sse-s3', 'sse-kms']),
        key: z.optional(KeyName),
      }),
      z.object({
        /** Refused in a bucket that keeps versions: MinIO mixes them up there. */
        kind: z.literal('keyrotate'),
        bucket: BucketName,
        prefix: z._default(z.string().check(z.maxLength(1024)), ''),
        mode: z.enum(['sse-s3', 'sse-kms']),
        key: z.optional(KeyName),
        /** `tags-lost`, always wanted: MinIO drops the tags and the `Expires` header of what it seals anew. */
        accepted: z._default(z.array(z.enum(['tags-lost'])), []),
      }),
    ]),
  }),
  reply: BatchJob,
  status: 202,
})

const Id = z.object({ id: z.string().check(z.minLength(1), z.maxLength(200)) })

export const readBatchJob = endpoint({
  id: 'readBatchJob',
  method: 'GET',
  path: '/batch-jobs/:id',
  summary: 'One batch job, with its description as MinIO keeps it, secrets left out.',
  input: Id,
  reply: z.extend(BatchJob, { description: z.nullable(z.string()) }),
})

export const cleanUpBatchJob = endpoint({
  id: 'cleanUpBatchJob',
  method: 'DELETE',
  path: '/batch-jobs/:id',
  summary: 'Stop a batch job or clear up after one: its file goes, and the access key that was made for it.',
  input: Id,
  reply: NoContent,
  status: 204,
})
