import type { KesAct, KesPolicy } from './kes-access.ts'
import { kesPath } from './kes-policy.ts'
import { isListing } from './kes-policy-reach.ts'
import type { KesRole } from './kms.ts'

/** What MinIO asks of KES; of deletion and import it knows nothing. */
export const MINIO_ACTS: readonly KesAct[] = [
  'create',
  'generate',
  'decrypt',
  'describe',
  'list',
  'status',
  'metrics',
  'api',
]

/** What each identity of the console asks of KES, and no more. */
export const CONSOLE_ACTS: Readonly<Record<KesRole, readonly KesAct[]>> = {
  observe: [
    'status',
    'ready',
    'metrics',
    'api',
    'list',
    'describe',
    'policy-list',
    'policy-read',
    'policy-describe',
    'identity-list',
    'identity-describe',
  ],
  prove: ['status', 'describe', 'generate', 'decrypt'],
  import: ['status', 'describe', 'create', 'import'],
  delete: ['status', 'describe', 'delete'],
}

/** A policy as it is written, before KES has loaded it. */
export type KesPolicyDraft = Pick<KesPolicy, 'name' | 'allow' | 'deny' | 'identities'>

/**
 * The lines that allow `acts`. Keys are held to names that begin with `keyPrefix`; listings are not, since KES lists by
 * a prefix that the asker chooses, and MinIO and the console ask for all.
 *
 * @param keyPrefix empty: all keys
 */
export const linesFor = (acts: readonly KesAct[], keyPrefix: string): string[] =>
  [...new Set(acts.map((act) => kesPath(act, ofKeys(act) && !isListing(act) ? `${keyPrefix}*` : '*')))].sort()

const ofKeys = (act: KesAct) => kesPath(act, '').startsWith('/v1/key/')

/** The least that MinIO works with in full, for keys whose names begin with `keyPrefix`. */
export const minioPolicy = (keyPrefix: string, identities: readonly string[] = []): KesPolicyDraft => ({
  name: 'minio',
  allow: linesFor(MINIO_ACTS, keyPrefix),
  deny: [],
  identities: [...identities],
})

/**
 * The least that the console works with: one policy for each of its identities. Without an identity of its own, what
 * `prove` and `import` may do goes to `observe`, under which they then ask; nothing stands in for `delete`.
 *
 * @param identities hex; null where the console has none for the role. The same one may stand in several roles.
 */
export function consolePolicies(
  keyPrefix: string,
  identities: Readonly<Record<KesRole, string | null>>,
): KesPolicyDraft[] {
  const rolesOf = new Map<string, KesRole[]>()
  for (const role of ['observe', 'prove', 'import', 'delete'] as const) {
    const identity = identities[role] ?? (role === 'delete' ? null : identities.observe)
    if (identity !== null) rolesOf.set(identity, [...(rolesOf.get(identity) ?? []), role])
  }
  return [...rolesOf].map(([identity, roles]) => ({
    name: roles[0] === 'observe' ? 'console' : `console-${roles[0]}`,
    allow: linesFor(
      roles.flatMap((role) => CONSOLE_ACTS[role]),
      keyPrefix,
    ),
    deny: [],
    identities: [identity],
  }))
}
