import type { KesIdentityInfo } from '@strongroom/shared/kes-access'
import { consolePolicies } from '@strongroom/shared/kes-policy-roles'

/** The policies that the console's own identities need, as far as this KES knows them. */
export function consoleDrafts(identities: readonly KesIdentityInfo[]) {
  const of = (known: KesIdentityInfo['known']) => identities.find((each) => each.known === known)?.identity ?? null
  return consolePolicies('', {
    observe: of('console'),
    prove: of('console-prove'),
    import: of('console-import'),
    delete: of('console-delete'),
  })
}
