import type { KesAct, KesPolicy } from './kes-access.ts'

/** The two lists of path patterns of a KES policy. */
export interface KesRules {
  readonly allow: readonly string[]
  readonly deny: readonly string[]
}

export interface KesDecision {
  readonly allowed: boolean
  /** The list whose line decides; null: no line covers the path, and then KES denies. */
  readonly list: 'allow' | 'deny' | null
  /** The line that decides, as it stands there: of several, the most specific. */
  readonly pattern: string | null
}

/**
 * Whether a policy lets its identities reach `path`, decided as KES does: a deny line wins, the method plays no part, and
 * what no line covers is denied. The admin of KES has no policy and may do everything.
 *
 * @param path as KES sees it, with no percent-encoding; see {@link kesPath}
 */
export function decideKes({ allow, deny }: KesRules, path: string): KesDecision {
  const denied = mostSpecific(deny, path)
  if (denied !== null) return { allowed: false, list: 'deny', pattern: denied }
  const allowed = mostSpecific(allow, path)
  return { allowed: allowed !== null, list: allowed === null ? null : 'allow', pattern: allowed }
}

/**
 * Whether one pattern covers `path`: the path itself, or with `*` as its last character all paths that begin like it,
 * across `/`. Anywhere else `*` stands for itself, as do `?` and `[`; an empty pattern covers nothing.
 */
export const matchesKes = (pattern: string, path: string): boolean =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern !== '' && pattern === path

function mostSpecific(patterns: readonly string[], path: string): string | null {
  let found: string | null = null
  for (const pattern of patterns) {
    if (matchesKes(pattern, path) && (found === null || pattern.length > found.length)) found = pattern
  }
  return found
}

/** The path of each act; those that end in `/` are followed by the name of a key, policy or identity, or by a prefix. */
export const KES_PATHS: Readonly<Record<KesAct, string>> = {
  create: '/v1/key/create/',
  import: '/v1/key/import/',
  describe: '/v1/key/describe/',
  list: '/v1/key/list/',
  delete: '/v1/key/delete/',
  generate: '/v1/key/generate/',
  encrypt: '/v1/key/encrypt/',
  decrypt: '/v1/key/decrypt/',
  hmac: '/v1/key/hmac/',
  'policy-describe': '/v1/policy/describe/',
  'policy-read': '/v1/policy/read/',
  'policy-list': '/v1/policy/list/',
  'identity-describe': '/v1/identity/describe/',
  'identity-list': '/v1/identity/list/',
  status: '/v1/status',
  ready: '/v1/ready',
  metrics: '/v1/metrics',
  api: '/v1/api',
  'log-audit': '/v1/log/audit',
  'log-error': '/v1/log/error',
}

/**
 * The path that KES looks up in a policy for this act.
 *
 * @param name of the key, policy or identity, or the prefix of a listing; plays no part in acts without one
 */
export function kesPath(act: KesAct, name: string): string {
  const path = KES_PATHS[act]
  return path.endsWith('/') ? path + name : path
}

/**
 * The `policy:` section of KES's configuration file, as KES reads it: sorted, each line once, quotes only where YAML
 * would take a text for something else. What it says need not be sound: `findingsOfPolicies` tells.
 */
export function policyYaml(policies: readonly Pick<KesPolicy, 'name' | 'allow' | 'deny' | 'identities'>[]): string {
  if (policies.length === 0) return 'policy: {}\n'
  const sorted = policies.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return `policy:\n${sorted
    .map(
      ({ name, allow, deny, identities }) =>
        `  ${scalar(name)}:\n${list('allow', allow)}${deny.length > 0 ? list('deny', deny) : ''}${list('identities', identities)}`,
    )
    .join('')}`
}

const list = (name: string, items: readonly string[]) =>
  items.length === 0
    ? `    ${name}: []\n`
    : `    ${name}:\n${[...new Set(items)]
        .sort()
        .map((item) => `    - ${scalar(item)}\n`)
        .join('')}`

/** Texts that YAML reads as themselves: paths, and names that are no number and no word for true, false or nothing. */
const PLAIN = /^\/[\w./*-]*$|^[a-z_][\w-]*$|^(?=\d*[a-df])(?!0b[01]+$)[\da-f]{64}$/i
const WORDS = /^(y|yes|n|no|on|off|true|false|null)$/i

/** A JSON string is a double-quoted YAML scalar, once the characters that YAML does not take raw are escaped too. */
const scalar = (text: string) =>
  PLAIN.test(text) && !WORDS.test(text)
    ? text
    : JSON.stringify(text).replace(
        /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
        (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
