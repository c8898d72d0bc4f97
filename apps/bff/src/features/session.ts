import { type Capabilities, readSession, type Session, signIn, signOut } from '@strongroom/shared/session'
import type * as z from 'zod/mini'
import { mayStartBatchJobs } from '../cluster/buckets/batch-rights.ts'
import { EDIT_HOUSE } from '../cluster/buckets/house-editors.ts'
import { type CallerPolicy, type RequestOrigin, readCallerPolicy } from '../cluster/caller-policy.ts'
import { pluginIn } from '../cluster/caller-policy-plugin.ts'
import { ConfigError } from '../config/config-error.ts'
import { type Console, readRolesNow, rolesReader } from '../console.ts'
import { ANY_ROLE, holdsRole, mayUse, type Role, secretsOf } from '../custody/roles.ts'
import { proved } from '../custody/secret-proof.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import { failedByKms, minioErrorIn } from '../minio/failures.ts'
import { userInfo } from '../minio/iam.ts'
import { iamLoaded } from '../minio/iam-loaded.ts'
import type { ClusterInfo } from '../minio/info.ts'
import { inspect } from '../minio/inspect.ts'
import { kmsStatus, listKmsKeys } from '../minio/kms.ts'
import { assumeRole } from '../minio/sts.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import { every, some } from '../policy/maybe.ts'
import { Secret } from '../secret.ts'
import { SignInAttempts } from '../session/attempts.ts'
import type { Caller } from '../session/caller.ts'
import { clearTicket, readTicket, writeTicket } from '../session/cookie.ts'

/** Without a KMS, MinIO stores the temporary secret in plaintext: then it should live as short as MinIO allows. */
const SHORTEST_SECONDS = 900

export function sessionRoutes(router: Router, console: Console) {
  const attempts = new SignInAttempts()
  const framed = console.config.frameAncestors.length > 0

  bind(router, signIn, async ({ accessKey, secretKey }, c) => {
    const takeBack = attempts.begin(c.var.clientAddress)
    using secret = new Secret(secretKey)
    const minio = console.minio.with({ clientAddress: c.var.clientAddress })
    const caller = await startSession(console, minio, accessKey, secret).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'wrong-credentials') takeBack()
      throw error
    })
    takeBack()
    const before = await sessionBehind(console, c)
    await console.sessions.end(readTicket(c))
    const { ticket, caller: started } = await console.sessions.start(caller)
    if (before !== null) handOverWrapping(console, before, started)
    writeTicket(c, ticket, framed)
    return describe(console, minio.with({ region: started.region }), { caller: started, origin: originOf(console, c) })
  })

  bind(router, readSession, async (_, c) =>
    describe(console, regional(console, c), { caller: c.var.caller, origin: originOf(console, c) }),
  )

  bind(router, signOut, async (_, c) => {
    const ended = await sessionBehind(console, c)
    await console.sessions.end(readTicket(c))
    if (ended !== null) console.wrapping.end(ended.sessionId)
    clearTicket(c, framed)
    return null
  })
}

/** Null for none, and for one that is over. */
const sessionBehind = ({ sessions }: Console, c: RequestContext) =>
  sessions.find(readTicket(c), false).catch(() => null)

/** Who signs in again over a form keeps the key that was given out for it; what is left of the old session ends. */
function handOverWrapping({ wrapping, config }: Console, before: Caller, { sessionId, account }: Caller) {
  wrapping.handOver(before.sessionId, { sessionId, account, cluster: config.minio.endpoint.origin })
  wrapping.end(before.sessionId)
}

const originOf = ({ config }: Console, c: RequestContext): RequestOrigin => ({
  clientAddress: c.var.clientAddress,
  overTls: config.minio.endpoint.protocol === 'https:',
})

const regional = ({ minio }: Console, c: RequestContext) =>
  minio.with({ region: c.var.caller.region, clientAddress: c.var.clientAddress })

