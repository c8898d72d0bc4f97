import type { KesPolicy } from './kes-access.ts'
import { KES_PATHS } from './kes-policy.ts'
import { isServed } from './kes-policy-reach.ts'
import { isGone, meantBy, wantsName } from './kes-policy-spelling.ts'
import type { Severity } from './overview.ts'

/** Why a line of a policy does nothing at all. */
export interface PatternTrouble {
  readonly kind: 'star-inside' | 'old-wildcard' | 'gone' | 'no-slash' | 'no-path'
  readonly severity: Severity
  readonly title: string
  readonly detail: string
  /** The lines to write instead; none where that is not the cure. */
  readonly instead: readonly string[]
}

type List = 'allow' | 'deny'

/** What is wrong with one line, taken alone; null when KES serves something that it covers. */
export function troubleOf(pattern: string, list: List): PatternTrouble | null {
  const inside = pattern.slice(0, -1)
  if (inside.includes('*')) return starInside(pattern, list)
  if (isServed(pattern)) return null
  if (/[?[\]]/.test(pattern)) return oldWildcard(pattern, list)
  return isGone(pattern) ? GONE : noPath(pattern, list)
}

const doesNothing = (list: List) => (list === 'allow' ? 'This line allows nothing' : 'This line denies nothing')

/** A deny line that does nothing leaves open what somebody thinks is closed. */
const severity = (list: List): Severity => (list === 'deny' ? 'critical' : 'warning')

function starInside(pattern: string, list: List): PatternTrouble {
  const instead = withoutInnerStar(pattern, list)
  const cure =
    instead.length > 0
      ? `Write ${instead.join(', ')} instead${list === 'allow' && instead.length > 1 ? '; deletion and import are left out on purpose' : ''}.`
      : 'Name each, or use the beginning that they share with * behind it.'
  return {
    kind: 'star-inside',
    severity: severity(list),
    title: `${doesNothing(list)}: * counts only as the last character`,
    detail: `KES takes every other * as the character itself, and no path of this kind holds one. ${cure}`,
    instead,
  }
}

/** Acts for which a star in the place of the act stood. Opening deletion and import takes a line that names them. */
const ALLOWED_BY_STAR = ['create', 'describe', 'generate', 'encrypt', 'decrypt', 'hmac'] as const
const DENIED_BY_STAR = [...ALLOWED_BY_STAR, 'import', 'delete'] as const

function withoutInnerStar(pattern: string, list: List): string[] {
  const oneStar = pattern.replace(/\*[*/]*$/, '*')
  if (!oneStar.slice(0, -1).includes('*')) return isServed(oneStar) ? [oneStar] : []
  const name = /^\/v1\/key\/\*\/(.+)$/.exec(oneStar)?.[1]
  if (name === undefined || name.slice(0, -1).includes('*')) return []
  return (list === 'allow' ? ALLOWED_BY_STAR : DENIED_BY_STAR).map((act) => KES_PATHS[act] + name).filter(isServed)
}

function oldWildcard(pattern: string, list: List): PatternTrouble {
  const wider = pattern.replace(/[?[\]].*$/, '*')
  const instead = isServed(wider) ? [wider] : []
  return {
    kind: 'old-wildcard',
    severity: severity(list),
    title: `${doesNothing(list)}: ? and [ ] are no wildcards`,
    detail: `KES takes them as the characters themselves, and no name holds one. Name each, or use the beginning that they share${instead.length > 0 ? `: ${wider}, which covers more than was meant` : ' with * behind it'}.`,
    instead,
  }
}

const GONE: PatternTrouble = {
  kind: 'gone',
  severity: 'info',
  title: 'KES has no such API any more',
  detail: 'It was dropped in 2023 or 2024, and KES answers 404 there whatever a policy says. Remove the line.',
  instead: [],
}

function noPath(pattern: string, list: List): PatternTrouble {
  const meant = meantBy(pattern)
  const instead = meant === null ? [] : [meant]
  const missing = wantsName(pattern)
  return {
    kind: missing ? 'no-slash' : 'no-path',
    severity: severity(list),
    title: `${doesNothing(list)}: ${missing ? 'the name is missing' : 'KES serves no such path'}`,
    detail: `${why(pattern, missing)} ${meant === null ? 'Correct or remove the line.' : `Write ${meant} instead.`}`,
    instead,
  }
}

function why(pattern: string, missing: boolean): string {
  if (pattern === '') return 'An empty line covers nothing.'
  if (missing) return `${pattern} covers itself alone, and KES sends who asks there on to ${pattern}/ first.`
  if (pattern.includes('%')) return 'KES compares with the path after percent-decoding.'
  if (Object.values(KES_PATHS).includes(pattern)) return 'The path ends before the name, and KES takes no empty name.'
  if (Object.values(KES_PATHS).some((path) => path.endsWith('/') && pattern.startsWith(path))) {
    return 'KES takes no such name: names have 1 to 80 letters, digits, - or _, and no - at either end.'
  }
  return 'No path that KES serves is covered by it.'
}

/** The kinds whose lines instead cover what was meant, and no more. */
const EXACT: readonly PatternTrouble['kind'][] = ['star-inside', 'no-slash', 'no-path']

/** The policy with each line that does nothing replaced by what was meant, where that can be told; the rest as it is. */
export function repairedPolicy<Policy extends Pick<KesPolicy, 'allow' | 'deny'>>(policy: Policy): Policy {
  const repaired = (patterns: readonly string[], list: List) => [
    ...new Set(
      patterns.flatMap((pattern) => {
        const trouble = troubleOf(pattern, list)
        return trouble && EXACT.includes(trouble.kind) && trouble.instead.length > 0 ? trouble.instead : [pattern]
      }),
    ),
  ]
  return { ...policy, allow: repaired(policy.allow, 'allow'), deny: repaired(policy.deny, 'deny') }
}
