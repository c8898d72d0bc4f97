import type { IamItem } from '@strongroom/shared/iam'
import { policyMeaning } from '../../crypto/policy-meaning.ts'
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
  /** What MinIO says of it now: the input of the write, and what it must say afterwards. */
  readonly view: (api: AdminApi, name: string) => Promise<View>
  /** What of the answer must stay the same; all of it, where this is absent. */
  readonly meaning?: (view: View) => object
  /** `content` is what lies on the drives, where the console could open it. */
  readonly write: (api: AdminApi, name: string, view: View, content: MappingContent | undefined) => Promise<void>
}

/** `config/iam/policydb/**`, as far as a rewrite needs it. */
export interface MappingContent {
  readonly policy?: unknown
}

const user: Rewrite<{ status: Status }> = {
  view: ({ minio, credentials }, name) => userInfo(minio, credentials, name),
  write: ({ minio, credentials }, name, { status }) => setUserStatus(minio, credentials, name, status),
}

const group: Rewrite<{ status: Status }> = {
  view: ({ minio, credentials }, name) => groupInfo(minio, credentials, name),
  write: ({ minio, credentials }, name, { status }) => setGroupStatus(minio, credentials, name, status),
}

const policy: Rewrite<{ text: string }> = {
  view: async ({ minio, credentials }, name) => ({ text: await infoCannedPolicy(minio, credentials, name) }),
  meaning: ({ text }) => ({ document: meaningOf(text) }),
  write: ({ minio, credentials }, name, { text }) => addCannedPolicy(minio, credentials, name, text),
}

/**
 * An update without `newPolicy` deletes the embedded session policy and gives the key all rights of its parent, so an
 * account that has one gets it sent back.
 */
const serviceAccount: Rewrite<ServiceAccount> = {
  view: ({ minio, credentials }, name) => infoServiceAccount(minio, credentials, name),
  meaning: (account) => ({ ...account, sessionPolicy: account.sessionPolicy && meaningOf(account.sessionPolicy) }),
  write: ({ minio, credentials }, name, account) => updateServiceAccount(minio, credentials, name, account),
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
  write: async ({ minio, credentials }, name, view, content) => {
    const { family, owner } = mappingOf(name)
    const policies = policiesOf(content, view)
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

/** MinIO writes the actions and resources of a policy in another order at each read. */
const meaningOf = (policyText: string) => JSON.stringify(policyMeaning(JSON.parse(policyText)))

function policiesOf(content: MappingContent | undefined, { policies }: MappingView): readonly string[] {
  const stored =
    typeof content?.policy === 'string' ? content.policy.split(',').filter((name) => name !== '') : policies
  if (stored.length > 0) return stored
  throw new NotMovable(
    'MinIO names no policy for it, and the console holds no key that opens it, so it was left as it is.',
  )
}

function mappingOf(name: string) {
  const slash = name.indexOf('/')
  return { family: name.slice(0, slash), owner: name.slice(slash + 1) }
}
