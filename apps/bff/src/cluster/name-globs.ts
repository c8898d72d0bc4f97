import { groupBy } from './group-by.ts'

/** A pattern for one level of folders, and the names it was made for. */
export interface NameGlob {
  readonly pattern: string
  readonly names: readonly string[]
}

/** Names with what each weighs, such as how many drives hold it. */
export type Weighed = readonly (readonly [name: string, weight: number])[]

/**
 * Patterns of Go's filepath.Match that part a folder's names into groups of at most `limit`: `*` where all fit, else by
 * what the names begin with, as `user-00[0-4]*`, each name in one group.
 *
 * @param names in any order; one that weighs more than `limit` makes a group of its own
 */
export function nameGlobs(names: Weighed, limit: number): NameGlob[] {
  return split('', names, limit)
}

function split(prefix: string, names: Weighed, limit: number): NameGlob[] {
  if (names.length === 0) return []
  if (weigh(names) <= limit || names.length === 1) return [globFor(`${literal(prefix)}*`, names)]
  const whole = names.filter(([name]) => name === prefix)
  const longer = groupBy(names, ([name]) => nextCharacter(name, prefix))
  longer.delete('')
  const groups = [...longer].sort(([one], [other]) => (one < other ? -1 : 1))
  return [
    ...(whole.length > 0 ? [globFor(literal(prefix), whole)] : []),
    ...runs(groups, limit).flatMap((run) => globsOfRun(prefix, run, limit)),
  ]
}

type Group = readonly [character: string, names: Weighed]

/** Neighbours together as long as they fit. */
function runs(groups: readonly Group[], limit: number): Group[][] {
  const found: Group[][] = []
  let weight = Number.POSITIVE_INFINITY
  for (const group of groups) {
    const own = weigh(group[1])
    if (weight + own > limit) {
      found.push([])
      weight = 0
    }
    found.at(-1)!.push(group)
    weight += own
  }
  return found
}

function globsOfRun(prefix: string, run: readonly Group[], limit: number): NameGlob[] {
  const [[character, names], ...more] = run as [Group, ...Group[]]
  if (more.length === 0) return split(prefix + character, names, limit)
  const characters = run.map(([each]) => each.replace(/[\]\\^-]/g, '\\$&')).join('')
  return [
    globFor(
      `${literal(prefix)}[${characters}]*`,
      run.flatMap(([, each]) => each),
    ),
  ]
}

const globFor = (pattern: string, names: Weighed): NameGlob => ({ pattern, names: names.map(([name]) => name) })

const weigh = (names: Weighed) => names.reduce((sum, [, weight]) => sum + weight, 0)

/** The whole character, which may be two units of the string; empty where the name ends. */
function nextCharacter(name: string, prefix: string): string {
  const code = name.codePointAt(prefix.length)
  return code === undefined ? '' : String.fromCodePoint(code)
}

/** A name, a path, or the beginning of one, as a pattern that only it fits. */
export const literal = (name: string) => name.replace(/[*?[\]\\]/g, '\\$&')
