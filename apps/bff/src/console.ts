import { join } from 'node:path'
import type { Kms } from '@strongroom/shared/kms'
import type { Logger } from 'pino'
import { AuditStore } from './cluster/audit-store.ts'
import { BackupFolder } from './cluster/backup/backup-folder.ts'
import { DrivePermission } from './cluster/drive-permission.ts'
import type { DriveReader } from './cluster/drive-reader.ts'
import { IamWatch } from './cluster/iam-watch.ts'
import type { ItemKeys } from './cluster/item-opener.ts'
import type { KesLocks } from './cluster/kes-locks.ts'
import { KesWatch } from './cluster/kes-watch.ts'
import { observeKms } from './cluster/kms-observation.ts'
import { ReportStore } from './cluster/migrate/report-store.ts'
import type { DriveSight } from './cluster/observed.ts'
import { ProofStore } from './cluster/proof-store.ts'
import type { Config } from './config/config.ts'
import { ENV_FILE_SOURCE, listSources, openSource } from './custody/key-source.ts'
import { readRoles } from './custody/roles.ts'
import { AppError } from './errors.ts'
import type { RequestContext } from './http/env.ts'
import { Leases } from './jobs/lease.ts'
import { JobRunner } from './jobs/runner.ts'
import { readIdentity } from './kes/identity.ts'
import { connectKes, type Kes } from './kes/transport.ts'
import { newInspectKeyPair } from './minio/inspect.ts'
import { type Credentials, connectMinio, type Minio } from './minio/transport.ts'
import { argon2id } from './native/argon2id.ts'
import { loadHighwayHash } from './native/highway-hash.ts'
import { OwnKeys } from './session/own-keys.ts'
import { SealedStore } from './session/sealed-store.ts'
import { Sessions } from './session/sessions.ts'

const KES_TIMEOUT_MS = 5_000
/** A cluster that has a region of its own refuses others, and says which it wants. */
const ANY_REGION = 'us-east-1'
const MINUTE_MS = 60_000

/** Everything that lives as long as the process: what routes are made of. */
export interface Console {
  readonly config: Config
  readonly log: Logger
  readonly minio: Minio
  /** Null: no KES is configured. */
  readonly kes: Kes | null
  readonly sessions: Sessions
  readonly ownKeys: OwnKeys
  readonly jobs: JobRunner
  /** What only one console of those that share the state folder may do at a time. */
  readonly leases: Leases
  readonly audits: AuditStore
  /** Of migrations. */
  readonly reports: ReportStore
  readonly backups: BackupFolder
  readonly proofs: ProofStore
  readonly drivePermission: DrivePermission
  readonly iam: IamWatch
  readonly kesWatch: KesWatch
  readonly highwayHash: DriveReader['highwayHash']
}

/** @throws ConfigError for a role file that can't be used, KesIdentityError for an identity that is none */
export async function createConsole(config: Config, log: Logger): Promise<Console> {
  if (config.rolesFile !== null) await readRoles(config.rolesFile)
  const { endpoint, ca } = config.minio
  const minutes = config.session
  const console: Console = {
    config,
    log,
    minio: connectMinio({ endpoint, region: ANY_REGION, ...(ca !== null && { ca }) }),
    kes: openKes(config),
    sessions: new Sessions(new SealedStore(join(config.stateDir, 'sessions')), {
      idleMs: minutes.idleMinutes * MINUTE_MS,
      absoluteMs: minutes.absoluteMinutes * MINUTE_MS,
    }),
    ownKeys: new OwnKeys(config.stateDir),
    jobs: new JobRunner({
      folder: join(config.stateDir, 'jobs'),
      onFailure: (job, cause) => log.error({ job: job.id, kind: job.kind, err: cause }, 'trouble with a job'),
    }),
    leases: new Leases(join(config.stateDir, 'leases')),
    audits: new AuditStore(config.stateDir, config.minio.endpoint.origin),
    reports: new ReportStore(config.stateDir),
    backups: new BackupFolder(config.backupDir),
    proofs: new ProofStore(),
    drivePermission: new DrivePermission(),
    iam: new IamWatch(),
    kesWatch: new KesWatch(),
    highwayHash: await loadHighwayHash(),
  }
  await Promise.all([console.audits.load(), console.ownKeys.load()])
  await console.sessions.sweep().catch((err: unknown) => log.error({ err }, 'old sessions could not be removed'))
  return console
}

function openKes({ kes }: Config): Kes | null {
  if (kes === null) return null
  return connectKes({
    urls: [...kes.endpoints],
    identity: readIdentity(kes.credentials),
    timeoutMs: KES_TIMEOUT_MS,
    ...(kes.ca !== null && { ca: kes.ca }),
  })
}

/** MinIO as the caller of a request reaches it: in the cluster's region, from the browser's address. */
export function minioFor({ minio }: Console, c: RequestContext): { minio: Minio; credentials: Credentials } {
  const { caller, clientAddress } = c.var
  return { minio: minio.with({ region: caller.region, clientAddress }), credentials: caller.credentials }
}

/** @throws AppError `not-allowed` to whom MinIO would not show the drives */
export function requireDriveReading(console: Console, c: RequestContext): Promise<void> {
  const { minio, credentials } = minioFor(console, c)
  return console.drivePermission.require(minio, credentials)
}

/** Whether the caller may see what was read from the drives. */
export const driveSight = (console: Console, c: RequestContext): Promise<DriveSight> =>
  requireDriveReading(console, c).then(
    () => 'shown',
    (error: unknown) => {
      if (!(error instanceof AppError) || error.code === 'session-expired') throw error
      return error.code === 'not-allowed' ? 'refused' : 'unasked'
    },
  )

/** What MinIO and KES say of themselves now, as far as the caller may ask. */
export const kmsNow = (console: Console, c: RequestContext): Promise<Kms> =>
  observeKms({
    ...minioFor(console, c),
    kes: console.kes,
    kesKeyName: console.config.kes?.keyName ?? null,
    iam: console.iam,
  })

/** The locks before KES, for one request. */
export const kesLocks = (console: Console, c: RequestContext): KesLocks => ({
  minio: minioFor(console, c).minio,
  readRoles: rolesReader(console),
})

/** @throws AppError `kes-not-configured` */
export function requireKes({ kes }: Pick<Console, 'kes'>): Kes {
  if (kes !== null) return kes
  throw new AppError(
    'kes-not-configured',
    'The console knows no KES. Set MINIO_KMS_KES_ENDPOINT and an identity for it, and start it again.',
  )
}

/** Reads drives with a key pair of its own, so that nobody on the way reads along. */
export const driveReader = async (
  { highwayHash }: Console,
  access: { minio: Minio; credentials: Credentials },
): Promise<DriveReader> => ({ ...access, highwayHash, keyPair: await newInspectKeyPair() })

/** With what the console can open items on this host, as it lies there now. The caller wipes the static key. */
export async function itemKeys({ config, kes }: Console): Promise<ItemKeys> {
  const source = (await listSources(config)).find(
    ({ id, fingerprint }) => id === ENV_FILE_SOURCE && fingerprint !== null,
  )
  const staticKey = source
    ? { name: source.keyName, material: await openSource(config, source.id, source.keyName) }
    : null
  return { rootCredentials: config.rootCredentials, staticKey, kes, argon2id }
}

/** The role file as it lies now; null where none is configured. */
export const rolesReader =
  ({ config }: Console) =>
  async () =>
    config.rolesFile === null ? null : readRoles(config.rolesFile)
