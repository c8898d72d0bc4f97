import { join } from 'node:path'
import type { Job, JobKind } from '@strongroom/shared/jobs'
import type { Kms } from '@strongroom/shared/kms'
import type { Logger } from 'pino'
import { AuditStore } from './cluster/audit-store.ts'
import { BackupFolder } from './cluster/backup/backup-folder.ts'
import { BucketJobs, type BucketWork } from './cluster/bucket-jobs.ts'
import type { BucketGround } from './cluster/bucket-observation.ts'
import { BatchOrders } from './cluster/buckets/batch-orders.ts'
import { CoverageStore } from './cluster/buckets/coverage-store.ts'
import { HousePolicy } from './cluster/buckets/house.ts'
import { LastObserved } from './cluster/buckets/last-observed.ts'
import { ObjectRuns } from './cluster/buckets/object-runs.ts'
import { ProbeSchedule } from './cluster/buckets/probe-schedule.ts'
import { ProbeStore } from './cluster/buckets/probe-store.ts'
import { BucketRuns } from './cluster/buckets/runs.ts'
import { Canaries } from './cluster/canaries.ts'
import { ClusterSeen } from './cluster/cluster-seen.ts'
import { DrillStore } from './cluster/drill-store.ts'
import { DrivePermission } from './cluster/drive-permission.ts'
import type { DriveReader } from './cluster/drive-reader.ts'
import { encryptionDefaults } from './cluster/encryption-defaults.ts'
import type { JobCaller, RunsAs } from './cluster/grant.ts'
import { IamWatch } from './cluster/iam-watch.ts'
import type { ItemKeys } from './cluster/item-opener.ts'
import { KesDoors } from './cluster/kes-doors.ts'
import { KesHistory } from './cluster/kes-history.ts'
import { type KesLocks, requireKesAccess } from './cluster/kes-locks.ts'
import { RememberedReads } from './cluster/kes-locks-memory.ts'
import { KesWatch } from './cluster/kes-watch.ts'
import { KeyDeletions } from './cluster/key-deletions.ts'
import { observeKms } from './cluster/kms-observation.ts'
import { LastTold } from './cluster/last-told.ts'
import type { KeyMaking } from './cluster/make-key.ts'
import { ReportStore } from './cluster/migrate/report-store.ts'
import type { DriveSight } from './cluster/observed.ts'
import { ProofStore } from './cluster/proof-store.ts'
import { notWaitingForKes } from './cluster/waits-for-kes.ts'
import type { Config } from './config/config.ts'
import { ConfigError } from './config/config-error.ts'
import { readEnvFile } from './config/env-file.ts'
import { minioIdentity } from './config/kes-settings.ts'
import { lookupIn } from './config/variables.ts'
import { ENV_FILE_SOURCE, listSources, openSource } from './custody/key-source.ts'
import { RecordSeal } from './custody/record-seal.ts'
import { grantsFor, type Roles, readRoles } from './custody/roles.ts'
import { type Intent, Trail } from './custody/trail.ts'
import { WrappingKeys } from './custody/wrapping-keys.ts'
import { AppError } from './errors.ts'
import type { RequestContext } from './http/env.ts'
import { Leases } from './jobs/lease.ts'
import { JobRunner } from './jobs/runner.ts'
import type { KesIdentityFiles } from './kes/identity-files.ts'
import type { Kes } from './kes/transport.ts'
import { newInspectKeyPair } from './minio/inspect.ts'
import { type Credentials, connectMinio, type Minio } from './minio/transport.ts'
import { argon2id } from './native/argon2id.ts'
import { loadHighwayHash } from './native/highway-hash.ts'
import type { Caller } from './session/caller.ts'
import { OwnKeys } from './session/own-keys.ts'
import { SealedStore } from './session/sealed-store.ts'
import { Sessions } from './session/sessions.ts'

/** A cluster that has a region of its own refuses others, and says which it wants. */
const ANY_REGION = 'us-east-1'
const MINUTE_MS = 60_000

