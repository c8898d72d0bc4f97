import * as z from 'zod/mini'
import { endpoint, Instant, Nothing } from './endpoint.ts'
import { Job } from './jobs.ts'
import { SealCounts, SealState } from './seal.ts'

export const ItemKind = z.enum([
  'user',
  'group',
  'policy',
  'policy-mapping',
  'service-account',
  'sts',
  'server-config',
  'config-history',
  'format',
  'tier-config',
  'bucket-targets',
  'batch-job',
  'other',
])
export type ItemKind = z.infer<typeof ItemKind>

/** One item of the cluster's own data: where it lies and what seals it, never its content. */
export const IamItem = z.object({
  /** Below the system volume: `config/iam/users/alice/identity.json`. */
  path: z.string(),
  kind: ItemKind,
  /** The user, group, policy … the item belongs to. */
  name: z.string(),
  state: SealState,
  /** The KMS key named in the item's header. */
  key: z.optional(z.string()),
  /** Whether a migration can rewrite it. */
  movable: z.boolean(),
  /** Why it can't be moved, or why nothing is needed. */
  note: z.optional(z.string()),
  /** A temporary credential that a console session holds. */
  own: z.optional(z.boolean()),
  sizeBytes: z.int(),
  /** How many drives hold it in the generation that was read, of `drives`. */
  copies: z.int(),
  drives: z.int(),
})
export type IamItem = z.infer<typeof IamItem>

export const IamAudit = z.object({
  takenAt: Instant,
  counts: SealCounts,
  byKind: z.array(z.object({ kind: ItemKind, counts: SealCounts })),
  total: z.int(),
  /** Items that are not under the server's default key and that a migration can move there. */
  toMove: z.int(),
  /** Drives that answered, and drives the cluster has. */
  drives: z.object({ observed: z.int(), total: z.nullable(z.int()) }),
  /** `backend-encrypted` is there: no server ever ran the one-time migration of 2021. */
  legacyMarker: z.boolean(),
  /** The key a migration moves items to; null without a KMS. */
  defaultKey: z.nullable(z.string()),
  /** How the items were read: `names` looks at headers alone. */
  depth: z.literal('names'),
})
export type IamAudit = z.infer<typeof IamAudit>

export const startAudit = endpoint({
  id: 'startAudit',
  method: 'POST',
  path: '/iam/audits',
  summary: 'Read what seals each IAM and config item, from the drives.',
  input: Nothing,
  reply: Job,
  status: 202,
})

export const readAudit = endpoint({
  id: 'readAudit',
  method: 'GET',
  path: '/iam/audits/latest',
  summary: 'The counts of the latest audit.',
  input: Nothing,
  reply: IamAudit,
})

export const listAuditItems = endpoint({
  id: 'listAuditItems',
  method: 'GET',
  path: '/iam/audits/latest/items',
  summary: 'The items of the latest audit, by path.',
  input: z.object({
    state: z.optional(SealState),
    kind: z.optional(ItemKind),
    /** A KMS key name: only items sealed by it. */
    key: z.optional(z.string()),
    /** Only items whose path or name holds this text. */
    text: z.optional(z.string().check(z.maxLength(200))),
    after: z.optional(z.string()),
    limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(10_000)), 1000),
  }),
  reply: z.object({ items: z.array(IamItem), next: z.optional(z.string()) }),
})

export const startMigration = endpoint({
  id: 'startMigration',
  method: 'POST',
  path: '/iam/migrations',
  summary: 'Rewrite every movable item so that the default KMS key seals it.',
  input: z.object({
    /** With it the job gets temporary credentials of its own; without it it runs on the session's. */
    secretKey: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
    /** Only say what would be done. */
    dryRun: z._default(z.boolean(), false),
    /** Stop after one item of each kind. */
    pilot: z._default(z.boolean(), false),
  }),
  reply: Job,
  status: 202,
})
