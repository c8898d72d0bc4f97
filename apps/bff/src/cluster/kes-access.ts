import type { KesAccess, KesAccessFinding, KesAct, KesIdentityInfo, Simulation } from '@strongroom/shared/kes-access'
import { decideKes, kesPath } from '@strongroom/shared/kes-policy'
import { findingsOfPolicies, worstFirst } from '@strongroom/shared/kes-policy-lint'
import { takesName } from '@strongroom/shared/kes-policy-reach'
import type { ConsoleIdentity, KesRole } from '@strongroom/shared/kms'
import { readKesPolicies } from '../kes/policies.ts'
import { readRulesOf } from '../kes/policies-of-identity.ts'
import type { Kes } from '../kes/transport.ts'

/** Whom the console knows among the identities of KES. */
export interface KnownIdentities {
  readonly console: readonly Pick<ConsoleIdentity, 'role' | 'identity'>[]
  /** MinIO's, hex; null where its files can't be read here. */
  readonly minio: string | null
}

interface Asked {
  readonly kes: Kes
  readonly known: KnownIdentities
  /** MinIO's default key; null where it is not known. */
  readonly keyName: string | null
}

/**
 * Policies and identities of KES as it has them loaded, who they belong to, and what is wrong about them.
 *
 * @throws AppError `upstream-unreachable` or `upstream-failed` when no KES answers
 */
export async function readAccess({ kes, known, keyName }: Asked): Promise<KesAccess> {
  const { policies, identities: listed, unknown, endpoint } = await readKesPolicies(kes)
  const names = namesOf(known)
  const listedIds = new Set(listed.map(({ identity }) => identity))
  const unlisted = [...names.keys()].filter((identity) => !listedIds.has(identity))
  const identities = [
    ...listed,
    // Without the list nobody can say that these are not on it, but they are known all the same.
    ...unlisted.map((identity) => ({ identity, admin: false, policy: null })),
  ].map((identity): KesIdentityInfo => ({ ...identity, known: names.get(identity.identity) ?? null }))
  const found = findingsOfPolicies({ policies, identities, whole: unknown.length === 0, keyName })
  const findings = [...shared(known, identities), ...found].toSorted(worstFirst)
  return { policies, identities, findings, unknown, endpoint, readAt: new Date().toISOString() }
}

const ROLES: Readonly<Record<KesRole, NonNullable<KesIdentityInfo['known']>>> = {
  observe: 'console',
  prove: 'console-prove',
  import: 'console-import',
  delete: 'console-delete',
}

/** Where one identity stands for several, MinIO comes first, then the role that does more than look. */
function namesOf({ console, minio }: KnownIdentities) {
  const names = new Map<string, NonNullable<KesIdentityInfo['known']>>()
  for (const { role, identity } of console) if (identity !== null) names.set(identity, ROLES[role])
  if (minio !== null) names.set(minio, 'minio')
  return names
}

function shared({ console, minio }: KnownIdentities, identities: readonly KesIdentityInfo[]): KesAccessFinding[] {
  const roles = console.filter(({ identity }) => identity !== null && identity === minio)
  if (minio === null || roles.length === 0) return []
  return [
    {
      id: `console-as-minio ${minio}`,
      severity: 'warning',
      policy: identities.find(({ identity }) => identity === minio)?.policy ?? null,
      identity: minio,
      pattern: null,
      title: 'The console and MinIO have the same identity',
      detail: `KES can’t tell them apart, so whatever the console needs (${roles.map(({ role }) => role).join(', ')}) MinIO may do too. Give the console an identity of its own.`,
      instead: null,
    },
  ]
}

/** What is asked of the simulator. */
export interface Supposition {
  /** Hex. */
  readonly identity: string
  readonly act: KesAct
  /** Of a key, policy or identity, or the beginning that a listing asks for. */
  readonly name: string
}

/**
 * Whether KES would let an identity do this, by the policies that it has loaded, and by which line.
 *
 * @throws AppError `not-allowed` when KES does not let the console ask, `upstream-failed`, `upstream-unreachable`
 */
export async function simulate(kes: Kes, { identity, act, name }: Supposition): Promise<Simulation> {
  const path = kesPath(act, name)
  const held = await readRulesOf(kes, identity)
  if (held === 'admin') {
    return { path, allowed: true, line: null, detail: 'It is the admin of KES, who may do everything.' }
  }
  if (held === 'none') {
    return { path, allowed: false, line: null, detail: 'KES knows no policy for it, and denies whatever it asks for.' }
  }
  const { policy, rules } = held
  const { allowed, list, pattern } = decideKes(rules, path)
  if (list === null || pattern === null) {
    return { path, allowed, line: null, detail: `No line of its policy ${policy} covers this, so KES denies it.` }
  }
  const nameless = takesName(act, name) ? '' : ' But KES takes no such name, and will say so.'
  const detail =
    list === 'allow'
      ? `Its policy ${policy} allows it.${nameless}`
      : `Its policy ${policy} denies it, whatever else it allows: a deny line wins.`
  return { path, allowed, line: { policy, list, pattern }, detail }
}