/** Everything that lives as long as the process: what routes are made of. */
export interface Console {
  readonly config: Config
  readonly log: Logger
  readonly minio: Minio
  /** KES under each identity that the console has for it. */
  readonly kesDoors: KesDoors
  /** KES under the identity that observes. Null: no KES is configured. */
  readonly kes: Kes | null
  readonly kesHistory: KesHistory
  readonly sessions: Sessions
  readonly ownKeys: OwnKeys
  readonly jobs: JobRunner
  readonly bucketJobs: BucketJobs
  readonly house: HousePolicy
  readonly bucketRuns: BucketRuns
  readonly probes: ProbeStore
  readonly probeSchedule: ProbeSchedule
  readonly coverage: CoverageStore
  readonly objectRuns: ObjectRuns
  readonly batchOrders: BatchOrders
  readonly bucketsObserved: LastObserved
  /** What only one console of those that share the state folder may do at a time. */
  readonly leases: Leases
  readonly audits: AuditStore
  /** Of migrations. */
  readonly reports: ReportStore
  readonly backups: BackupFolder
  /** Of records by which it is judged what may be done. */
  readonly recordSeal: RecordSeal
  readonly proofs: ProofStore
  readonly canaries: Canaries
  readonly drills: DrillStore
  readonly deletions: KeyDeletions
  /** Keys for wrapped imports: they live in this process alone. */
  readonly wrapping: WrappingKeys
  /** What was done to the key service. Where it can't be written, nothing is done. */
  readonly trail: Trail
  readonly drivePermission: DrivePermission
  readonly rememberedReads: RememberedReads
  readonly lastTold: LastTold
  readonly iam: IamWatch
  readonly kesWatch: KesWatch
  readonly highwayHash: DriveReader['highwayHash']
}

/** @throws ConfigError for a role file that can't be used, KesIdentityError for an identity that is none */
export async function createConsole(config: Config, log: Logger): Promise<Console> {
  if (config.rolesFile !== null) tellNameOnly(await readRoles(config.rolesFile), log)
  const { endpoint } = config.minio
  const minutes = config.session
  const kesDoors = new KesDoors(config.kes, log, () => minioIdentityNow(config))
  const { stateDir } = config
  const minio = notWaitingForKes(
    connectMinio({ endpoint, region: ANY_REGION, ca: () => config.minio.ca }),
    kesDoors.observe,
  )
  const ownKeys = new OwnKeys(stateDir)
  const leases = new Leases(join(stateDir, 'leases'))
  const probes = new ProbeStore(stateDir)
  const coverage = new CoverageStore(stateDir)
  const cluster = new ClusterSeen(stateDir, endpoint.origin)
  await cluster.load()
  const lastTold = new LastTold(({ deploymentId }) => cluster.note(deploymentId))
  const recordSeal = new RecordSeal(config.recordsKey ?? kesDoors.observingKey, (record) =>
    log.warn(record, 'a record of the state folder was not written by this console, and counts as none'),
  )
  const jobs = new JobRunner({
    folder: join(stateDir, 'jobs'),
    onFailure: (job, cause) => log.error({ job: job.id, kind: job.kind, err: cause }, 'trouble with a job'),
  })
  const console: Console = {
    config,
    log,
    minio,
    kesDoors,
    kes: kesDoors.observe,
    kesHistory: new KesHistory(kesDoors.observe),
    sessions: new Sessions(new SealedStore(join(stateDir, 'sessions')), {
      idleMs: minutes.idleMinutes * MINUTE_MS,
      absoluteMs: minutes.absoluteMinutes * MINUTE_MS,
    }),
    ownKeys,
    jobs,
    bucketJobs: new BucketJobs(jobs, ownKeys),
    house: new HousePolicy(stateDir),
    bucketRuns: new BucketRuns(stateDir),
    probes,
    probeSchedule: new ProbeSchedule({
      ...{ stateDir, settings: config.probe, minio, probes, leases, log },
      readDefaults: (minio, credentials) => encryptionDefaults(minio, credentials, lastTold),
    }),
    coverage,
    objectRuns: new ObjectRuns(stateDir),
    batchOrders: new BatchOrders(stateDir),
    bucketsObserved: new LastObserved(),
    leases,
    audits: new AuditStore(stateDir, cluster, recordSeal),
    reports: new ReportStore(stateDir),
    backups: new BackupFolder(config.backupDir),
    recordSeal,
    proofs: new ProofStore(stateDir, cluster, recordSeal),
    canaries: new Canaries({ stateDir, kes: () => kesDoors.of('prove'), log }),
    drills: new DrillStore(stateDir, cluster, recordSeal),
    deletions: new KeyDeletions(stateDir, recordSeal),
    wrapping: new WrappingKeys(),
    trail: new Trail(join(stateDir, 'activity'), (err) =>
      log.error({ err }, 'the end of an act could not be written down'),
    ),
    drivePermission: new DrivePermission((id) => cluster.note(id)),
    rememberedReads: new RememberedReads(),
    lastTold,
    iam: new IamWatch(),
    kesWatch: new KesWatch(),
    highwayHash: await loadHighwayHash(),
  }
  const { audits, proofs, canaries, drills, deletions, house } = console
  await Promise.all(
    [audits, ownKeys, proofs, canaries, drills, deletions, house, probes, coverage].map((store) => store.load()),
  )
  await console.sessions.sweep().catch((err: unknown) => log.error({ err }, 'old sessions could not be removed'))
  return console
}

