import type { Handler } from './api.ts'
import { badName, badPattern, identityNotFound, policyNotFound } from './errors.ts'
import { isName, isPattern } from './names.ts'
import { json } from './reply.ts'
import { formatTimestamp } from './timestamp.ts'

export const describePolicy: Handler = ({ resource }, { access, startedAt }) => {
  if (!isName(resource)) throw badName('policy name', resource)
  if (!access.policies.has(resource)) throw policyNotFound()
  return json({ name: resource, created_at: formatTimestamp(startedAt), created_by: access.admin })
}

/** Patterns are the names of empty objects; an empty list is left out. */
export const readPolicy: Handler = ({ resource }, { access, startedAt }) => {
  if (!isName(resource)) throw badName('policy name', resource)
  const policy = access.policies.get(resource)
  if (!policy) throw policyNotFound()
  const rules = (patterns: string[]) => Object.fromEntries(patterns.toSorted().map((pattern) => [pattern, {}]))
  return json({
    name: resource,
    ...(policy.allow.length > 0 && { allow: rules(policy.allow) }),
    ...(policy.deny.length > 0 && { deny: rules(policy.deny) }),
    created_at: formatTimestamp(startedAt),
    created_by: access.admin,
  })
}

export const listPolicies: Handler = ({ resource }, { access }) =>
  json({ names: matching([...access.policies.keys()], resource), continue_at: '' })

export const listIdentities: Handler = ({ resource }, { access }) =>
  json({ identities: matching(access.identities(), resource), continue_at: '' })

/** Unlike for keys, a `*` at the end is dropped here. */
function matching(names: string[], pattern: string): string[] {
  if (!isPattern(pattern)) throw badPattern(pattern)
  const prefix = pattern.replace(/\*$/, '')
  return names.filter((name) => name.startsWith(prefix)).sort()
}

export const describeIdentity: Handler = ({ resource }, { access, startedAt }) => {
  if (!isName(resource)) throw badName('identity', resource)
  const created_at = formatTimestamp(startedAt)
  if (resource === access.admin) return json({ admin: true, created_at })
  const policy = access.policyOf(resource)
  if (!policy) throw identityNotFound()
  return json({ policy: policy.name, created_at, created_by: access.admin })
}

/** KES knows only its admin here; everybody else is told 404, a defect kept because clients live with it. */
export const describeSelf: Handler = ({ identity }, { access, startedAt }) => {
  if (identity === undefined || identity !== access.admin) throw identityNotFound()
  return json({ identity, admin: true, created_at: formatTimestamp(startedAt) })
}
