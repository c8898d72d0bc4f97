import { bytesToHex } from '@noble/ciphers/utils.js'
import type { ItemKind } from '@strongroom/shared/iam'
import { fromBase64, toText } from './bytes.ts'
import { canonicalJson, parseJson, parseJsonObject } from './canonical-json.ts'
import { configMeaning } from './config-meaning.ts'
import { isMap, type Unpacked } from './message-pack.ts'
import { asSet, policyMeaning } from './policy-meaning.ts'

export { configMeaningKept } from './config-meaning.ts'

/**
 * What an item says, as one text: two plaintexts of one item have the same text exactly when nothing that matters changed.
 * What a rewrite by today's server changes, and is therefore left out or made equal (seen by rewriting drives of 2021 and
 * of today, and comparing every item):
 * - `version` of the record (mappings go from 0 to 1), `updatedAt`, and the dates around a policy, which a policy of 2021
 *   lacks altogether; names and values that are empty;
 * - the order of members, policies, actions, resources and statements, which are sets;
 * - `enabled` and `disabled` of a user, which become `on` and `off`; two ways to say "never expires";
 * - the signature of a service account's token, and `claims` beside it: MinIO stores there what the token said one update
 *   ago, and puts what the token says in its place when it loads the account. So the token is compared, with its session
 *   policy as a policy, since that is re-ordered too. Its expiry is meaning, its time of issue not.
 *
 * A configuration of an older server gains settings and loses retired ones: compare it by `configMeaningKept` instead.
 * The text holds secrets as the item does: hash it, compare, and let it go.
 *
 * @throws FormatError where the plaintext is not of its kind
 */
export function itemMeaning(kind: ItemKind, plaintext: Uint8Array): string {
  const read = readers[kind]
  if (read) return canonicalJson(read(plaintext))
  return toText(plaintext) ?? bytesToHex(plaintext)
}

const readers: Readonly<Partial<Record<ItemKind, (plaintext: Uint8Array) => unknown>>> = {
  user: (bytes) => identity(record(bytes)),
  'service-account': (bytes) => identity(record(bytes)),
  sts: (bytes) => identity(record(bytes)),
  group: (bytes) => withSet(record(bytes), 'members'),
  policy: (bytes) => policyMeaning(bare(parseJsonObject(bytes, 'the policy'))),
  'policy-mapping': (bytes) => withSet(record(bytes), 'policy'),
  'server-config': (bytes) => Object.fromEntries(configMeaning(bytes)),
}

/** The policy document in a stored policy: today's server wraps it, one of 2021 did not. */
const bare = (stored: Unpacked): Unpacked => (isMap(stored.Policy) ? stored.Policy : stored)

function record(bytes: Uint8Array): Unpacked {
  const { version: _version, updatedAt: _updatedAt, ...rest } = parseJsonObject(bytes, 'the item')
  return filled(rest)
}

/** A list, or names with commas between them, as a set. */
function withSet(item: Unpacked, name: string): Unpacked {
  const value = item[name]
  const list = typeof value === 'string' ? value.split(',').map((each) => each.trim()) : value
  return Array.isArray(list) ? { ...item, [name]: asSet(list) } : item
}

const NEVER = /^(0001|1970)-01-01T00:00:00Z$/
const switches = new Map<unknown, unknown>([
  ['enabled', 'on'],
  ['disabled', 'off'],
])

function identity(item: Unpacked): Unpacked {
  if (!isMap(item.credentials)) return item
  const { sessionToken, claims: stated, status, expiration, ...rest } = filled(item.credentials)
  const claims = tokenClaims(sessionToken)
  const credentials = {
    ...rest,
    status: switches.get(status) ?? status,
    expiration: typeof expiration === 'string' && NEVER.test(expiration) ? undefined : expiration,
    // A token that can't be read is compared as it stands, and so are the claims beside it: better a false alarm than a
    // change that nobody sees.
    token: claims ?? sessionToken,
    claims: claims === undefined && isMap(stated) ? claimsMeaning(stated) : undefined,
  }
  return { ...item, credentials: filled(credentials) }
}

/** What the payload of a JWT says; its signature is not looked at, since root credentials make it. */
function tokenClaims(token: unknown): Unpacked | undefined {
  if (typeof token !== 'string') return undefined
  const payload = parseJson(fromBase64Url(token.split('.')[1] ?? ''))
  return isMap(payload) ? claimsMeaning(payload) : undefined
}

function claimsMeaning({ iat: _issuedAt, ...claims }: Unpacked): Unpacked {
  const policy = typeof claims.sessionPolicy === 'string' ? parseJson(fromBase64(claims.sessionPolicy)) : undefined
  return isMap(policy) ? { ...claims, sessionPolicy: policyMeaning(policy) } : claims
}

/** Without what is absent, empty text or an empty object: old servers leave out what new ones write as empty. */
const filled = (map: Unpacked): Unpacked =>
  Object.fromEntries(Object.entries(map).filter(([, value]) => value != null && value !== '' && !isEmptyMap(value)))

const isEmptyMap = (value: unknown) => isMap(value) && Object.keys(value).length === 0

function fromBase64Url(text: string): Uint8Array | undefined {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  return fromBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, '='))
}