/** As the cluster's env file says it now; null where it says none, or can't be read. */
function minioIdentityNow({ envFile }: Config): KesIdentityFiles | null {
  if (envFile === null) return null
  try {
    const variables = readEnvFile(envFile)
    return minioIdentity(lookupIn((name) => variables.get(name)))
  } catch (error) {
    if (error instanceof ConfigError) return null
    throw error
  }
}

/** MinIO as the caller of a request reaches it: in the cluster's region, from the browser's address. */
export function minioFor({ minio }: Console, c: RequestContext): { minio: Minio; credentials: Credentials } {
  const { caller, clientAddress } = c.var
  return { minio: minio.with({ region: caller.region, clientAddress }), credentials: caller.credentials }
}

/** With what a key is made for the caller of a request. */
export const keyMaking = (console: Console, c: RequestContext): KeyMaking => ({
  locks: kesLocks(console, c),
  caller: c.var.caller,
  requestId: c.var.requestId,
  trail: console.trail,
  kes: (role) => requireKes(console, role),
  canaries: console.canaries,
})

/** What the console itself knows of buckets, as it is now. */
export async function knownOfBuckets({ house, probes, coverage }: Console): Promise<Omit<BucketGround, 'defaults'>> {
  const [{ rules }] = await Promise.all([house.read(), probes.refresh(), coverage.refresh()])
  return {
    house: rules,
    proofOf: (bucket) => probes.newest(bucket),
    coverageOf: (bucket) => coverage.summary(bucket),
  }
}

/** The same, with what MinIO says of objects that come without headers. */
export async function bucketGround(console: Console, c: RequestContext): Promise<BucketGround> {
  const { minio, credentials } = minioFor(console, c)
  const [known, defaults] = await Promise.all([
    knownOfBuckets(console),
    encryptionDefaults(minio, credentials, console.lastTold),
  ])
  return { ...known, defaults }
}

/** Who asks, as a job wants to know it. */
export const jobCaller = (console: Console, c: RequestContext): JobCaller => ({
  ...minioFor(console, c),
  accessKey: c.var.caller.accessKey,
  account: c.var.caller.account,
})

/** Starts long work on buckets for the caller of a request. @throws AppError as {@link BucketJobs.start} does */
export const startBucketJob = (
  console: Console,
  c: RequestContext,
  head: { readonly kind: JobKind; readonly target: string | null; readonly unit: string },
  runAs: RunsAs,
  work: BucketWork,
): Promise<Job> => console.bucketJobs.start(jobCaller(console, c), head, runAs, work)

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
    kesOfflineCacheMs: console.config.kes?.offlineCacheMs ?? null,
    mayKnowKes: () => requireKesAccess(kesLocks(console, c), c.var.caller),
    iam: console.iam,
    lastTold: console.lastTold,
    namedNodes: console.config.minio.nodes,
  })

