/** What an item says, whoever wrote it and when: MinIO of 2021 and of today lay the same things out differently. */
export function meaningOf(path: string, plain: Buffer): object {
  const content = JSON.parse(plain.toString('utf8')) as Fields
  if (path.startsWith('config/iam/users/')) return account(content)
  if (path.startsWith('config/iam/service-accounts/')) return account(content)
  if (path.startsWith('config/iam/groups/')) return { enabled: enabled(content.status), members: set(content.members) }
  if (path.startsWith('config/iam/policies/')) return policy(content.Policy ?? content)
  if (path.startsWith('config/iam/policydb/')) return { policies: set(String(content.policy).split(',')) }
  throw new Error(`${path} is no user, group, policy, mapping or service account.`)
}

type Fields = Record<string, unknown>

function account({ credentials }: Fields): object {
  const { accessKey, secretKey, status, parentUser, groups, sessionToken, expiration, name, description } =
    credentials as Fields
  return {
    accessKey,
    secretKey,
    enabled: enabled(status),
    parent: parentUser ?? null,
    groups: set(groups ?? []),
    claims: typeof sessionToken === 'string' && sessionToken !== '' ? claims(sessionToken) : null,
    expires: never.has(String(expiration ?? '')) ? null : expiration,
    name: name ?? null,
    description: description ?? null,
  }
}

/** How Go writes "no time", and how MinIO of 2021 did. */
const never = new Set(['', '0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z'])

/** The claims of the token that lies in a service account: among them its session policy. */
function claims(token: string): object {
  const { sessionPolicy, ...rest } = JSON.parse(fromBase64(token.split('.')[1]!, 'base64url')) as Fields
  return typeof sessionPolicy === 'string'
    ? { ...rest, sessionPolicy: policy(JSON.parse(fromBase64(sessionPolicy, 'base64'))) }
    : rest
}

const fromBase64 = (text: string, encoding: 'base64' | 'base64url') => Buffer.from(text, encoding).toString('utf8')

/** A policy without the order of its lists, which MinIO changes at each writing. */
function policy(document: unknown): object {
  const { Version, ID, Statement } = document as Fields
  const statements = (Statement as Fields[]).map(
    ({ Sid, Effect, Action, NotAction, Resource, NotResource, Condition }) => ({
      Sid: Sid ?? '',
      Effect,
      Action: set(Action ?? []),
      NotAction: set(NotAction ?? []),
      Resource: set(Resource ?? []),
      NotResource: set(NotResource ?? []),
      Condition: Condition ?? {},
    }),
  )
  return { Version, ID: ID ?? '', statements: statements.map((each) => JSON.stringify(each)).sort() }
}

const enabled = (status: unknown) => {
  if (status === 'on' || status === 'enabled') return true
  if (status === 'off' || status === 'disabled') return false
  throw new Error(`The status ${String(status)} is none that is known.`)
}

const set = (list: unknown) => [...new Set([list].flat().map(String))].sort()

/** Settings that today's server no longer has, and leaves out. */
const RETIRED = /^(api _ replication_workers|kms_kes|kms_vault)/

/** `subsystem target key=value` of every setting in config.json that is not empty and that MinIO still has. */
export function settingsIn(plain: Buffer): string[] {
  const subsystems = JSON.parse(plain.toString('utf8')) as Record<
    string,
    Record<string, { key: string; value: string }[]>
  >
  const settings = Object.entries(subsystems).flatMap(([name, targets]) =>
    Object.entries(targets).flatMap(([target, pairs]) =>
      (pairs ?? []).map(({ key, value }) => `${name} ${target} ${key}=${value}`),
    ),
  )
  return settings.filter((setting) => !RETIRED.test(setting))
}
