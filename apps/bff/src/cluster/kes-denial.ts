import type { KesAct } from '@strongroom/shared/kes-access'
import { decideKes, kesPath } from '@strongroom/shared/kes-policy'
import type { PolicyDenial } from '@strongroom/shared/key-deletion'
import type * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { type KesPolicies, readKesPolicies } from '../kes/policies.ts'
import type { Kes } from '../kes/transport.ts'

/** What makes use of a key. Whoever can do none of these can neither read nor write what it seals. */
const USES = ['generate', 'decrypt', 'encrypt', 'hmac'] as const satisfies readonly KesAct[]

/** The policies of one KES endpoint as it has loaded them, or why they are not known. */
export type EndpointPolicies =
  | { readonly endpoint: string; readonly found: KesPolicies }
  | { readonly endpoint: string; readonly trouble: string }

/** Each endpoint has a configuration of its own, so each is asked. */
export const policiesEverywhere = (kes: Kes): Promise<EndpointPolicies[]> =>
  Promise.all(
    kes.urls.map(async (url) => {
      try {
        const found = await readKesPolicies({ ...kes, urls: [url] })
        if (found.unknown.length === 0) return { endpoint: url.origin, found }
        return { endpoint: url.origin, trouble: found.unknown.join(' ') }
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        return { endpoint: url.origin, trouble: error.detail }
      }
    }),
  )

export type Denial = z.infer<typeof PolicyDenial>

/**
 * What each policy with identities still allows of the key, by name; a policy that two endpoints have is held to both.
 * Null while any endpoint's policies are not known.
 */
export function denials(everywhere: readonly EndpointPolicies[], name: string): Denial[] | null {
  const byPolicy = new Map<string, { identities: Set<string>; lines: Set<string> }>()
  for (const each of everywhere) {
    if ('trouble' in each) return null
    for (const { name: policy, allow, deny, identities } of each.found.policies) {
      if (identities.length === 0) continue
      const merged = byPolicy.get(policy) ?? { identities: new Set(), lines: new Set() }
      byPolicy.set(policy, merged)
      for (const identity of identities) merged.identities.add(identity)
      for (const act of USES)
        if (decideKes({ allow, deny }, kesPath(act, name)).allowed) merged.lines.add(kesPath(act, name))
    }
  }
  return [...byPolicy]
    .map(([policy, { identities, lines }]) => ({
      policy,
      identities: [...identities].sort(),
      denies: lines.size === 0,
      lines: [...lines],
    }))
    .sort((one, other) => (one.policy < other.policy ? -1 : 1))
}

/** Identities that no policy binds: KES lets its admin do everything. */
export const admins = (everywhere: readonly EndpointPolicies[]): string[] => [
  ...new Set(
    everywhere.flatMap((each) =>
      'trouble' in each
        ? []
        : each.found.identities
            .filter(({ admin, identity }) => admin && isIdentity(identity))
            .map(({ identity }) => identity),
    ),
  ),
]

/** `admin: identity: disabled`, as many configurations have it, is no certificate's hash. */
const isIdentity = (identity: string) => /^[0-9a-f]{64}$/i.test(identity)

/** `1a2b3c4d…` */
export const shortIdentity = (identity: string) => (identity.length > 12 ? `${identity.slice(0, 8)}…` : identity)
