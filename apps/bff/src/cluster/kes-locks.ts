import type { KeyName } from '@strongroom/shared/keys'
import type { Logger } from 'pino'
import { ANY_ROLE, holdsRole, mayUse, type Role, type Roles } from '../custody/roles.ts'
import { AppError } from '../errors.ts'
import { failedByKms } from '../minio/failures.ts'
import { createKmsKey, keyStatus, listKmsKeys } from '../minio/kms.ts'
import type { Minio } from '../minio/transport.ts'
import type { Caller } from '../session/caller.ts'
import type { RequestOrigin } from './caller-policy.ts'
import { pluginDoubt } from './caller-policy-plugin.ts'
import {
  policyOf,
  type Right,
  refusedAfterAll,
  requireAgreement,
  requireEvaluated,
  requireNoDisagreement,
} from './kes-locks-judgement.ts'
import type { RememberedReads } from './kes-locks-memory.ts'
import type { LastTold } from './last-told.ts'
import { waitsForKes } from './waits-for-kes.ts'

/**
 * What goes to KES goes under the console's identity, so the console must know that the caller may do it. First lock:
 * MinIO's policies, evaluated at the act, and where MinIO has the action, its own answer too, asked with the caller's
 * credentials. Second lock: the role file on the host. What can't be told is refused. All of these throw AppError
 * `not-allowed` with the lock that refused and the action or role that is missing, or what keeps MinIO from answering.
 */
export interface KesLocks extends RequestOrigin {
  /** On behalf of the caller's address. */
  readonly minio: Minio
  /** Reads the role file, at each act; null where none is configured. */
  readonly readRoles: () => Promise<Roles | null>
  /** The same with the grants too that do not count for this session: to say why they do not. */
  readonly readEveryGrant: () => Promise<Roles | null>
  /** For reads alone; without it each is asked anew. */
  readonly remembered?: RememberedReads | undefined
  /** For reads alone: what MinIO told before it began to wait for KES. */
  readonly lastTold?: LastTold | undefined
  /** Is told where MinIO's answer and the evaluation differ. */
  readonly log?: Pick<Logger, 'warn'> | undefined
}

/** Nothing that was true a moment ago allows an act. */
const forAnAct = (locks: KesLocks): KesLocks => ({ ...locks, remembered: undefined, lastTold: undefined })

/** How long after signing in a person may write to KES. */
const FRESH_MS = 5 * 60_000

const onKey = (action: string, key: KeyName): Right => ({ action, scope: { key } })
const keyStatusOf = (name: KeyName): Right => ({ ...onKey('kms:KeyStatus', name), twin: 'admin:KMSKeyStatus' })

const creationOf = (name: KeyName): Right => ({ ...onKey('kms:CreateKey', name), twin: 'admin:KMSCreateKey' })

/**
 * `kms:ListKeys`, and with a role file any role. MinIO lists its own keys to the caller, or refuses; that
 * its KMS fails it is no refusal.
 */
export async function requireListKeys(locks: KesLocks, caller: Caller): Promise<void> {
  const ask = () => listKmsKeys(locks.minio, caller.credentials, '').catch(unlessKmsFailed)
  await mayRead(locks, caller, 'kms:ListKeys', async () => {
    await requireAgreement(locks, caller, { action: 'kms:ListKeys', scope: 'no-key' }, ask)
    return true
  })
  const roles = await locks.readRoles()
  if (caller.root || roles === null || holdsRole(roles, caller.account, ANY_ROLE)) return
  throw await refusedByFile(locks, (roles) => holdsRole(roles, caller.account, ANY_ROLE), 'it gives you no role.')
}

/**
 * `kms:KeyStatus` on this name, and with a role file any role for it. MinIO tries the key for the caller, or refuses; that
 * its own KMS lacks it is no refusal.
 */
