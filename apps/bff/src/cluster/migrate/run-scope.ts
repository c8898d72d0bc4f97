import type { MigrationReport } from '@strongroom/shared/migrations'
import type { Lease } from '../../jobs/lease.ts'
import type { AuditResult } from '../audit.ts'
import type { ItemKeys } from '../item-opener.ts'
import type { EarlierRuns } from './earlier-runs.ts'
import type { JobAccess } from './job-access.ts'
import type { Ledger } from './ledger.ts'
import type { Reporter } from './reporter.ts'

/** What a migration needs. */
export interface MigrationScope {
  readonly ledger: Ledger
  readonly access: JobAccess
  readonly keys: ItemKeys
  readonly earlier: EarlierRuns
  readonly audit: (signal: AbortSignal) => Promise<AuditResult>
  /** Keeps what the drives hold after the run, so that the pages show it. */
  readonly keepAudit: (result: AuditResult) => Promise<unknown>
  readonly keepReport: (report: MigrationReport) => Promise<unknown>
  /** Null for a dry run, which writes nothing. */
  readonly lease: Pick<Lease, 'requireHeld'> | null
  /** Rejects while nothing may be written; see readiness.ts. */
  readonly requireStillReady: () => Promise<void>
}

/** The same, while it runs. */
export interface RunScope extends MigrationScope {
  readonly signal: AbortSignal
  readonly resumed: () => Promise<void>
  readonly reporter: Reporter
}