async function startSession(
  console: Console,
  minio: Minio,
  accessKey: string,
  secretKey: Secret<string>,
): Promise<Omit<Caller, 'sessionId'>> {
  const absolute = Math.floor(console.sessions.absoluteMs / 1000)
  const durationSeconds = (await withoutKms(minio, { accessKey, secretKey }))
    ? SHORTEST_SECONDS
    : Math.max(SHORTEST_SECONDS, absolute)
  const temporary = await assumeRole(minio, { accessKey, secretKey, durationSeconds }).catch((error: unknown) =>
    explain(console, minio, error),
  )
  const signedInAt = new Date()
  const expiresAt = new Date(
    Math.min(temporary.expiresAt.getTime(), signedInAt.getTime() + console.sessions.absoluteMs),
  )
  await console.ownKeys.add(temporary.credentials.accessKey, temporary.expiresAt)
  const root = await isRoot(console, minio.with({ region: temporary.region }), temporary)
  const { account, credentials, region } = temporary
  const roles = await readRolesNow(console).catch((err: unknown) => {
    if (!(err instanceof ConfigError)) throw err
    console.log.warn(
      { err },
      'the role file could not be read at a sign-in: roles bound to a secret key do not count in it',
    )
    return null
  })
  const provedSecrets = await proved(secretKey, secretsOf(roles ?? [], account))
  return { accessKey, account, root, region, credentials, signedInAt, expiresAt, provedSecrets }
}

/** Asked with the account's own credentials, before any are stored. Not being allowed to ask counts as "has one". */
const withoutKms = (minio: Minio, credentials: Credentials) =>
  kmsStatus(minio, credentials).then(
    () => false,
    (error: unknown) => error instanceof AppError && error.code === 'kms-not-configured',
  )

/**
 * A server that has not loaded IAM knows nobody but root, and calls everybody else unknown. Where the env file on this
 * host names the root credentials, MinIO can be asked which of the two it is.
 */
async function explain(console: Console, minio: Minio, error: unknown): Promise<never> {
  const unknownKey = /does not exist/.test(minioErrorIn(error)?.message ?? wordsOf(error))
  if (!unknownKey) throw error
  const { rootCredentials } = console.config
  const loaded = rootCredentials
    ? (await iamLoaded(minio, { accessKey: rootCredentials.user, secretKey: rootCredentials.password })).loaded
    : console.iam.lastKnown
  if (loaded !== false) throw error
  throw new AppError(
    'iam-not-loaded',
    'MinIO is running but has not loaded its users, so it knows only the root user. Sign in as root to see why.',
    { cause: error },
  )
}

const wordsOf = (error: unknown) =>
  error instanceof AppError && error.cause instanceof Error ? error.cause.message : ''

/**
 * Every account but root is a user that MinIO can describe; root has no such record. An env file can be older than the
 * cluster's root user, and its name somebody else's by now: so MinIO is asked in any case.
 */
async function isRoot(
  { config }: Console,
  minio: Minio,
  { account, credentials }: { account: string; credentials: Credentials },
) {
  const named = config.rootCredentials?.user ?? null
  if (named !== null && named !== account) return false
  try {
    await userInfo(minio, credentials, account)
    return false
  } catch (error) {
    if (minioErrorIn(error)?.code === 'XMinioAdminNoSuchUser') return true
    // While MinIO has not loaded its users it describes nobody, and lets in nobody but root.
    return named !== null && error instanceof AppError && error.code !== 'not-allowed'
  }
}

/** The last answer, for the moments in which MinIO is away. */
const lastInfo = new WeakMap<Console, ClusterInfo>()

async function infoOf(console: Console, minio: Minio, { credentials }: Caller): Promise<ClusterInfo | null> {
  try {
    const { answer } = await console.lastTold.info(minio, credentials)
    lastInfo.set(console, answer)
    return answer
  } catch (error) {
    const away = error instanceof AppError && error.code === 'upstream-unreachable'
    return away ? (lastInfo.get(console) ?? null) : null
  }
}

async function describe(
  console: Console,
  minio: Minio,
  { caller, origin }: { caller: Caller; origin: RequestOrigin },
): Promise<z.input<typeof Session>> {
  const asked = infoOf(console, minio, caller)
  const [info, can] = await Promise.all([asked, capabilities(console, minio, { caller, origin, asked })])
  return {
    accessKey: caller.accessKey,
    account: caller.account,
    root: caller.root,
    expiresAt: caller.expiresAt.toISOString(),
    cluster: clusterOf(minio, caller, info),
    can,
  }
}