export async function requireReadKey(locks: KesLocks, caller: Caller, name: KeyName): Promise<void> {
  await mayRead(locks, caller, `kms:KeyStatus ${name}`, async () => {
    await requireAgreement(locks, caller, keyStatusOf(name), () => trial(locks, caller, name))
    return true
  })
  await requireRole(locks, caller, ANY_ROLE, name)
}

const trial = ({ minio }: KesLocks, { credentials }: Caller, name?: KeyName) =>
  keyStatus(minio, credentials, name).catch(unlessNoKms)

const mayRead = ({ remembered, clientAddress }: KesLocks, caller: Caller, what: string, ask: () => Promise<boolean>) =>
  remembered === undefined ? ask() : remembered.yes(caller, clientAddress, what, ask)

/** Whether the caller may see every key, whatever its name: then what speaks of all of them is for the caller too. */
export async function seesEveryName(locks: KesLocks, caller: Caller): Promise<boolean> {
  if (caller.root) return true
  const roles = await locks.readRoles()
  if (roles !== null && !mayUse(roles, caller.account, ANY_ROLE, null)) return false
  return mayRead(locks, caller, EVERY_NAME, async () => {
    const policy = await policyOf(locks, caller)
    return policy.decide('kms:ListKeys', 'every-key') === 'allow' && (await pluginDoubt(locks, caller, policy)) === null
  })
}

const EVERY_NAME = 'kms:ListKeys on every key'

const ASKED_AT_ONCE = 16

/**
 * Which of `names` the caller may see: those on which the policies allow `kms:ListKeys`, which is how MinIO filters its own
 * list. Where that can't be told, MinIO is asked for the status of each name.
 */
export async function visibleNames(locks: KesLocks, caller: Caller, names: readonly string[]): Promise<string[]> {
  if (caller.root) return [...names]
  const roles = await locks.readRoles()
  const wanted = names.filter((name) => roles === null || mayUse(roles, caller.account, ANY_ROLE, name))
  let toldOf = (_name: string): boolean | null => true
  const all = await mayRead(locks, caller, EVERY_NAME, async () => {
    const policy = await policyOf(locks, caller)
    if ((await pluginDoubt(locks, caller, policy)) !== null) {
      toldOf = () => null
      return false
    }
    toldOf = (key) => ({ allow: true, deny: false, 'cannot-tell': null })[policy.decide('kms:ListKeys', { key })]
    return policy.decide('kms:ListKeys', 'every-key') === 'allow'
  })
  if (all) return wanted
  const answers = new Map(wanted.map((name) => [name, toldOf(name)]))
  const unclear = wanted.filter((name) => answers.get(name) === null)
  for (let at = 0; at < unclear.length; at += ASKED_AT_ONCE) {
    const asked = unclear.slice(at, at + ASKED_AT_ONCE)
    const said = await Promise.all(asked.map((name) => requireReadKey(locks, caller, name).then(() => true, refused)))
    asked.forEach((name, index) => {
      answers.set(name, said[index]!)
    })
  }
  return wanted.filter((name) => answers.get(name) === true)
}

function refused(error: unknown): false {
  if (error instanceof AppError && (error.code === 'not-allowed' || error.code === 'upstream-failed')) return false
  throw error
}

/**
 * Key sources and the walk tell of this host: paths and fingerprints. They are for who may import, and for who may read
 * the drives anyway.
 *
 * @returns of which keys the sources may be told: an importer who may not read the drives sees those of the own prefix
 */
export async function requireHostView(
  { readRoles }: KesLocks,
  caller: Caller,
  mayReadDrives: () => Promise<void>,
): Promise<(keyName: string) => boolean> {
  if (caller.root) return () => true
  const roles = await readRoles()
  const refused = await mayReadDrives().then(
    () => null,
    (error: unknown) => error,
  )
  if (refused === null) return () => true
  if (roles === null || !holdsRole(roles, caller.account, ['importer'])) throw refused
  return (keyName) => mayUse(roles, caller.account, ['importer'], keyName)
}

