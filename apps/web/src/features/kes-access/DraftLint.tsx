import type { KesAccess, KesPolicy } from '@strongroom/shared/kes-access'
import { findingsOfPolicies } from '@strongroom/shared/kes-policy-lint'
import { Note } from '../../ui/Note.tsx'
import { AccessFindings } from './AccessFindings.tsx'

/** What is wrong with the draft, while it is written; of the other policies only what the draft would do to them. */
export function DraftLint({
  policies,
  name,
  access,
}: {
  policies: readonly KesPolicy[]
  name: string
  access: KesAccess
}) {
  const held = new Set(policies.find((each) => each.name === name)?.identities)
  const findings = findingsOfPolicies({
    policies,
    identities: access.identities,
    whole: access.unknown.length === 0,
    keyName: null,
  }).filter(({ policy, identity }) => policy === name || (identity !== null && held.has(identity)))
  return (
    <section aria-label="What is wrong with it" className="space-y-3">
      <h2 className="text-lg font-semibold">What is wrong with it</h2>
      <div role="status">
        {findings.length === 0 ? (
          <Note tone="good">Nothing: every line says what it seems to say.</Note>
        ) : (
          <AccessFindings findings={findings} of={name} />
        )}
      </div>
    </section>
  )
}
