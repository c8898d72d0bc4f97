import type { KesAccessFinding, KesIdentityInfo } from './kes-access.ts'
import { KES_NAME } from './kes-policy-reach.ts'
import type { KesPolicyDraft } from './kes-policy-roles.ts'

type Known = Pick<KesIdentityInfo, 'identity' | 'admin' | 'known'>
type Finding = Omit<KesAccessFinding, 'id'> & { readonly kind: string }

/** A whole value like this is replaced from KES's environment when it reads its file. */
const VARIABLE = /^\$\{[^}]*\}$/

/** What is wrong with who has which policy: what KES refuses to start with first, then what it takes silently. */
export const identityFindings = (policies: readonly KesPolicyDraft[], identities: readonly Known[]): Finding[] => [
  ...badNames(policies),
  ...assignedTwice(policies, identities),
  ...policies.flatMap((policy) => policy.identities.flatMap((identity) => noHash(policy.name, identity))),
  ...identities.flatMap(actsAsAdmin),
]

function badNames(policies: readonly KesPolicyDraft[]): Finding[] {
  const findings = policies.flatMap(({ name }, index) => {
    const twice = policies.findIndex((other) => other.name === name) < index
    if (!twice && KES_NAME.test(name)) return []
    return {
      kind: twice ? 'policy-twice' : 'policy-name',
      severity: 'critical' as const,
      policy: name,
      title: twice ? 'Two policies have this name' : 'KES takes no such policy name',
      detail: `KES does not start with it. ${twice ? 'Rename one, or put their lines together.' : 'Use 1 to 80 letters, digits, - or _; no - at the start or the end.'}`,
    }
  })
  return findings.map((finding) => ({ ...finding, identity: null, pattern: null, instead: null }))
}

function assignedTwice(policies: readonly KesPolicyDraft[], identities: readonly Known[]): Finding[] {
  const admins = new Set(identities.filter(({ admin }) => admin).map(({ identity }) => identity))
  const first = new Map<string, string>()
  return policies.flatMap(({ name, identities }) =>
    identities.flatMap((identity): Finding[] => {
      const other = admins.has(identity) ? 'the admin of KES' : first.get(identity)
      if (other === undefined) first.set(identity, name)
      if (other === undefined) return []
      const has = admins.has(identity) ? 'is the admin of KES' : `already has the policy ${other}`
      return [
        {
          kind: 'assigned-twice',
          severity: 'critical',
          policy: name,
          identity,
          pattern: null,
          title: 'An identity has one policy and no more',
          detail: `This one ${has}, and KES does not start with it in ${name} too. Give it one policy with all the lines that it needs.`,
          instead: null,
        },
      ]
    }),
  )
}

function noHash(policy: string, identity: string): Finding[] {
  if (/^[\da-f]{64}$/.test(identity) || VARIABLE.test(identity)) return []
  const starts = KES_NAME.test(identity)
  const upper = /^[\da-f]{64}$/i.test(identity)
  return [
    {
      kind: 'no-identity',
      severity: starts ? 'warning' : 'critical',
      policy,
      identity,
      pattern: null,
      title: 'Nobody can have this identity',
      detail: `An identity is the SHA-256 of a public key: 64 digits and lower-case letters a to f. ${upper ? `Write it in lower case: ${identity.toLowerCase()}.` : '“kes identity of” prints the one of a certificate or an API key.'}${starts ? '' : ' KES does not start with this one.'}`,
      instead: null,
    },
  ]
}

const WHO = {
  console: 'The console',
  'console-prove': 'The console, when it proves keys,',
  'console-import': 'The console, when it imports keys,',
  'console-delete': 'The console, when it deletes keys,',
  minio: 'MinIO',
} as const

function actsAsAdmin({ identity, admin, known }: Known): Finding[] {
  if (!admin || known === null) return []
  return [
    {
      kind: 'admin',
      severity: 'warning',
      policy: null,
      identity,
      pattern: null,
      title: `${WHO[known]} is the admin of KES`,
      detail:
        'The admin may do everything, deletion of every key included, and no policy narrows it. Make an identity for this use alone (“kes identity new”) with a policy of its own, and keep the admin’s key offline, or set the admin to “disabled”.',
      instead: null,
    },
  ]
}

/** Who is known to use KES and has no policy. Only to be asked where all policies and identities could be read. */
export function withoutPolicy(policies: readonly KesPolicyDraft[], identities: readonly Known[]): Finding[] {
  const assigned = new Set(policies.flatMap((policy) => policy.identities))
  return identities.flatMap(({ identity, admin, known }): Finding[] => {
    if (known === null || admin || assigned.has(identity)) return []
    return [
      {
        kind: 'without-policy',
        severity: known === 'minio' ? 'critical' : 'warning',
        policy: null,
        identity,
        pattern: null,
        title: `${WHO[known]} has no policy in this KES`,
        detail: `KES refuses all that it asks for. ${known === 'minio' ? 'MinIO starts all the same, and can read neither its settings nor its users. ' : ''}Put the identity into a policy, and have KES read its file again (SIGHUP).`,
        instead: null,
      },
    ]
  })
}

/** Policies that nobody has. Only to be asked where all identities could be read. */
export const unassigned = (policies: readonly KesPolicyDraft[]): Finding[] =>
  policies
    .filter(({ identities }) => identities.length === 0)
    .map(({ name }) => ({
      kind: 'unassigned',
      severity: 'info',
      policy: name,
      identity: null,
      pattern: null,
      title: 'Nobody has this policy',
      detail: 'It names no identity. Name those who should have it, or remove it.',
      instead: null,
    }))