/**
 * `kms:CreateKey` on this name, and with a role file `operator` or `importer` for it. MinIO's own answer is still to be had
 * then, by `askMinio`: it has no way of asking without doing.
 */
export async function requireCreateKey(locks: KesLocks, caller: Caller, name: KeyName): Promise<KeyCreation> {
  requireFreshSignIn(caller)
  const right = creationOf(name)
  await requireEvaluated(forAnAct(locks), caller, [right])
  await requireRole(locks, caller, ['operator', 'importer'], name)
  return { askMinio: () => createByMinio(locks, caller, right, name) }
}

/** What may be created, as far as the policies and the role file say. */
export interface KeyCreation {
  /**
   * MinIO is asked to create it. On a static key it never makes one (it answers "not supported" to whom it allows), on KES
   * the key is then there, made by MinIO for the caller.
   */
  readonly askMinio: () => Promise<{ readonly made: boolean }>
}

async function createByMinio(locks: KesLocks, caller: Caller, right: Right, name: KeyName): Promise<{ made: boolean }> {
  try {
    await createKmsKey(locks.minio, caller.credentials, name)
    return { made: true }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'conflict') return { made: false }
    if (error.code === 'not-allowed') throw refusedAfterAll(locks, caller, right, error)
    if (waitsForKes(error)) throw new AppError(error.code, `${error.detail} ${PERHAPS_MADE}`, { cause: error.cause })
    // Without a KMS MinIO checks the action, but not for which names: enough for root alone.
    if (caller.root && error.code === 'kms-not-configured') return { made: false }
    throw error
  }
}

const PERHAPS_MADE = 'It may make the key all the same once KES is back: look before you try again.'

/**
 * `kms:ImportKey` on this name, which MinIO has no use for any more, so its policies are evaluated; and the root user, or
 * `importer` of the role file for the name.
 */
export async function requireImportKey(locks: KesLocks, caller: Caller, name: KeyName): Promise<void> {
  requireFreshSignIn(caller)
  await requireByPolicy(locks, caller, onKey('kms:ImportKey', name), name)
  if (caller.root) return
  const roles = await locks.readRoles()
  if (roles === null)
    throw secondLock('there is none, so only the root user may import keys. STRONGROOM_ROLES_FILE can name others.')
  await requireRole(locks, caller, ['importer'], name)
}

/** `kms:DeleteKey` on this name, and `deleter` of the role file for it, of root too: for each stage of a deletion. */
export async function requireDeleteKey(locks: KesLocks, caller: Caller, name: KeyName): Promise<void> {
  requireFreshSignIn(caller)
  await requireByPolicy(locks, caller, onKey('kms:DeleteKey', name), name)
  const roles = await locks.readRoles()
  if (roles !== null && mayUse(roles, caller.account, ['deleter'], name)) return
  if (roles === null)
    throw secondLock(
      'there is none, and keys are deleted only by a deleter it names, root included. Name one in STRONGROOM_ROLES_FILE.',
    )
  const detail = 'it does not make you a deleter of this key name. Root is not exempt.'
  throw await refusedByFile(locks, (roles) => mayUse(roles, caller.account, ['deleter'], name), detail)
}

/** The two actions that MinIO no longer has. What it still answers must agree with the same evaluation. */
async function requireByPolicy(locks: KesLocks, caller: Caller, right: Right, name: KeyName) {
  const policy = await requireEvaluated(forAnAct(locks), caller, [right])
  if (caller.root) return
  const ask = () => trial(locks, caller, name)
  await requireNoDisagreement(locks, caller, { policy, right: keyStatusOf(name), ask })
}

/**
 * To keep a canary of this key, or none: what reading it takes, asked anew, and root, or `operator` or `importer` for it;
 * without a role file `kms:CreateKey` on it. A canary that is dropped or sealed anew hides that the material was replaced.
 */
