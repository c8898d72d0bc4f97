import * as z from 'zod/mini'
import { endpoint, Instant } from './endpoint.ts'

/** Their target is a key. */
export const KEY_ACTS = [
  'create-key',
  'import-key',
  'mark-key',
  'unmark-key',
  'quarantine-key',
  'delete-key',
  'prove-key',
  'keep-canary',
  'drop-canary',
] as const

/** Their target is a bucket, or a job on one; of a run on many buckets how many they are: `200 buckets`. */
export const BUCKET_ACTS = [
  'set-bucket-encryption',
  'clear-bucket-encryption',
  'start-bucket-run',
  'end-bucket-run',
  'encrypt-objects',
  'remove-plain-versions',
  'start-batch-job',
  'clean-up-batch-job',
] as const

/**
 * One line of the audit trail: what somebody did through the console to a key service, to the rules of the house, to the
 * encryption of a bucket, or to its objects. Never material, never a secret.
 */
export const Activity = z.object({
  id: z.string(),
  at: Instant,
  account: z.string(),
  act: z.enum([...KEY_ACTS, ...BUCKET_ACTS, 'drill', 'set-house-policy']),
  /** The key or the bucket, mostly. */
  target: z.string(),
  /** `begun`: written before the act, and its end is not known: the console stopped in between. */
  outcome: z.enum(['begun', 'done', 'failed']),
  detail: z.string(),
  requestId: z.string(),
})
export type Activity = z.infer<typeof Activity>

export const listActivity = endpoint({
  id: 'listActivity',
  method: 'GET',
  path: '/activity',
  summary: 'The audit trail of what was done to keys, to buckets and to the rules of the house, newest first.',
  input: z.object({
    target: z.optional(z.string().check(z.maxLength(200))),
    after: z.optional(z.string().check(z.maxLength(100))),
    limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(1000)), 100),
  }),
  reply: z.object({ activity: z.array(Activity), next: z.optional(z.string()) }),
})