/** What the caller of a request is about to do, for the audit trail. */
export const intentOf = (c: RequestContext, act: Intent['act'], target: string): Intent => ({
  ...{ act, target },
  account: c.var.caller.account,
  requestId: c.var.requestId,
})

/** The locks before KES, for one request. */
export const kesLocks = (console: Console, c: RequestContext): KesLocks => ({
  minio: minioFor(console, c).minio,
  readRoles: rolesReader(console, c.var.caller),
  readEveryGrant: () => readRolesNow(console),
  remembered: console.rememberedReads,
  lastTold: console.lastTold,
  clientAddress: c.var.clientAddress,
  overTls: console.config.minio.endpoint.protocol === 'https:',
  log: console.log,
})

/**
 * KES under the identity for a role.
 *
 * @throws AppError `kes-not-configured`
 */
export function requireKes(
  { kesDoors }: Pick<Console, 'kesDoors'>,
  role: 'observe' | 'prove' | 'import' = 'observe',
): Kes {
  const kes = role === 'observe' ? kesDoors.observe : kesDoors.of(role)
  if (kes !== null) return kes
  throw new AppError(
    'kes-not-configured',
    'The console knows no KES. Set MINIO_KMS_KES_ENDPOINT and an identity for it, and start it again.',
  )
}

/**
 * KES under the identity for deletion, which is opened for one act and closed after it.
 *
 * @throws AppError `kes-not-configured`: there is none unless it was given
 */
export async function requireDeletionKes({ kesDoors }: Pick<Console, 'kesDoors'>): Promise<Kes> {
  const kes = await kesDoors.openForDeletion()
  if (kes !== null) return kes
  throw new AppError(
    'kes-not-configured',
    'The console has no KES identity for deletion. Give it one for this act: STRONGROOM_KES_DELETE_CERT_FILE and STRONGROOM_KES_DELETE_KEY_FILE.',
  )
}

/** Reads drives with a key pair of its own, so that nobody on the way reads along. */
export const driveReader = async (
  { highwayHash }: Console,
  access: { minio: Minio; credentials: Credentials },
): Promise<DriveReader> => ({ ...access, highwayHash, keyPair: await newInspectKeyPair() })

/** With what the console can open items on this host, as it lies there now. The caller wipes the static key. */
export async function itemKeys({ config, kesDoors }: Console): Promise<ItemKeys> {
  const source = (await listSources(config)).find(
    ({ id, fingerprint }) => id === ENV_FILE_SOURCE && fingerprint !== null,
  )
  const staticKey = source
    ? { name: source.keyName, material: await openSource(config, source.id, source.keyName) }
    : null
  return { rootCredentials: config.rootCredentials, staticKey, kes: kesDoors.of('prove'), argon2id }
}

/** The role file as it lies now, with the grants that count for a session; null where none is configured. */
export const rolesReader = (console: Pick<Console, 'config'>, caller: Pick<Caller, 'provedSecrets'>) => async () => {
  const roles = await readRolesNow(console)
  return roles && grantsFor(roles, caller.provedSecrets ?? [])
}

/** The same, with every grant. */
export const readRolesNow = async ({ config }: Pick<Console, 'config'>): Promise<Roles | null> =>
  config.rolesFile === null ? null : readRoles(config.rolesFile)

/** Who may create users on MinIO can sign in under a name: that matters most where keys are brought in and taken away. */
function tellNameOnly(roles: Roles, log: Logger) {
  const bare = roles.filter(({ role, secret }) => secret === undefined && (role === 'importer' || role === 'deleter'))
  if (bare.length > 0)
    log.warn(
      { grants: bare.map(({ identity, role }) => ({ identity, role })) },
      'these grants of the role file rest on a name of MinIO alone: whoever may create users there can sign in under it; "strongroom role-secret" binds them',
    )
}
