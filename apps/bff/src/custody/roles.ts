import { open } from 'node:fs/promises'
import * as z from 'zod/mini'
import { ConfigError } from '../config/config-error.ts'
import { SECRET_PROOF } from './secret-proof.ts'

const Grant = z.strictObject({
  /** The account as MinIO knows it: user name, LDAP DN, OIDC subject. */
  identity: z.string().check(z.minLength(1)),
  /**
   * `viewer` sees keys, `operator` makes them and keeps their canaries, `importer` brings material too, `deleter` takes
   * keys away. No role includes another: one that is not `viewer` still sees the keys it is for.
   */
  role: z.enum(['viewer', 'operator', 'importer', 'deleter']),
  /** Only keys whose names begin so; empty: all keys. */
  prefix: z.string().check(z.regex(/^[\w-]{0,80}$/)),
  /**
   * Of the secret key that a session must have been begun with, as `strongroom role-secret` prints it. Without it the name
   * alone counts, and whoever may create users on MinIO can sign in under it.
   */
  secret: z.optional(z.string().check(z.regex(SECRET_PROOF))),
})
export type Role = z.infer<typeof Grant>['role']
export const ANY_ROLE: readonly Role[] = ['viewer', 'operator', 'importer', 'deleter']

const RolesFile = z.strictObject({ roles: z.array(Grant) })

/** The second lock of what goes to KES: who holds which role for which keys, as a file on the host says it. */
export type Roles = readonly z.infer<typeof Grant>[]

const SIZE_LIMIT_BYTES = 1024 * 1024

/**
 * Reads `STRONGROOM_ROLES_FILE`. Read it again at each act: it is never cached.
 *
 * @throws ConfigError when it can't be read, does not fit, or could have been written by somebody else
 */
export async function readRoles(path: string): Promise<Roles> {
  const unreadable = (cause: NodeJS.ErrnoException) => {
    throw new ConfigError(
      `STRONGROOM_ROLES_FILE names ${path}, which can't be read (${cause.code}): correct the path or its mode.`,
      { cause },
    )
  }
  const file = await open(path).catch(unreadable)
  try {
    const { mode, uid, size } = await file.stat().catch(unreadable)
    if ((mode & 0o022) !== 0 || (uid !== 0 && uid !== process.getuid?.())) {
      throw new ConfigError(
        `The roles file ${path} could be changed by others: let root or the console's user own it, with mode 0644 or less.`,
      )
    }
    if (size > SIZE_LIMIT_BYTES) throw new ConfigError(`The roles file ${path} is larger than 1 MiB: is it one?`)
    return parse(path, await file.readFile('utf8').catch(unreadable))
  } finally {
    await file.close()
  }
}

function parse(path: string, text: string): Roles {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new ConfigError(
      `The roles file ${path} is no JSON: write {"roles": [{"identity": …, "role": …, "prefix": …}]}.`,
    )
  }
  const { success, data, error } = RolesFile.safeParse(json)
  if (success) return data.roles
  const where = error.issues.map((issue) => `/${issue.path.join('/')}`).join(', ')
  throw new ConfigError(
    `The roles file ${path} does not fit at ${where}: each of "roles" has identity, role (viewer, operator, importer or deleter) and prefix, may have secret (as "strongroom role-secret" prints it), and nothing else.`,
  )
}

/** The grants that count for sessions whose secret key is shown by `proved` to be the one that they are bound to. */
export const grantsFor = (roles: Roles, proved: readonly string[]): Roles =>
  roles.filter(({ secret }) => secret === undefined || proved.includes(secret))

/** What the grants of an account are bound to. */
export const secretsOf = (roles: Roles, account: string): string[] =>
  roles.flatMap(({ identity, secret }) => (identity === account && secret !== undefined ? [secret] : []))

/**
 * Whether the roles give `account` one of `wanted` for the key `keyName`. No role includes another.
 *
 * @param keyName null: all keys at once, which takes a role without a prefix
 */
export const mayUse = (roles: Roles, account: string, wanted: readonly Role[], keyName: string | null): boolean =>
  roles.some(
    ({ identity, role, prefix }) =>
      identity === account && wanted.includes(role) && (keyName === null ? prefix === '' : keyName.startsWith(prefix)),
  )

/** Whether the roles give `account` one of `wanted` for any key at all. */
export const holdsRole = (roles: Roles, account: string, wanted: readonly Role[]): boolean =>
  roles.some(({ identity, role }) => identity === account && wanted.includes(role))
