import type { KesAct } from '@strongroom/shared/kes-access'
import type { KesRules } from '@strongroom/shared/kes-policy'
import { acts, lineFor } from '@strongroom/shared/kes-policy-reach'
import { CONSOLE_ACTS } from '@strongroom/shared/kes-policy-roles'
import type { ConsoleIdentity, KesRole } from '@strongroom/shared/kms'
import { readKesPolicies } from '../kes/policies.ts'
import type { Kes } from '../kes/transport.ts'

/** With what KES says of each identity: its policy, and what that lets it do beyond its role. */
export async function withKesRights(kes: Kes, identities: readonly ConsoleIdentity[]): Promise<ConsoleIdentity[]> {
  const { policies, identities: assigned, unknown } = await readKesPolicies(kes)
  const expected = rightsByIdentity(identities)
  return identities.map((own) => {
    const found = assigned.find(({ identity }) => identity === own.identity)
    if (found?.admin) return { ...own, excess: [ADMIN] }
    if (!found && own.identity !== null && unknown.length === 0) {
      return { ...own, warning: own.warning === null ? STRANGER : `${STRANGER} ${own.warning}` }
    }
    const rules = policies.find(({ name }) => name === found?.policy)
    const excess = rules ? excessOf(rules, expected.get(own.identity) ?? []) : []
    return { ...own, policy: found?.policy ?? null, excess }
  })
}

const ADMIN = 'Everything: it is the admin of this KES, whom no policy holds.'

const STRANGER = 'KES does not know this identity, so it refuses all that is asked under it: add it to a policy.'

/** What an identity is for: one may stand in several roles, and the one that observes in those that have none. */
function rightsByIdentity(identities: readonly ConsoleIdentity[]): Map<string | null, KesAct[]> {
  const rights = new Map<string | null, KesAct[]>()
  const given = (role: KesRole) => identities.find((own) => own.role === role)?.identity
  for (const role of ['observe', 'prove', 'import', 'delete'] as const) {
    const identity = given(role) ?? (role === 'delete' ? null : given('observe')) ?? null
    rights.set(identity, [...(rights.get(identity) ?? []), ...CONSOLE_ACTS[role]])
  }
  return rights
}

/** As "delete (/v1/key/delete/*)": the act and the line that gives it. */
const excessOf = (rules: KesRules, expected: readonly KesAct[]): string[] =>
  acts()
    .filter((act) => !expected.includes(act))
    .flatMap((act) => {
      const line = lineFor(rules, act)
      return line === null ? [] : [`${act} (${line})`]
    })
