import { isDeepStrictEqual } from 'node:util'
import type { Job } from '@strongroom/shared/jobs'
import {
  downloadMigrationReport,
  listMigrations,
  readMigrationReport,
  startMigration,
} from '@strongroom/shared/migrations'
import { takeAudit } from '../cluster/audit.ts'
import { clusterScope } from '../cluster/audit-scope.ts'
import { dropGrant, type Grant, grantFor } from '../cluster/grant.ts'
import { closeAbandoned, earlierRuns } from '../cluster/migrate/earlier-runs.ts'
import { JobAccess } from '../cluster/migrate/job-access.ts'
import { JOB_POLICY } from '../cluster/migrate/job-policy.ts'
import { Ledger } from '../cluster/migrate/ledger.ts'
import { migrationWork } from '../cluster/migrate/migration.ts'
import { requireReady, requireStillReady } from '../cluster/migrate/readiness.ts'
import { reportCsv } from '../cluster/migrate/report-csv.ts'
import type { MigrationScope } from '../cluster/migrate/run-scope.ts'
import { requireWriteRights } from '../cluster/migrate/write-rights.ts'
import { type Console, driveReader, itemKeys, jobCaller, minioFor, requireDriveReading } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, bindDownload, type Router } from '../http/bind.ts'
import type { Work } from '../jobs/job.ts'
import type { Lease } from '../jobs/lease.ts'
import { readInfo } from '../minio/info.ts'
import { boxed } from '../secret.ts'

const KIND = 'iam-migration' as const

interface Order {
  readonly defaultKey: string
  readonly dryRun: boolean
  readonly pilot: boolean
}

/** The migration that this process ran last: who may bring it new credentials, and how it was ordered. */
interface Current {
  readonly id: string
  readonly order: Order
  readonly access: JobAccess
  /** The version of the job in which it was given new credentials last: it has not gone on yet while that stands. */
  renewedIn: number
}

export function migrationRoutes(router: Router, console: Console) {
  const { jobs, reports } = console
  let current: Current | null = null

  bind(router, startMigration, async ({ secretKey, durationSeconds, dryRun, pilot }, c) => {
    await requireDriveReading(console, c)
    const waiting = requireRoom(jobs.running(KIND))
    using secret = boxed(secretKey)
    const session: Grant = { ...minioFor(console, c), by: c.var.caller.account, until: null }
    // Before anything is written: MinIO keeps an item for each pair of temporary credentials too.
    const defaultKey = await requireReady(guardAccess(console, session), console.iam)
    const order = { defaultKey, dryRun, pilot }
    if (!dryRun) await requireWriteRights(session)
    const resumed = waiting !== null && current?.id === waiting.id ? current : null
    if (resumed !== null) requireSameOrder(resumed.order, order)
    const runAs = { secretKey: dryRun ? null : secret, durationSeconds, policy: JOB_POLICY }
    const grant = await grantFor(jobCaller(console, c), runAs, console.ownKeys)
    if (resumed === null) {
      const started = await begin(console, grant, order)
      current = { id: started.job.id, order, access: started.access, renewedIn: -1 }
      return started.job
    }
    requireWaiting(jobs.running(KIND), resumed, grant)
    resumed.renewedIn = jobs.running(KIND)!.version
    resumed.access.renew(grant)
    jobs.resume(resumed.id)
    return jobs.get(resumed.id)
  })

  bind(router, listMigrations, async (_, c) => {
    await requireDriveReading(console, c)
    await closeAbandoned(reports, (id) => jobs.get(id))
    return { migrations: await reports.list() }
  })

  bind(router, readMigrationReport, async ({ id }, c) => {
    await requireDriveReading(console, c)
    const { report, sha256 } = await reports.read(id)
    return { report, sha256 }
  })

  bindDownload(router, downloadMigrationReport, async ({ id, format }, c) => {
    await requireDriveReading(console, c)
    const { report, bytes } = await reports.read(id)
    return format === 'json'
      ? { name: `migration-${id}.json`, type: 'application/json', content: bytes }
      : { name: `migration-${id}.csv`, type: 'text/csv; charset=utf-8', content: Buffer.from(reportCsv(report)) }
  })
}

