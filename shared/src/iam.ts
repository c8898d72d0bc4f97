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
  /** Of the stored bytes, hex; absent for plaintext, whose hash could be guessed at. */
  sha256: z.optional(z.string()),
  /** With depth `opened`: whether the item was really opened; `no-key` says that the console lacks what opens it. */
  opened: z.optional(z.enum(['opened', 'no-key', 'failed'])),
  /** With depth `opened`, of temporary credentials and service accounts that end. */
  expiresAt: z.optional(Instant),
  /** With depth `opened`, of temporary credentials and service accounts: the account behind them. */
  parent: z.optional(z.string()),
  /** A policy that MinIO can't read back at its next start, and so loads no user: known of what was opened, or lies in plaintext. */
  unloadable: z.optional(z.boolean()),
  sizeBytes: z.int(),
  /** How many drives hold it in the generation that was read, of `drives`. */
  copies: z.int(),
  drives: z.int(),
  /** Drives that hold an older generation: what sealed the item then may still lie there. */
  stale: z.optional(z.int()),
})
export type IamItem = z.infer<typeof IamItem>

/** `names` looks at headers alone; `opened` opens each data key and the item with it. */
export const AuditDepth = z.enum(['names', 'opened'])
export type AuditDepth = z.infer<typeof AuditDepth>

export const IamAudit = z.object({
  id: z.string(),
  takenAt: Instant,
  tookMs: z.int(),
  counts: SealCounts,
  byKind: z.array(z.object({ kind: ItemKind, counts: SealCounts })),
  total: z.int(),
  /** Items that are not under the server's default key and that a migration can move there. */
  toMove: z.int(),
  /** Items of which some drives hold an older generation. */
  stale: z._default(z.int(), 0),
  /** Drives that answered, and drives the cluster has. */
  drives: z.object({ observed: z.int(), total: z.nullable(z.int()) }),
  /** `backend-encrypted` is there: no server ever ran the one-time migration of 2021. */
  legacyMarker: z.boolean(),
  /** The key a migration moves items to; null without a KMS. */
  defaultKey: z.nullable(z.string()),
  depth: AuditDepth,
  /** Null with depth `names`. */
  opened: z.nullable(z.object({ opened: z.int(), noKey: z.int(), failed: z.int() })),
  /** `.minio.sys`, or `.kypello.sys` on Kypello. */
  volume: z.string(),
  /** Items that were sealed at the audit before and lie in plaintext now. */
  regressed: z.int(),
})
export type IamAudit = z.infer<typeof IamAudit>

/** One kept audit in a list. */
export const AuditHead = z.pick(IamAudit, {
  id: true,
  takenAt: true,
  counts: true,
  total: true,
  depth: true,
  defaultKey: true,
  drives: true,
  regressed: true,
})
export type AuditHead = z.infer<typeof AuditHead>

/** What seals an item at one moment. */
export const ItemSeal = z.object({ state: SealState, key: z.optional(z.string()) })
export type ItemSeal = z.infer<typeof ItemSeal>

/**
 * `regressed`: sealed before, plaintext now, or readable before and not now. `moved`: something else seals it, no worse.
 * `rewritten`: the same seals it, its bytes are others.
 */
export const ItemChange = z.enum(['regressed', 'moved', 'appeared', 'gone', 'rewritten'])
export type ItemChange = z.infer<typeof ItemChange>

export const startAudit = endpoint({
  id: 'startAudit',
  method: 'POST',
  path: '/iam/audits',
  summary: 'Read what seals each IAM and config item, from the drives.',
  input: z.object({ depth: z._default(AuditDepth, 'names') }),
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
    opened: z.optional(z.enum(['opened', 'no-key', 'failed'])),
    /** Only items whose path or name holds this text. */
    text: z.optional(z.string().check(z.maxLength(200))),
    after: z.optional(z.string()),
    limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(10_000)), 1000),
  }),
  reply: z.object({ items: z.array(IamItem), next: z.optional(z.string()) }),
})

export const listAudits = endpoint({
  id: 'listAudits',
  method: 'GET',
  path: '/iam/audits',
  summary: 'The audits that are kept, newest first.',
  input: Nothing,
  reply: z.object({ audits: z.array(AuditHead) }),
})

export const compareAudits = endpoint({
  id: 'compareAudits',
  method: 'GET',
  path: '/iam/audits/comparison',
  summary: 'What differs between two kept audits, the worst first, then by path.',
  input: z.object({
    from: z.string(),
    to: z.string(),
    change: z.optional(ItemChange),
    after: z.optional(z.string()),
    limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(10_000)), 1000),
  }),
  reply: z.object({
    from: AuditHead,
    to: AuditHead,
    counts: z.object({
      regressed: z.int(),
      moved: z.int(),
      appeared: z.int(),
      gone: z.int(),
      rewritten: z.int(),
      unchanged: z.int(),
    }),
    changes: z.array(
      z.object({
        path: z.string(),
        kind: ItemKind,
        name: z.string(),
        change: ItemChange,
        before: z.nullable(ItemSeal),
        after: z.nullable(ItemSeal),
      }),
    ),
    next: z.optional(z.string()),
  }),
})

/** Whether the root password can be changed now, and what would be lost. From the latest audit and from MinIO. */
export const RootRotation = z.object({
  verdict: z.enum(['safe', 'not-safe', 'unknown']),
  /** The reasons, worst first; with `safe` what to know all the same. */
  reasons: z.array(z.string()),
  /** When the drives were read that this is said of. */
  takenAt: z.nullable(Instant),
  /** Items that only today's root password opens. */
  underRoot: z.nullable(z.int()),
  /** Temporary credentials, which a change ends. */
  temporary: z.nullable(z.int()),
  /** Service accounts whose parent is the root user: they keep its name as parent when the root *user* changes. */
  rootAccounts: z.nullable(z.array(z.string())),
})
export type RootRotation = z.infer<typeof RootRotation>

export const readRootRotation = endpoint({
  id: 'readRootRotation',
  method: 'GET',
  path: '/iam/root-rotation',
  summary: 'May the root password be changed now?',
  input: Nothing,
  reply: RootRotation,
})
