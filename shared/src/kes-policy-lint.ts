import type { KesAccessFinding, KesIdentityInfo } from './kes-access.ts'
import { identityFindings, unassigned, withoutPolicy } from './kes-policy-identities.ts'
import { lineFindings } from './kes-policy-lines.ts'
import { minioFindings } from './kes-policy-needs.ts'
import type { KesPolicyDraft } from './kes-policy-roles.ts'

export interface KesAccessDraft {
  /** As KES has them, or as they are about to be written. */
  readonly policies: readonly KesPolicyDraft[]
  /** Who the identities are; which policy they have is taken from `policies`. */
  readonly identities: readonly Pick<KesIdentityInfo, 'identity' | 'admin' | 'known'>[]
  /** All policies and identities could be read. Otherwise nothing is said about what may only be out of sight. */
  readonly whole: boolean
  /** MinIO's default key; null where it is not known. */
  readonly keyName: string | null
}

/** What does not mean what its author thought, or is more or less than it should be; worst first. */
export function findingsOfPolicies({ policies, identities, whole, keyName }: KesAccessDraft): KesAccessFinding[] {
  const minio = new Set(identities.filter(({ known }) => known === 'minio').map(({ identity }) => identity))
  const found = policies.flatMap((policy) => {
    const whose = policy.identities.find((identity) => minio.has(identity)) ?? null
    return [
      ...lineFindings(policy).map((finding) => ({ ...finding, policy: policy.name, identity: null })),
      ...(whose === null ? [] : minioFindings(policy, keyName)).map((finding) => ({
        ...finding,
        policy: policy.name,
        identity: whose,
      })),
    ]
  })
  const assigned = whole ? [...withoutPolicy(policies, identities), ...unassigned(policies)] : []
  return [...found, ...identityFindings(policies, identities), ...assigned]
    .map(({ kind, ...finding }) => ({ id: idOf(kind, finding), ...finding }))
    .toSorted(worstFirst)
}

const WORST_FIRST = ['critical', 'warning', 'info'] as const

/** For sorting. */
export const worstFirst = (a: Pick<KesAccessFinding, 'severity'>, b: Pick<KesAccessFinding, 'severity'>): number =>
  WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity)

/** The same trouble keeps its id from one reading to the next. */
const idOf = (kind: string, { policy, identity, pattern }: Omit<KesAccessFinding, 'id'>) =>
  [kind, policy, identity, pattern].filter((part) => part !== null).join(' ')
