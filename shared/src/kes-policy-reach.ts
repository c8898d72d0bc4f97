import type { KesAct } from './kes-access.ts'
import { KES_PATHS, type KesRules, matchesKes } from './kes-policy.ts'

/** Whether every path that `narrow` covers is covered by `wide` too. */
export const coversKes = (wide: string, narrow: string): boolean =>
  narrow.endsWith('*') ? wide.endsWith('*') && stem(narrow).startsWith(stem(wide)) : matchesKes(wide, narrow)

/** Whether some path is covered by both. */
export const overlapKes = (a: string, b: string): boolean => coversKes(a, b) || coversKes(b, a)

/** A pattern without the `*` at its end. */
const stem = (pattern: string) => pattern.replace(/\*$/, '')

/** Paths that KES serves besides those of {@link KES_PATHS}; neither asks for a policy. */
const WITHOUT_POLICY = ['/version', '/v1/identity/self/describe']

/** KES's rule for the names of keys and policies, and for identities in policies (kes auth.go, validName). */
export const KES_NAME = /^(?!_$)(?!-)[\w-]{1,80}(?<!-)$/
const BEGINNING_ASKED = /^\*?$|^(?!_$)(?!-)[\w-]+(\*|(?<!-))$/
/** What a pattern with a `*` behind it may begin a name with. */
const BEGINNING = /^(?!-)[\w-]{0,80}$/

/** Whether KES serves any path that this pattern covers: otherwise its line does nothing. */
export const isServed = (pattern: string): boolean =>
  actsOf(pattern).length > 0 || WITHOUT_POLICY.some((path) => matchesKes(pattern, path))

/** The acts that the pattern covers for some name at least. */
export function actsOf(pattern: string): KesAct[] {
  return acts().filter((act) => {
    const path = KES_PATHS[act]
    if (!path.endsWith('/')) return matchesKes(pattern, path)
    if (!pattern.startsWith(path)) return pattern.endsWith('*') && path.startsWith(stem(pattern))
    const rest = pattern.slice(path.length)
    if (rest.endsWith('*')) return BEGINNING.test(stem(rest))
    return takesName(act, rest)
  })
}

/** Whether KES takes this name behind the path of the act, where one belongs. A listing takes a beginning, which may be empty or end in `*`. */
export function takesName(act: KesAct, name: string): boolean {
  if (!KES_PATHS[act].endsWith('/')) return true
  return isListing(act) ? name.length <= 80 && BEGINNING_ASKED.test(name) : KES_NAME.test(name)
}

export const isListing = (act: KesAct): boolean => act.endsWith('list')

export const acts = (): KesAct[] => Object.keys(KES_PATHS) as KesAct[]

/**
 * Whether the rules let `act` through for some name: an allow line covers it, and no deny line takes away all that the
 * allow line gives.
 *
 * @returns the allow line that does; null: none
 */
export function lineFor({ allow, deny }: KesRules, act: KesAct): string | null {
  const given = allow.find((pattern) => {
    if (!actsOf(pattern).includes(act)) return false
    const part = withinAct(pattern, act)
    return !deny.some((denied) => coversKes(denied, part))
  })
  return given ?? null
}

/** What the pattern covers of the act alone. */
function withinAct(pattern: string, act: KesAct): string {
  const path = KES_PATHS[act]
  if (pattern.startsWith(path)) return pattern
  return path.endsWith('/') ? `${path}*` : path
}
