import type { KesAct, KesIdentityInfo, KesPolicy } from '@strongroom/shared/kes-access'
import { decideKes, kesPath } from '@strongroom/shared/kes-policy'

export interface Answer {
  /** The path that KES looks up. */
  readonly path: string
  /** Null: the policy of the identity could not be read. */
  readonly allowed: boolean | null
  readonly line: { readonly policy: string; readonly list: 'allow' | 'deny'; readonly pattern: string } | null
  readonly detail: string
}

export interface Question {
  readonly identity: string
  readonly act: KesAct
  readonly name: string
}

type Loaded = { readonly policies: readonly KesPolicy[]; readonly identities: readonly KesIdentityInfo[] }

/** May this identity do this? Answered from these policies, as KES decides. */
export function simulate({ policies, identities }: Loaded, { identity, act, name }: Question): Answer {
  const path = kesPath(act, name)
  const info = identities.find((each) => each.identity === identity)
  if (info?.admin)
    return { path, allowed: true, line: null, detail: 'The admin of KES may do everything; no policy is asked.' }
  const policy = policies.find((each) => each.identities.includes(identity))
  if (!policy)
    return info?.policy
      ? {
          path,
          allowed: null,
          line: null,
          detail: `It has the policy ${info.policy}, which the console could not read.`,
        }
      : { path, allowed: false, line: null, detail: 'No policy lists this identity, and then KES denies everything.' }
  const { allowed, list, pattern } = decideKes(policy, path)
  if (list === null || pattern === null)
    return { path, allowed, line: null, detail: `No line of ${policy.name} covers this path, and then KES denies.` }
  return {
    path,
    allowed,
    line: { policy: policy.name, list, pattern },
    detail:
      list === 'deny' ? 'A deny line wins over every allow line.' : 'An allow line covers it, and no deny line does.',
  }
}
