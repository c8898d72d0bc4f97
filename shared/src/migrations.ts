import * as z from 'zod/mini'
import { endpoint, Instant, Nothing } from './endpoint.ts'
import { ItemKind, ItemSeal } from './iam.ts'
import { Job, JobState, RunAs } from './jobs.ts'
import { SealCounts } from './seal.ts'

export const startMigration = endpoint({
  id: 'startMigration',
  method: 'POST',
  path: '/iam/migrations',
  summary: 'Rewrite every movable item so that the default KMS key seals it.',
  input: z.object({
    ...RunAs,
    /** Only say what would be done, and how long it would take. */
    dryRun: z._default(z.boolean(), false),
    /** Stop after one item of each kind, to look. */
    pilot: z._default(z.boolean(), false),
  }),
  reply: Job,
  status: 202,
})

/** What became of one item. `there`: it was under the key already when its turn came. */
export const ReportedItem = z.object({
  path: z.string(),
  kind: ItemKind,
  name: z.string(),
  before: ItemSeal,
  outcome: z.enum(['moved', 'there', 'left', 'failed', 'not-reached', 'planned']),
  /** `content`: opened before and after, and equal in meaning. `answers`: MinIO's own answers were compared. */
  compared: z.nullable(z.enum(['content', 'answers'])),
  note: z.optional(z.string()),
})
export type ReportedItem = z.infer<typeof ReportedItem>

/** For an auditor: who ran it, when, what lay how before and after, and what is left. Names and states, never content. */
export const MigrationReport = z.object({
  id: z.string(),
  cluster: z.object({ name: z.string(), version: z.nullable(z.string()), deploymentId: z.nullable(z.string()) }),
  startedAt: Instant,
  endedAt: Instant,
  state: JobState,
  message: z.string(),
  ranBy: z.array(z.string()),
  /** The key that items were moved to. */
  defaultKey: z.string(),
  dryRun: z.boolean(),
  pilot: z.boolean(),
  before: SealCounts,
  /** Null: the drives could not be read at the end. */
  after: z.nullable(SealCounts),
  items: z.array(ReportedItem),
  /** What no call can move, and the way out of each. */
  cannotMove: z.array(
    z.object({ path: z.string(), kind: ItemKind, name: z.string(), seal: ItemSeal, note: z.string() }),
  ),
  /** Accounts whose secrets lay in plaintext: old drives, snapshots and backups may still hold them. */
  rotate: z.array(z.object({ kind: ItemKind, name: z.string() })),
  /** Starts, pauses, sign-ins, stops, in order. */
  story: z.array(z.object({ at: Instant, text: z.string() })),
})
export type MigrationReport = z.infer<typeof MigrationReport>

const JobId = z.object({ id: z.string().check(z.minLength(1), z.maxLength(64)) })

export const listMigrations = endpoint({
  id: 'listMigrations',
  method: 'GET',
  path: '/iam/migrations',
  summary: 'The reports that are kept, newest first.',
  input: Nothing,
  reply: z.object({
    migrations: z.array(
      z.object({
        id: z.string(),
        startedAt: Instant,
        endedAt: Instant,
        state: JobState,
        ranBy: z.array(z.string()),
        defaultKey: z.string(),
        dryRun: z.boolean(),
        moved: z.int(),
        failed: z.int(),
      }),
    ),
  }),
})

export const readMigrationReport = endpoint({
  id: 'readMigrationReport',
  method: 'GET',
  path: '/iam/migrations/:id/report',
  summary: 'The report of a migration, and the SHA-256 of its JSON file.',
  input: JobId,
  reply: z.object({ report: MigrationReport, sha256: z.string() }),
})

export const downloadMigrationReport = endpoint({
  id: 'downloadMigrationReport',
  method: 'GET',
  path: '/iam/migrations/:id/report/file',
  summary: 'The report as a file.',
  input: z.object({ ...JobId.shape, format: z._default(z.enum(['json', 'csv']), 'json') }),
  reply: z.null(),
  download: true,
})
