import type { KesPolicy } from '@strongroom/shared/kes-access'
import { repairedPolicy } from '@strongroom/shared/kes-policy-pattern'
import type { KesPolicyDraft } from '@strongroom/shared/kes-policy-roles'

/** A policy as it is typed: one line each. */
export interface Draft {
  readonly name: string
  readonly allow: string
  readonly deny: string
  readonly identities: string
}

/** Blank lines and the dash of a YAML list are not part of a line: people paste from their file. */
export const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^-\s+/, '')
        .replace(/^(["'])(.*)\1$/, '$2'),
    )
    .filter(Boolean)

export const draftOf = ({ name, allow, deny, identities }: KesPolicyDraft): Draft => ({
  name,
  allow: allow.join('\n'),
  deny: deny.join('\n'),
  identities: identities.join('\n'),
})

export const policyOf = ({ name, allow, deny, identities }: Draft): KesPolicy => ({
  name: name.trim(),
  allow: linesOf(allow),
  deny: linesOf(deny),
  identities: linesOf(identities),
  createdAt: null,
})

/** The draft with what was meant in place of lines that do nothing; null: there is none such. */
export function repaired(draft: Draft): Draft | null {
  const policy = policyOf(draft)
  const better = repairedPolicy(policy)
  const same = better.allow.join('\n') === policy.allow.join('\n') && better.deny.join('\n') === policy.deny.join('\n')
  return same ? null : draftOf(better)
}

/** The policies as they would be loaded: the draft in place of the one of its name, or beside the others. */
export const withDraft = (policies: readonly KesPolicy[], draft: KesPolicy): KesPolicy[] => [
  ...policies.filter(({ name }) => name !== draft.name),
  draft,
]

export interface Difference {
  readonly list: 'allow' | 'deny' | 'identities'
  readonly text: string
  /** `draft`: KES has not loaded it; `kes`: it is loaded, and the draft takes it out. */
  readonly only: 'draft' | 'kes'
}

/** What a draft and the policy that KES has loaded do not share; the order of lines means nothing to KES. */
export function differences(draft: KesPolicy, loaded: KesPolicy): Difference[] {
  return (['allow', 'deny', 'identities'] as const).flatMap((list) => [
    ...draft[list]
      .filter((text) => !loaded[list].includes(text))
      .map((text) => ({ list, text, only: 'draft' as const })),
    ...loaded[list].filter((text) => !draft[list].includes(text)).map((text) => ({ list, text, only: 'kes' as const })),
  ])
}
