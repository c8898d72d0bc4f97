import type { BlockList } from 'node:net'
import { isAbsolute, join, resolve } from 'node:path'
import { RECORDS_KEY } from '../custody/record-seal.ts'
import type { Secret } from '../secret.ts'
import { readTlsPair, type TellCa, type TlsPair, watchCa, withCa } from './certificates.ts'
import { ConfigError } from './config-error.ts'
import { type DrillSettings, readDrillSettings } from './drill-settings.ts'
import { readEnvFile } from './env-file.ts'
import { type KesSettings, readKesSettings } from './kes-settings.ts'
import { type DeclaredSource, readKeySources } from './key-sources.ts'
import { kmsKeyFileIgnored, legacyNames, type Variables } from './minio-env.ts'
import { type MoveSettings, readMoveSettings } from './move-settings.ts'
import { readBasePath, readFrameAncestors, readTrustedProxies } from './network.ts'
import { type ProbeSettings, readProbeSettings } from './probe-settings.ts'
import { type RootCredentials, readRootCredentials } from './root-credentials.ts'
import { expandEndpoints, type ListenAddress, readListen, readOrigin } from './urls.ts'
import { type Lookup, lookupIn, readMinutes, readSecret, readSwitch } from './variables.ts'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const DAY_MINUTES = 24 * 60
/** What MinIO's STS grants at most. */
const STS_LIMIT_MINUTES = 365 * DAY_MINUTES

export interface Config {
  readonly listen: ListenAddress
  /** `''` or `/path`, without a slash at the end. */
  readonly basePath: string
  readonly tls: TlsPair | null
  readonly trustedProxies: BlockList
  /** Origins that may frame the console; empty: nobody. */
  readonly frameAncestors: readonly string[]
  readonly minio: {
    readonly endpoint: URL
    /** Direct addresses of single nodes; empty when only the endpoint is known. */
    readonly nodes: readonly URL[]
    /** PEM, as its files are now; null trusts what Node trusts. */
    readonly ca: string | null
  }
  /** The cluster's own env file: read it again with `readEnvFile`, since a move to KES rewrites it. */
  readonly envFile: string | null
  /** MinIO's root user, from the env file; null when it does not say. */
  readonly rootCredentials: RootCredentials | null
  readonly kes: KesSettings | null
  /** A KES restored from backup, for drills alone. */
  readonly drill: DrillSettings | null
  /** With what buckets are probed by the console itself. */
  readonly probe: ProbeSettings | null
  readonly keySources: readonly DeclaredSource[]
  /** Names of variables of former releases that the env file still sets. */
  readonly legacy: readonly string[]
  /** Why MinIO ignores the `MINIO_KMS_SECRET_KEY_FILE` of the env file; null when it does not. */
  readonly kmsKeyFileIgnored: string | null
  readonly stateDir: string
  /** Where sealed IAM backups go; `backups` in the state folder unless set. */
  readonly backupDir: string
  readonly rolesFile: string | null
  /** What records of the state folder are sealed under; null: the console's KES identity stands in. */
  readonly recordsKey: Secret<string> | null
  /** What the lines of a move to KES name. */
  readonly move: MoveSettings
  readonly allowRestart: boolean
  /** `/metrics` answers, without a session. */
  readonly metrics: boolean
  /** The env file the console may write; set by the demo alone. */
  readonly demoEnvFile: string | null
  readonly session: { readonly idleMinutes: number; readonly absoluteMinutes: number }
  readonly logLevel: LogLevel
}

/**
 * All settings of the console, from its environment and the cluster's env file (`STRONGROOM_ENV_FILE`), where its own
 * environment wins. Certificates of authorities are read again when their files change; other files are read here, once.
 *
 * @param tellCa what became of authorities whose files have changed
 * @throws ConfigError at the first wrong or missing value
 */
