import { fieldsOf, type Policy, parsePolicy } from './document.ts'

/** What the credentials are cut down to: nothing (`none`), a policy, or something that can't be read, which allows nothing. */
export type SessionPolicy = 'none' | 'unreadable' | Policy

export type Claims = Readonly<Record<string, unknown>>

/** The claims of a session token, unverified: MinIO has signed it with a secret of its own. Null where it is no token. */
export function claimsIn(token: string): Claims | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? (claims as Claims) : null
  } catch {
    return null
  }
}

/**
 * The session policy that a token carries: in `sessionPolicy` as base64 of JSON, for service accounts only where `sa-policy`
 * says that it counts. Source: minio cmd/iam.go, isAllowedBySessionPolicy and its twin for service accounts.
 */
export function sessionPolicyIn(claims: Claims): SessionPolicy {
  const { sessionPolicy, 'sa-policy': kind } = claims
  if (kind === 'inherited-policy') return 'none'
  if (kind !== undefined && kind !== 'embedded-policy') return 'unreadable'
  if (sessionPolicy === undefined) return kind === undefined ? 'none' : 'unreadable'
  const document = documentIn(sessionPolicy)
  if (document === undefined) return 'unreadable'
  const fields = fieldsOf(document ?? {}, ['ID', 'Version', 'Statement'])
  if (fields === null) return 'unreadable'
  // MinIO's own console sends `null` for a service account without a policy; a session without a version gets nothing.
  if (kind !== undefined && [...fields.values()].every((value) => value === null || value === '')) return 'none'
  return kind === undefined && !fields.get('Version') ? 'unreadable' : parsePolicy(document)
}

/** Undefined where there is none. */
function documentIn(claim: unknown): unknown {
  if (typeof claim !== 'string' || !/^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(claim))
    return undefined
  try {
    return JSON.parse(Buffer.from(claim, 'base64').toString())
  } catch {
    return undefined
  }
}
