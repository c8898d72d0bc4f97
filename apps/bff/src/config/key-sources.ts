import { isAbsolute } from 'node:path'
import { KeyName } from '@strongroom/shared/keys'
import { Secret } from '../secret.ts'
import { ConfigError } from './config-error.ts'
import type { Lookup } from './variables.ts'

/** A place on the host that holds the material of one key. */
export type DeclaredSource = {
  readonly id: string
  /** The only name under which its material may be imported. */
  readonly keyName: string
} & (
  | { readonly kind: 'file'; readonly path: string }
  /** `value` is null while the variable is not set. */
  | { readonly kind: 'env'; readonly variable: string; readonly value: Secret<string> | null }
)

const NAME = 'STRONGROOM_KEY_SOURCES'
const ID_LIMIT = 200

/** `keyname=env:VAR` and `keyname=file:/path`, comma separated. */
export function readKeySources(lookup: Lookup): DeclaredSource[] {
  const entries = (lookup(NAME) ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  const sources = entries.map((entry, index) => readEntry(entry, index + 1, lookup))
  const twice = sources.find(({ id }, index) => sources.findIndex((other) => other.id === id) !== index)
  if (twice) throw new ConfigError(`${NAME} names ${twice.id} twice: remove one of the two.`)
  return sources
}

/** What stands where a place should is not repeated: somebody may have written the key itself there. */
function readEntry(entry: string, number: number, lookup: Lookup): DeclaredSource {
  const [, keyName, kind, place] = /^([^=]*)=(env|file):(.+)$/.exec(entry) ?? []
  if (!keyName || !kind || !place) {
    throw new ConfigError(`Entry ${number} of ${NAME} can't be read: write keyname=env:VARIABLE or keyname=file:/path.`)
  }
  if (!KeyName.safeParse(keyName).success) {
    throw new ConfigError(
      `Entry ${number} of ${NAME} has a key name that KES does not take: use letters, digits, - and _.`,
    )
  }
  const id = `${keyName}=${kind}:${place}`
  if (id.length > ID_LIMIT) {
    throw new ConfigError(`Entry ${number} of ${NAME} is longer than ${ID_LIMIT} characters: use a shorter path.`)
  }
  if (kind === 'file') {
    if (!isAbsolute(place))
      throw new ConfigError(`Entry ${number} of ${NAME} has a relative path: give the absolute one.`)
    return { id, keyName, kind, path: place }
  }
  if (!/^[A-Za-z_]\w*$/.test(place)) {
    throw new ConfigError(`Entry ${number} of ${NAME} names no environment variable after env: write its name alone.`)
  }
  const value = lookup(place)
  return { id, keyName, kind: 'env', variable: place, value: value ? new Secret(value) : null }
}