export async function requireKeyOperator(locks: KesLocks, caller: Caller, name: KeyName): Promise<void> {
  requireFreshSignIn(caller)
  await requireReadKey(forAnAct(locks), caller, name)
  if (caller.root) return
  if ((await locks.readRoles()) !== null) return requireRole(locks, caller, ['operator', 'importer'], name)
  await requireEvaluated(forAnAct(locks), caller, [creationOf(name)])
}

/** Policies and identities of KES speak of all keys: `kms:GetPolicy` and `kms:ListIdentities`, and with a role file any role for all keys. */
export async function requireKesAccess(locks: KesLocks, caller: Caller): Promise<void> {
  await mayRead(locks, caller, 'KES access', async () => {
    await requireEvaluated(locks, caller, [
      { action: 'kms:GetPolicy', scope: 'no-key' },
      { action: 'kms:ListIdentities', scope: 'no-key' },
    ])
    return true
  })
  await requireRole(locks, caller, ANY_ROLE, null)
}

/**
 * A drill opens data keys of all keys: `kms:KeyStatus` on every one by the policies, MinIO's own answer about the default
 * key, and with a role file any role for all keys. The samples take the right to read the drives besides.
 */
export async function requireDrill(locks: KesLocks, caller: Caller): Promise<void> {
  await requireEveryKey(forAnAct(locks), caller)
  await requireRole(locks, caller, ANY_ROLE, null)
}

/** What {@link requireDrill} wants, to see what the drills found. */
export async function requireDrillView(locks: KesLocks, caller: Caller): Promise<void> {
  await mayRead(locks, caller, 'drills', async () => {
    await requireEveryKey(locks, caller)
    return true
  })
  await requireRole(locks, caller, ANY_ROLE, null)
}

async function requireEveryKey(locks: KesLocks, caller: Caller) {
  const right: Right = { action: 'kms:KeyStatus', scope: 'every-key', twin: 'admin:KMSKeyStatus' }
  const agreed = requireAgreement(locks, caller, right, () => trial(locks, caller))
  agreed.catch(() => undefined) // the evaluation says it first
  await requireEvaluated(locks, caller, [right])
  await agreed
}

/** @param name null: all keys at once */
async function requireRole(locks: KesLocks, caller: Caller, wanted: readonly Role[], name: KeyName | null) {
  const roles = await locks.readRoles()
  if (caller.root || roles === null || mayUse(roles, caller.account, wanted, name)) return
  const role = wanted === ANY_ROLE ? 'no role' : `not the role ${wanted.join(' or ')}`
  const detail = name === null ? `it gives you ${role} for all keys.` : `it gives you ${role} for this key name.`
  throw await refusedByFile(locks, (roles) => mayUse(roles, caller.account, wanted, name), detail)
}

/** @param holds whether grants give what is missing: those that do not count may */
export async function refusedByFile(
  { readEveryGrant }: Pick<KesLocks, 'readEveryGrant'>,
  holds: (roles: Roles) => boolean,
  detail: string,
): Promise<AppError> {
  const every = await readEveryGrant()
  return secondLock(every !== null && holds(every) ? BOUND_ELSEWHERE : detail)
}

const BOUND_ELSEWHERE =
  'its entry for you is bound to another secret key, or was changed or could not be read since you signed in: sign in again, or have it printed anew with "strongroom role-secret".'

const secondLock = (detail: string) =>
  new AppError('not-allowed', `Strongroom refuses (second lock, the role file on its host): ${detail}`)

function requireFreshSignIn({ signedInAt }: Caller) {
  if (Date.now() - signedInAt.getTime() <= FRESH_MS) return
  throw new AppError(
    'sign-in-again',
    'Keys are written only within 5 minutes of signing in. Sign in again, then repeat this.',
  )
}

/** MinIO checks the caller's action before it says that it has no KMS. */
function unlessNoKms(error: unknown): null {
  if (error instanceof AppError && error.code === 'kms-not-configured') return null
  throw error
}

/** Nor does it try its KMS before that: seen with KES down. */
const unlessKmsFailed = (error: unknown): null => (failedByKms(error) ? null : unlessNoKms(error))
