import { isDeepStrictEqual } from 'node:util'
import { type IamItem, listAuditItems, readAudit, startAudit, startMigration } from '@strongroom/shared/iam'
import { type AuditScope, auditWork } from '../cluster/audit.ts'
import { observeKms } from '../cluster/kms-observation.ts'
import { requireMigratable } from '../cluster/migrate/guard.ts'
import { migrationWork } from '../cluster/migrate/migration.ts'
import { type Console, driveReader, itemKeys, minioFor, requireDriveReading } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import type { Work } from '../jobs/job.ts'
import { iamLoaded } from '../minio/iam-loaded.ts'
import { readInfo } from '../minio/info.ts'
import { kmsStatus } from '../minio/kms.ts'
import { assumeRole } from '../minio/sts.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import { Secret } from '../secret.ts'

const JOB_SECONDS = 3600

export function iamRoutes(router: Router, console: Console) {
  const { audits, jobs } = console

  bind(router, startAudit, async (_, c) => {
    await requireDriveReading(console, c)
    const scope = await auditScope(console, minioFor(console, c))
    const head = { kind: 'iam-audit' as const, startedBy: c.var.caller.account, unit: 'items' }
    return jobs.start(
      head,
      auditWork(scope, (result) => audits.keep(result)),
    )
  })

  bind(router, readAudit, async (_, c) => {
    await requireDriveReading(console, c)
    return audits.require().audit
  })

  bind(router, listAuditItems, async ({ after, limit, ...filter }, c) => {
    await requireDriveReading(console, c)
    const matching = audits
      .require()
      .items.filter((item) => matches(item, filter) && (after === undefined || item.path > after))
    const page = matching.slice(0, limit)
    return { items: page, ...(matching.length > limit && { next: page.at(-1)!.path }) }
  })

  /** Brings new credentials to a job whose own have ended. */
  const renewals = new Map<string, { readonly order: MigrationOrder; readonly renew: (access: Access) => void }>()

  bind(router, startMigration, async ({ secretKey, dryRun, pilot }, c) => {
    await requireDriveReading(console, c)
    using secret = secretKey === undefined ? null : new Secret(secretKey)
    const access = await jobAccess(console, c, secret)
    const defaultKey = requireMigratable(await freshKms(console, access))
    const paused = jobs.list().find(({ kind, state }) => kind === 'iam-migration' && state === 'paused')
    const wanted = { defaultKey, dryRun, pilot }
    if (paused !== undefined) {
      const { order, renew } = renewals.get(paused.id)!
      requireSameOrder(order, wanted)
      renew(access)
      jobs.resume(paused.id)
      return jobs.get(paused.id)
    }
    const scope = await auditScope(console, access)
    const head = { kind: 'iam-migration' as const, startedBy: c.var.caller.account, unit: 'items' }
    const job = jobs.start(head, migration(console, scope, wanted))
    renewals.clear()
    renewals.set(job.id, { order: wanted, renew: (renewed) => Object.assign(scope.reader, renewed) })
    return job
  })
}

/** New credentials let a paused job go on as it was ordered, and in no other way. */
function requireSameOrder(order: MigrationOrder, wanted: MigrationOrder) {
  if (isDeepStrictEqual(order, wanted)) return
  throw new AppError(
    'conflict',
    order.defaultKey === wanted.defaultKey
      ? 'A migration waits for a sign-in, and was started with other choices. Start it with the same ones to let it go on, or stop it first.'
      : `A migration to ${order.defaultKey} waits for a sign-in, but MinIO’s default key is another now. Stop it, then start anew.`,
  )
}

interface Access {
  readonly minio: Minio
  readonly credentials: Credentials
}

interface MigrationOrder {
  readonly defaultKey: string
  readonly dryRun: boolean
  readonly pilot: boolean
}

const migration = (console: Console, scope: AuditScope, order: MigrationOrder): Work =>
  async function* (signal, resumed) {
    const keys = await itemKeys(console)
    using _staticKey = keys.staticKey?.material
    const keep = (result: Parameters<typeof console.audits.keep>[0]) => console.audits.keep(result)
    yield* migrationWork({ ...order, api: scope.reader, reader: scope.reader, keys, audit: scope, keep })(
      signal,
      resumed,
    )
  }

/** With the password the job gets credentials of its own, which outlive the session; without it, the session's. */
async function jobAccess(console: Console, c: RequestContext, secretKey: Secret<string> | null): Promise<Access> {
  const access = minioFor(console, c)
  if (secretKey === null) return access
  const { accessKey } = c.var.caller
  const { credentials, expiresAt } = await assumeRole(access.minio, {
    accessKey,
    secretKey,
    durationSeconds: JOB_SECONDS,
  })
  await console.ownKeys.add(credentials.accessKey, expiresAt)
  return { minio: access.minio, credentials }
}

/** Asked of MinIO right now: what a page showed a moment ago is no ground to write on. */
async function freshKms(console: Console, access: Access) {
  const kms = await observeKms({ ...access, kes: null, kesKeyName: null, iam: console.iam })
  if (kms.keyWorks !== true) return kms
  return { ...kms, iamLoaded: (await iamLoaded(access.minio, access.credentials)).loaded }
}

async function auditScope(console: Console, access: Access): Promise<AuditScope> {
  const [reader, info, status] = await Promise.all([
    driveReader(console, access),
    readInfo(access.minio, access.credentials).catch(() => null),
    kmsStatus(access.minio, access.credentials).catch(() => null),
  ])
  return {
    reader,
    drivesTotal: info?.drives ?? null,
    defaultKey: status?.defaultKey ?? null,
    ownAccessKeys: console.ownKeys.names,
  }
}

type Filter = { [Name in 'state' | 'kind' | 'key' | 'text']?: string | undefined }

function matches(item: IamItem, { state, kind, key, text }: Filter): boolean {
  if (state !== undefined && item.state !== state) return false
  if (kind !== undefined && item.kind !== kind) return false
  if (key !== undefined && item.key !== key) return false
  return text === undefined || item.path.toLowerCase().includes(text.toLowerCase())
}
