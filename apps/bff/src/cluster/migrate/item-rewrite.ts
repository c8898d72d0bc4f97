import type { IamItem } from '@strongroom/shared/iam'
import { itemMeaning } from '../../crypto/canonical-item.ts'
import { canonicalJson, parseJson } from '../../crypto/canonical-json.ts'
import { FormatError } from '../../crypto/failures.ts'
import { isMap, type Unpacked } from '../../crypto/message-pack.ts'
import { asSet, policyMeaning } from '../../crypto/policy-meaning.ts'
import { AppError } from '../../errors.ts'
import { getConfig, setConfig } from '../../minio/config.ts'
import {
  addCannedPolicy,
  groupInfo,
  infoCannedPolicy,
  type Status,
  setGroupStatus,
  setUserStatus,
  userInfo,
} from '../../minio/iam.ts'
import { importPolicyMapping, setUserOrGroupPolicy } from '../../minio/policy-mappings.ts'
import { infoServiceAccount, type ServiceAccount, updateServiceAccount } from '../../minio/service-accounts.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'

/** MinIO's admin API, with the credentials of the job. */
export interface AdminApi {
  readonly minio: Minio
  readonly credentials: Credentials
}

/** What MinIO says of an item over its API, in plain JSON. A rewrite must leave it the same. */
export type ApiView = object

/** The call that reads an item and the one that writes it again as it is: facts of MinIO's admin API, each tried. */
interface Rewrite<View extends ApiView> {
  /** What MinIO says of it now: the input of the write. */
  readonly view: (api: AdminApi, name: string) => Promise<View>
  /** What the answer tells of this item, and what a rewrite must leave the same. */
  readonly told: (view: View) => Facts
  /** What more of the answer must stay the same, though the drives word it otherwise. */
  readonly alsoTold?: (view: View) => Facts
  /** The same facts as `told`, from what the item says on the drives (see `itemMeaning`). */
  readonly stored: (said: Unpacked) => Facts
  /** `lies` are the facts on the drives, where the console could open the item. */
  readonly write: (api: AdminApi, name: string, view: View, lies: Facts | undefined) => Promise<void>
}

/** No secret is among them. */
export type Facts = Readonly<Record<string, unknown>>

const user: Rewrite<{ status: Status }> = {
  view: ({ minio, credentials }, name) => userInfo(minio, credentials, name),
  told: ({ status }) => ({ status }),
  stored: ({ credentials }) => ({ status: statusIn(credentials) === 'off' ? 'disabled' : 'enabled' }),
  write: ({ minio, credentials }, name, { status }) => setUserStatus(minio, credentials, name, status),
}

const group: Rewrite<{ status: Status; members: readonly string[] }> = {
  view: ({ minio, credentials }, name) => groupInfo(minio, credentials, name),
  told: ({ status, members }) => ({ status, members: asSet(members) }),
  stored: ({ status = 'enabled', members = [] }) => ({ status, members }),
  write: ({ minio, credentials }, name, { status }) => setGroupStatus(minio, credentials, name, status),
}

const policy: Rewrite<{ text: string }> = {
  view: async ({ minio, credentials }, name) => ({ text: await infoCannedPolicy(minio, credentials, name) }),
  told: ({ text }) => ({ document: meaningOf(text) }),
  stored: (said) => ({ document: canonicalJson(said) }),
  write: ({ minio, credentials }, name, { text }) => addCannedPolicy(minio, credentials, name, text),
}

/**
 * An update without `newPolicy` deletes the embedded session policy and gives the key all rights of its parent, so an
 * account that has one gets it sent back.
 */
const serviceAccount: Rewrite<ServiceAccount> = {
  view: ({ minio, credentials }, name) => infoServiceAccount(minio, credentials, name),
  told: ({ status, sessionPolicy }) => ({
    status,
    sessionPolicy: sessionPolicy === null ? null : meaningOf(sessionPolicy),
  }),
  alsoTold: ({ parent, name, description, expiresAt }) => ({ parent, name, description, expiresAt }),
  stored: ({ credentials }) => ({ status: statusIn(credentials), sessionPolicy: sessionPolicyIn(credentials) }),
  write: ({ minio, credentials }, name, account) => updateServiceAccount(minio, credentials, name, account),
}

const statusIn = (credentials: unknown) => (isMap(credentials) ? credentials.status : undefined)

/** Null: the claims say that it has all rights of its parent. A token that can't be read agrees with no answer. */
function sessionPolicyIn(credentials: unknown): unknown {
  const claims = isMap(credentials) ? credentials.token : undefined
  if (!isMap(claims)) return 'a token that can’t be read'
  return claims.sessionPolicy === undefined ? null : canonicalJson(claims.sessionPolicy)
}

/** An item that can't be written back unchanged; raised before anything is written. */
export class NotMovable extends AppError {
  constructor(why: string) {
    super('unsafe-now', why)
  }
}

