import type { KeyUse } from '@strongroom/shared/key-deletion'
import type { Site } from '../minio/site-replication.ts'
import { admins, denials, type EndpointPolicies, shortIdentity } from './kes-denial.ts'
import type { MarkedKey } from './key-deletions.ts'
import { placed } from './key-use-place.ts'

export interface SitesSeen {
  /** Other than this one. */
  readonly peers: readonly Site[]
  readonly at: string
}

/** Sites that replicate this one hold the same objects, each under a key of its own KMS, which may be this one. */
export function sitesUse(seen: SitesSeen | { readonly trouble: string }): KeyUse {
  const { free, unknown } = placed('sites')
  if ('trouble' in seen) return unknown(`Whether other sites replicate this one could not be told. ${seen.trouble}`)
  const { peers, at } = seen
  if (peers.length === 0) return free('No other site replicates this one.', { at })
  return unknown(
    'Other sites replicate this one, and the console can’t look at what their KMS needs. Ask there whether their KES has this key and what it seals; while site replication is on, the key stays.',
    { at, examples: peers.map(({ name, endpoint }) => `${name} (${endpoint})`) },
  )
}

export interface ClustersGround {
  readonly name: string
  /** Null: the console has no KES. */
  readonly everywhere: readonly EndpointPolicies[] | null
  /** Who an identity is, of the console's own and MinIO's as far as it is known. */
  readonly known: ReadonlyMap<string, string>
  /** What was said of other clusters with the mark. */
  readonly statement: MarkedKey['otherClusters'] | null
  readonly at: string
}

/** One KES may serve many clusters: its policies tell who else may use the key, and people whether anybody does. */
export function otherClustersUse({ name, everywhere, known, statement, at }: ClustersGround): KeyUse {
  const { free, unknown } = placed('other-clusters')
  const href = '/kms/access'
  if (everywhere === null) return unknown('The console has no KES, so it can’t ask who may use the key.', { href })
  const policies = denials(everywhere, name)
  if (policies === null) return unknown(`Who may use the key could not be told. ${troubles(everywhere)}`, { at, href })
  const others = policies
    .filter(({ denies }) => !denies)
    .flatMap(({ policy, identities }) =>
      identities.filter((identity) => !known.has(identity)).map((identity) => ({ policy, identity })),
    )
  const said = statement && `${statement.by} said on ${statement.at.slice(0, 10)}: “${statement.statement}”`
  const admin = admins(everywhere).length > 0 ? ' The admin of KES may do everything and is bound by no policy.' : ''
  if (others.length === 0)
    return free(`No identity but the console’s and this MinIO’s may use it at this KES.${admin} ${said ?? ''}`.trim(), {
      at,
      href,
    })
  const told = {
    count: others.length,
    at,
    href,
    examples: others.map(({ policy, identity }) => `${shortIdentity(identity)} (policy ${policy})`),
  }
  if (said !== null)
    return free(
      `${others.length} further ${others.length === 1 ? 'identity' : 'identities'} may use it until their policy denies it. ${said}`,
      told,
    )
  return unknown(
    `${others.length} ${others.length === 1 ? 'identity' : 'identities'} may use it that the console does not know: other clusters’, applications’, or this MinIO’s own. Find out whose they are and whether they need the key; the mark asks for that statement.`,
    told,
  )
}

export const troubles = (everywhere: readonly EndpointPolicies[]) =>
  everywhere.flatMap((each) => ('trouble' in each ? [`${new URL(each.endpoint).host}: ${each.trouble}`] : [])).join(' ')
