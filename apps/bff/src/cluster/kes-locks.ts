import type { KeyName } from '@strongroom/shared/keys'
import { mayImport, type Roles } from '../custody/roles.ts'
import { AppError } from '../errors.ts'
import { readAccount } from '../minio/account.ts'
import { createKmsKey, keyStatus, listKmsKeys } from '../minio/kms.ts'
import type { Minio } from '../minio/transport.ts'
import type { Caller } from '../session/caller.ts'
import { speaksOfAllKeys } from './key-resources.ts'

/**
 * What goes to KES goes under the console's identity, so the console must know that the caller may do it. First lock:
 * MinIO's own answer, where it has the action, asked with the caller's credentials at each act. Second lock: the role
 * file on the host. What can't be asked is refused.
 */
export interface KesLocks {
  readonly minio: Minio
  /** Reads the role file, at each act; null where none is configured. */
  readonly readRoles: () => Promise<Roles | null>
}

/** How long after signing in a person may write to KES. */
const FRESH_MS = 5 * 60_000

/** `kms:ListKeys`: MinIO lists its own keys to the caller, or refuses. */
export const requireListKeys = ({ minio }: KesLocks, caller: Caller) =>
  asked('kms:ListKeys', () => listKmsKeys(minio, caller.credentials, '').catch(unlessNoKms))

/** `kms:KeyStatus` on this name: MinIO tries the key for the caller, or refuses. That its own KMS lacks it is no refusal. */
export const requireReadKey = ({ minio }: KesLocks, caller: Caller, name: KeyName) =>
  asked('kms:KeyStatus', () => keyStatus(minio, caller.credentials, name).catch(unlessNoKms))

const ASKED_AT_ONCE = 16

/**
 * Which of `names` the caller may see. MinIO's list says only that the action is allowed at all: it leaves out what a
 * policy's resources do not cover, of its own keys. Where a policy names resources, each name is asked for.
 */
export async function visibleNames(locks: KesLocks, caller: Caller, names: readonly string[]): Promise<string[]> {
  if (caller.root || (await seesAll(locks, caller))) return [...names]
  const visible: string[] = []
  for (let at = 0; at < names.length; at += ASKED_AT_ONCE) {
    const asked = names.slice(at, at + ASKED_AT_ONCE)
    const answers = await Promise.all(
      asked.map((name) => requireReadKey(locks, caller, name).then(() => true, refused)),
    )
    visible.push(...asked.filter((_, index) => answers[index]))
  }
  return visible
}

const seesAll = ({ minio }: KesLocks, { credentials }: Caller) =>
  readAccount(minio, credentials).then(({ policy }) => speaksOfAllKeys(policy), refused)

/** `accountinfo` fails as a whole for reasons of its own; then too, each name is asked for. */
function refused(error: unknown): false {
  if (error instanceof AppError && (error.code === 'not-allowed' || error.code === 'upstream-failed')) return false
  throw error
}

/**
 * Key sources and the walk tell of this host: paths and fingerprints. They are for who may import, and for who may read
 * the drives anyway.
 */
export async function requireHostView({ readRoles }: KesLocks, caller: Caller, mayReadDrives: () => Promise<void>) {
  if (caller.root) return
  const roles = await readRoles()
  if (roles?.some(({ identity, role }) => identity === caller.account && role === 'importer')) return
  await mayReadDrives()
}

/**
 * `kms:CreateKey` on this name. MinIO has no way of asking without doing, so it is asked to create: on a static key that
 * never makes one (it answers "not supported" to whom it allows), on KES the key is then there, made by MinIO for the
 * caller.
 *
 * @returns whether MinIO has made the key itself
 */
export async function requireCreateKey({ minio }: KesLocks, caller: Caller, name: KeyName): Promise<{ made: boolean }> {
  requireFreshSignIn(caller)
  return asked('kms:CreateKey', async () => {
    try {
      await createKmsKey(minio, caller.credentials, name)
      return { made: true }
    } catch (error) {
      if (error instanceof AppError && error.code === 'conflict') return { made: false }
      // Without a KMS MinIO checks the action, but not for which names: enough for root alone.
      if (caller.root && unlessNoKms(error) === null) return { made: false }
      throw error
    }
  })
}

/** Import has no action that MinIO still knows: the root user, or an importer of the role file for this name. */
export async function requireImportKey({ readRoles }: KesLocks, caller: Caller, name: KeyName) {
  requireFreshSignIn(caller)
  const roles = await readRoles()
  if (caller.root || (roles !== null && mayImport(roles, caller.account, name))) return
  throw new AppError(
    'not-allowed',
    roles === null
      ? 'Strongroom refuses: only the root user may import keys here. A role file (STRONGROOM_ROLES_FILE) can name others.'
      : 'Strongroom refuses: the role file does not make you an importer of this key name.',
  )
}

function requireFreshSignIn({ signedInAt }: Caller) {
  if (Date.now() - signedInAt.getTime() <= FRESH_MS) return
  throw new AppError(
    'sign-in-again',
    'Keys are written only within 5 minutes of signing in. Sign in again, then repeat this.',
  )
}

async function asked<T>(action: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'not-allowed') throw error
    throw new AppError('not-allowed', `MinIO refused: your policies do not allow ${action}.`, { cause: error })
  }
}

/** MinIO checks the caller's action before it says that it has no KMS. */
function unlessNoKms(error: unknown): null {
  if (error instanceof AppError && error.code === 'kms-not-configured') return null
  throw error
}