export function readConfig(env: NodeJS.ProcessEnv, tellCa?: TellCa): Config {
  const own = lookupIn((name) => env[name])
  const envFile = readPath(own, 'STRONGROOM_ENV_FILE')
  const variables: Variables = envFile ? readEnvFile(envFile) : new Map()
  const file = lookupIn((name) => (name.startsWith('MINIO_') ? variables.get(name) : undefined))
  const stateDir = readStateDir(own)
  return {
    listen: readListen('STRONGROOM_LISTEN', own('STRONGROOM_LISTEN') ?? '127.0.0.1:9080'),
    basePath: readBasePath('STRONGROOM_BASE_PATH', own('STRONGROOM_BASE_PATH') ?? ''),
    tls: readTlsPair(own, 'STRONGROOM_TLS_CERT', 'STRONGROOM_TLS_KEY'),
    trustedProxies: readTrustedProxies('STRONGROOM_TRUSTED_PROXIES', own('STRONGROOM_TRUSTED_PROXIES') ?? ''),
    frameAncestors: readFrameAncestors('STRONGROOM_FRAME_ANCESTORS', own('STRONGROOM_FRAME_ANCESTORS') ?? ''),
    minio: readMinio(own, tellCa),
    envFile,
    rootCredentials: readRootCredentials(variables),
    kes: readKesSettings(own, file, tellCa),
    drill: readDrillSettings(own),
    probe: readProbeSettings(own),
    keySources: readKeySources(own),
    legacy: legacyNames(variables),
    kmsKeyFileIgnored: kmsKeyFileIgnored(variables),
    stateDir,
    backupDir: readPath(own, 'STRONGROOM_BACKUP_DIR') ?? join(stateDir, 'backups'),
    rolesFile: readPath(own, 'STRONGROOM_ROLES_FILE'),
    recordsKey: readSecret(own, RECORDS_KEY),
    move: readMoveSettings(own, file),
    allowRestart: readSwitch(own, 'STRONGROOM_ALLOW_RESTART'),
    metrics: readSwitch(own, 'STRONGROOM_METRICS', true),
    demoEnvFile: readPath(own, 'STRONGROOM_DEMO_ENV_FILE'),
    session: readSession(own),
    logLevel: readLogLevel(own),
  }
}

function readMinio(own: Lookup, tell?: TellCa): Config['minio'] {
  const endpoint = own('STRONGROOM_MINIO_ENDPOINT')
  if (!endpoint) {
    throw new ConfigError('STRONGROOM_MINIO_ENDPOINT is missing: say where MinIO is, as in https://minio.example:9000.')
  }
  const nodes = own('STRONGROOM_MINIO_NODES')
  const protocols = ['https:', 'http:']
  return withCa(
    {
      endpoint: readOrigin('STRONGROOM_MINIO_ENDPOINT', endpoint, protocols),
      nodes: nodes ? expandEndpoints('STRONGROOM_MINIO_NODES', nodes, protocols) : [],
    },
    watchCa(own, 'STRONGROOM_MINIO_CA', tell),
  )
}

function readPath(lookup: Lookup, name: string): string | null {
  const path = lookup(name)
  return path ? resolve(path) : null
}

/** `$XDG_STATE_HOME/strongroom`, else `~/.local/state/strongroom`; a relative XDG folder counts as not set, as its specification says. */
function readStateDir(own: Lookup): string {
  const given = readPath(own, 'STRONGROOM_STATE_DIR')
  if (given) return given
  const xdg = own('XDG_STATE_HOME')
  if (xdg && isAbsolute(xdg)) return join(xdg, 'strongroom')
  const home = own('HOME')
  if (home && isAbsolute(home)) return join(home, '.local', 'state', 'strongroom')
  throw new ConfigError('STRONGROOM_STATE_DIR is missing, and so is HOME: name a folder the console may write to.')
}

function readSession(own: Lookup): Config['session'] {
  const idle = 'STRONGROOM_SESSION_IDLE'
  const absolute = 'STRONGROOM_SESSION_ABSOLUTE'
  const idleMinutes = readMinutes(own, idle, 15, DAY_MINUTES)
  const absoluteMinutes = readMinutes(own, absolute, 60, STS_LIMIT_MINUTES)
  if (idleMinutes > absoluteMinutes) {
    throw new ConfigError(`${idle} is longer than ${absolute}: make it ${absoluteMinutes} minutes or less.`)
  }
  return { idleMinutes, absoluteMinutes }
}

function readLogLevel(own: Lookup): LogLevel {
  const given = own('STRONGROOM_LOG_LEVEL') ?? 'info'
  const level = LOG_LEVELS.find((known) => known === given)
  if (!level)
    throw new ConfigError(`STRONGROOM_LOG_LEVEL is none of the levels: write one of ${LOG_LEVELS.join(', ')}.`)
  return level
}