interface MappingView {
  readonly policies: readonly string[]
  readonly status: Status | null
}

/**
 * `users/alice`, `groups/hr`; `sts-users/…` for LDAP and OpenID, which only a one-file import can write. The policies
 * come from the drives where they can be opened: over its API MinIO names none for a disabled group.
 */
const mapping: Rewrite<MappingView> = {
  view: async ({ minio, credentials }, name) => {
    const { family, owner } = mappingOf(name)
    if (family === 'users') return userInfo(minio, credentials, owner)
    return family === 'groups' ? groupInfo(minio, credentials, owner) : { policies: [], status: null }
  },
  told: ({ policies }) => (policies.length > 0 ? { policies: asSet(policies) } : {}),
  stored: ({ policy: policies }) => ({ policies }),
  write: async ({ minio, credentials }, name, view, lies) => {
    const { family, owner } = mappingOf(name)
    const policies = policiesOf(lies, view)
    if (family === 'groups') return setUserOrGroupPolicy(minio, credentials, { kind: 'group', name: owner, policies })
    if (family === 'users' && view.status === 'enabled') {
      return setUserOrGroupPolicy(minio, credentials, { kind: 'user', name: owner, policies })
    }
    // A disabled user does not exist for set-user-or-group-policy.
    return importPolicyMapping(minio, credentials, { kind: family === 'users' ? 'user' : 'sts', name: owner, policies })
  },
}

/** Any setting written again rewrites the whole of config.json; the scanner's speed takes effect without a restart. */
const serverConfig: Rewrite<{ speed: string }> = {
  view: async ({ minio, credentials }) => ({
    speed: (await getConfig(minio, credentials, 'scanner')).get('speed') ?? 'default',
  }),
  told: ({ speed }) => ({ speed }),
  stored: ({ 'scanner:_:speed': speed = 'default' }) => ({ speed }),
  write: async ({ minio, credentials }, _name, { speed }) => {
    await setConfig(minio, credentials, { subSystem: 'scanner', key: 'speed', value: speed })
  },
}

const REWRITES = {
  policy,
  group,
  user,
  'policy-mapping': mapping,
  'service-account': serviceAccount,
  'server-config': serverConfig,
} as const

/** The kinds that a migration moves, in its order: what others refer to comes first. */
export const REWRITE_ORDER = Object.keys(REWRITES) as (keyof typeof REWRITES)[]

/** The pair of calls for a kind; what has none is not movable and is never asked for. */
export function rewriteFor(kind: IamItem['kind']): Rewrite<ApiView> {
  if (kind in REWRITES) return REWRITES[kind as keyof typeof REWRITES] as unknown as Rewrite<ApiView>
  throw new RangeError(`no call rewrites items of kind ${kind}`)
}

/** What an item tells on the drives that MinIO's answer tells too. @throws FormatError where the content is not of its kind */
export function factsIn(kind: IamItem['kind'], content: Uint8Array): Facts {
  const said: unknown = JSON.parse(itemMeaning(kind, content))
  if (isMap(said)) return rewriteFor(kind).stored(said)
  throw new FormatError('the item is no JSON object')
}

/** What a rewrite must leave the same in MinIO's answer. */
export function factsTold(kind: IamItem['kind'], view: ApiView): Facts {
  const { told, alsoTold } = rewriteFor(kind)
  return { ...told(view), ...alsoTold?.(view) }
}

/** Names in which MinIO's answer contradicts the drives, as it does while a node lags behind: a rewrite would not keep those. */
export const contradictions = (kind: IamItem['kind'], view: ApiView, lies: Facts): string[] => {
  const told = rewriteFor(kind).told(view)
  return changedFacts(told, Object.fromEntries(Object.keys(told).map((name) => [name, lies[name]])))
}

/** Names of facts that differ. */
export const changedFacts = (one: Facts, other: Facts): string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (name) => canonicalJson(one[name]) !== canonicalJson(other[name]),
  )

/** MinIO writes the actions and resources of a policy in another order at each read. */
function meaningOf(policyText: string): string {
  const document = parseJson(new TextEncoder().encode(policyText))
  if (isMap(document)) return canonicalJson(policyMeaning(document))
  throw new NotMovable('MinIO tells a policy of it that is no JSON object, so it was left as it is.')
}

function policiesOf(lies: Facts | undefined, { policies }: MappingView): readonly string[] {
  const stored = Array.isArray(lies?.policies) ? lies.policies.map(String).filter((name) => name !== '') : policies
  if (stored.length > 0) return stored
  throw new NotMovable(
    lies === undefined
      ? 'MinIO names no policy for it, and the console holds no key that opens it, so it was left as it is.'
      : 'It names no policy, and no call writes such a mapping, so it was left as it is.',
  )
}

function mappingOf(name: string) {
  const slash = name.indexOf('/')
  return { family: name.slice(0, slash), owner: name.slice(slash + 1) }
}