const clusterOf = (minio: Minio, caller: Caller, info: ClusterInfo | null) => ({
  name: minio.host,
  version: info?.version ?? null,
  deploymentId: info?.deploymentId ?? null,
  region: info?.region || (caller.region === 'us-east-1' ? '' : caller.region),
})

/** What the screens offer. Each act is decided again when it is done; see cluster/kes-locks.ts. */
async function capabilities(
  console: Console,
  minio: Minio,
  { caller, origin, asked }: { caller: Caller; origin: RequestOrigin; asked: Promise<ClusterInfo | null> },
): Promise<Capabilities> {
  const { credentials } = caller
  const hasKes = console.kes !== null
  const [readKms, lists, drives, roles, policy, info] = await Promise.all([
    allowed(console.lastTold.status(minio, credentials)),
    allowed(listKmsKeys(minio, credentials, 'strongroom-capability')),
    allowed(inspect(minio, credentials, { volume: '.minio.sys', file: 'format.json' })),
    rolesReader(console, caller)().catch(() => 'unreadable' as const),
    readCallerPolicy(minio, caller, origin).catch(unlessNone),
    asked,
  ])
  const nodes = info?.nodes ?? null
  const byPolicy = (...actions: string[]) => evaluated(policy, nodes, actions, 'no-key')
  const byRole = (...wanted: Role[]) =>
    caller.root || roles === null || (roles !== 'unreadable' && holdsRole(roles, caller.account, wanted))
  const named = (role: Role) => roles !== null && roles !== 'unreadable' && holdsRole(roles, caller.account, [role])
  const ofHouse = () =>
    roles === null
      ? evaluated(policy, nodes, [EDIT_HOUSE], 'every-key')
      : roles === 'unreadable'
        ? null
        : mayUse(roles, caller.account, ['operator'], null)
  const onKes = (...locks: (boolean | null)[]) => (hasKes ? every(locks) : false)
  return {
    readKms,
    listKeys: onKes(lists, byRole(...ANY_ROLE)),
    createKeys: onKes(
      some([byPolicy('kms:CreateKey'), byPolicy('admin:KMSCreateKey')]),
      byRole('operator', 'importer'),
    ),
    importKeys: onKes(byPolicy('kms:ImportKey'), caller.root || named('importer')),
    deleteKeys: onKes(
      byPolicy('kms:DeleteKey'),
      named('deleter'),
      (console.config.kes?.identities.delete ?? null) !== null,
    ),
    readKesAccess: onKes(byPolicy('kms:GetPolicy', 'kms:ListIdentities'), byRole(...ANY_ROLE)),
    readDrives: drives,
    migrateIam: caller.root ? true : drives === false ? false : null,
    editHousePolicy: caller.root ? true : ofHouse(),
    startBatchJobs: mayStartBatchJobs(caller, policy, nodes),
    restart: console.config.allowRestart ? (caller.root ? true : null) : false,
  }
}

/**
 * What the policies say of actions on some key or other, or on all. Where an authorisation plugin may stand behind MinIO, they say
 * nothing; of what shows one, only the variables of the nodes are at hand here, and the act itself looks at the settings.
 */
function evaluated(
  policy: CallerPolicy | null,
  nodes: ClusterInfo['nodes'] | null,
  actions: readonly string[],
  of: 'no-key' | 'every-key',
) {
  if (policy === null) return null
  if (policy.mayHidePlugin) {
    const told = nodes?.map(({ env }) => env).filter((env) => env !== null) ?? []
    if (pluginIn(told) !== null) return false
    if (told.length === 0 && policy.told) return null
  }
  const verdicts = actions.map((action) => policy.decide(action, of))
  return every(verdicts.map((verdict) => ({ allow: true, deny: false, 'cannot-tell': null })[verdict]))
}

/** An answer of any kind but a refusal means yes; no answer means that it can't be told. */
async function allowed(ask: Promise<unknown>): Promise<boolean | null> {
  try {
    await ask
    return true
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'not-allowed') return false
    return error.code === 'kms-not-configured' || error.code === 'not-found' || failedByKms(error) ? true : null
  }
}

function unlessNone(error: unknown): null {
  if (error instanceof AppError) return null
  throw error
}
