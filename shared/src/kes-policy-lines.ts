import { KES_PATHS, type KesRules, matchesKes } from './kes-policy.ts'
import type { LineFinding } from './kes-policy-needs.ts'
import { troubleOf } from './kes-policy-pattern.ts'
import { coversKes, lineFor, overlapKes } from './kes-policy-reach.ts'

/** What is wrong with the lines of one policy, whoever has it. */
export function lineFindings(rules: KesRules): LineFinding[] {
  return [
    ...empty(rules),
    ...rules.deny.flatMap((pattern) => trouble(pattern, 'deny')),
    ...rules.allow.flatMap((pattern) => trouble(pattern, 'allow')),
    ...wide(rules),
    ...listings(rules),
    ...withoutEffect(rules),
  ]
}

function empty({ allow }: KesRules): LineFinding[] {
  if (allow.length > 0) return []
  return [
    {
      kind: 'allows-nothing',
      severity: 'warning',
      pattern: null,
      title: 'This policy allows nothing',
      detail:
        'It has no allow line. Did somebody write “paths:”, as old documentation has it? KES passes over words that it does not know without a sound. Write “allow:”.',
      instead: null,
    },
  ]
}

function trouble(pattern: string, list: 'allow' | 'deny'): LineFinding[] {
  const found = troubleOf(pattern, list)
  if (found === null) return []
  const { kind, instead, ...words } = found
  return [{ kind: `${list}-${kind}`, pattern, ...words, instead: instead.length === 1 ? instead[0]! : null }]
}

/** Deletion and import let through by a line that names neither. */
function wide({ allow, deny }: KesRules): LineFinding[] {
  return allow.flatMap((pattern) => {
    const dangers = (['delete', 'import'] as const).filter(
      (act) => !pattern.startsWith(`/v1/key/${act}`) && lineFor({ allow: [pattern], deny }, act) !== null,
    )
    if (dangers.length === 0) return []
    const covers = coversKes(pattern, '/v1/*')
      ? 'everything that KES can do'
      : coversKes(pattern, '/v1/key/*')
        ? 'everything that can be done with a key'
        : 'more than it says'
    return {
      kind: 'wide',
      severity: 'warning' as const,
      pattern,
      title: `This line lets every key be ${dangers.map((act) => `${act}${act.endsWith('e') ? 'd' : 'ed'}`).join(' and ')}`,
      detail: `It covers ${covers}. Name the acts that are needed, one line each, as in /v1/key/generate/*.`,
      instead: null,
    }
  })
}

/** MinIO and the console ask for all keys, and a listing shows no more than names. */
function listings(rules: KesRules): LineFinding[] {
  const all = KES_PATHS.list
  if (rules.allow.some((pattern) => matchesKes(pattern, all))) return []
  return rules.allow
    .filter((pattern) => pattern.startsWith(all) && pattern !== all && troubleOf(pattern, 'allow') === null)
    .map((pattern) => ({
      kind: 'narrow-listing',
      severity: 'warning' as const,
      pattern,
      title: 'Who has this may not list all keys',
      detail: `KES holds this line against the beginning that is asked for, not against the names of keys: it allows listings that ask for ${pattern.endsWith('*') ? `a beginning like ${pattern.slice(all.length, -1)}` : `exactly the beginning ${pattern.slice(all.length)}`}. MinIO and this console ask for all keys and are refused; and who asks KES for “name*” finds nothing, since its file keystore takes that * as part of the name.`,
      instead: `${all}*`,
    }))
}

/** Lines that other lines of the same policy leave nothing to do. */
function withoutEffect({ allow, deny }: KesRules): LineFinding[] {
  const served = (list: 'allow' | 'deny') => (pattern: string) => troubleOf(pattern, list) === null
  const idle = deny.filter(served('deny')).filter((denied) => !allow.some((given) => overlapKes(denied, given)))
  const dead = allow.filter(served('allow')).flatMap((given) => {
    const by = deny.find((denied) => coversKes(denied, given))
    return by === undefined ? [] : [{ given, by }]
  })
  return [
    ...idle.map((pattern) => ({
      kind: 'denies-what-nothing-allows',
      severity: 'info' as const,
      pattern,
      title: 'This deny line changes nothing',
      detail: 'No allow line covers what it denies, and KES denies that by itself. Is the path the one that was meant?',
      instead: null,
    })),
    ...dead.map(({ given, by }) => ({
      kind: 'allows-what-is-denied',
      severity: 'warning' as const,
      pattern: given,
      title: 'This allow line changes nothing',
      detail: `The deny line ${by} covers all of it, and a deny line wins, however narrow the allow line is.`,
      instead: null,
    })),
  ]
}