/** @returns the job that waits for a sign-in. @throws AppError `conflict` while another one runs */
function requireRoom(running: Job | undefined): Job | null {
  if (running === undefined) return null
  if (running.state === 'paused' && running.waiting?.on === 'sign-in') return running
  throw new AppError('conflict', `A migration is running already, started by ${running.startedBy}.`)
}

/** Two may sign in for the same job at once. @throws AppError `conflict` for the second one, whose grant is dropped */
function requireWaiting(running: Job | undefined, { id, renewedIn }: Current, grant: Grant) {
  const waits = running?.id === id && running.waiting?.on === 'sign-in' && running.version > renewedIn
  if (waits) return
  dropGrant(grant)
  throw new AppError('conflict', 'Somebody else has just signed in for this migration, or it has ended.')
}

/** New credentials let a paused job go on as it was ordered, and in no other way. */
function requireSameOrder(order: Order, wanted: Order) {
  if (isDeepStrictEqual(order, wanted)) return
  throw new AppError(
    'conflict',
    order.defaultKey === wanted.defaultKey
      ? 'A migration waits for a sign-in, and was started with other choices. Start it with the same ones to let it go on, or stop it first.'
      : `A migration to ${order.defaultKey} waits for a sign-in, but MinIO’s default key is ${wanted.defaultKey} now. Stop it, then start anew.`,
  )
}

const guardAccess = ({ config }: Console, { minio, credentials }: Pick<Grant, 'minio' | 'credentials'>) => ({
  ...{ minio, credentials },
  ca: config.minio.ca,
  namedNodes: config.minio.nodes,
})

/** @throws AppError `conflict` while another console that shares the state folder migrates */
async function begin(console: Console, grant: Grant, order: Order): Promise<{ job: Job; access: JobAccess }> {
  const { jobs, leases, reports } = console
  const lease = order.dryRun ? null : await leases.take(KIND, grant.by).catch((error: unknown) => giveUp(grant, error))
  try {
    await closeAbandoned(reports, (id) => jobs.get(id))
    const earlier = await earlierRuns(reports)
    const reader = await driveReader(console, grant)
    const cluster = await clusterNow(grant)
    const run: { id: string; ledger: Ledger | null } = { id: '', ledger: null }
    const access = new JobAccess(grant, reader, (by) => run.ledger?.signedIn(by))
    const job: Job = jobs.start(
      { kind: KIND, target: null, startedBy: grant.by, unit: 'items' },
      async function* (signal, resumed) {
        // The job has its id once `start` has returned.
        await Promise.resolve()
        const ledger = new Ledger({ id: job.id, startedAt: job.startedAt, cluster, ...order }, grant.by)
        run.ledger = ledger
        yield* work(console, { access, ledger, lease, earlier })(signal, resumed)
      },
    )
    return { job, access }
  } catch (error) {
    await lease?.release()
    return giveUp(grant, error)
  }
}

function giveUp(grant: Grant, error: unknown): never {
  dropGrant(grant)
  throw error
}

const work = (
  console: Console,
  scope: Pick<MigrationScope, 'access' | 'ledger' | 'earlier'> & { lease: Lease | null },
): Work =>
  async function* (signal, resumed) {
    const { access, ledger, lease, earlier } = scope
    await using _lease = lease
    using _access = access
    const keys = await itemKeys(console)
    using _staticKey = keys.staticKey?.material
    const { reader } = access
    const rest = { ownAccessKeys: console.ownKeys.names, depth: 'names' as const, keys: null }
    yield* migrationWork({
      ...{ access, ledger, lease, keys, earlier },
      audit: async (stop) =>
        takeAudit({ ...(await clusterScope(reader, rest)), defaultKey: ledger.header.defaultKey }, stop),
      keepAudit: (result) => console.audits.keep(result),
      keepReport: (report) => console.reports.keep(report),
      requireStillReady: () => requireStillReady(guardAccess(console, reader), console.iam, ledger.header.defaultKey),
    })(signal, resumed)
  }

async function clusterNow({ minio, credentials }: Grant) {
  const info = await readInfo(minio, credentials).catch(() => null)
  return { name: minio.host, version: info?.version ?? null, deploymentId: info?.deploymentId ?? null }
}
