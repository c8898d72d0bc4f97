import { literal } from '../name-globs.ts'

/** A pattern of Go's filepath.Match, and the paths it was made for. */
export interface CoveringGlob {
  readonly pattern: string
  readonly paths: readonly string[]
}

/**
 * Few patterns that cover `paths`, and little besides: `users/user-00[1-6]`. Each is read in one call.
 *
 * @param paths neighbours in their order, which look alike
 * @param known all paths there are, as far as is known: a pattern may fit twice as many of them as it is made for
 */
export function coveringGlobs(paths: readonly string[], known: readonly string[]): CoveringGlob[] {
  if (paths.length === 0) return []
  const sorted = [...paths].sort()
  const shape = shapeOf(sorted)
  if (sorted.length === 1 || (shape !== null && fits(shape, known) <= 2 * sorted.length + 2))
    return [{ pattern: shape === null ? literal(sorted[0]!) : patternOf(shape), paths: sorted }]
  const half = Math.ceil(sorted.length / 2)
  return [...coveringGlobs(sorted.slice(0, half), known), ...coveringGlobs(sorted.slice(half), known)]
}

/** What each segment begins with, the characters that follow, and whether more may come. */
interface Segment {
  readonly prefix: string
  readonly sets: readonly ReadonlySet<string>[]
  readonly open: boolean
}

function shapeOf(paths: readonly string[]): readonly Segment[] | null {
  const split = paths.map((path) => path.split('/'))
  const count = split[0]!.length
  if (split.some(({ length }) => length !== count)) return null
  return Array.from({ length: count }, (_, index) => segmentOf(split.map((segments) => [...segments[index]!])))
}

/** Characters, not units: an umlaut or an emoji is one to MinIO. */
function segmentOf(names: readonly (readonly string[])[]): Segment {
  const shortest = Math.min(...names.map(({ length }) => length))
  const open = names.some(({ length }) => length !== shortest)
  const at = (index: number) => new Set(names.map((name) => name[index]!))
  let common = 0
  while (common < shortest && at(common).size === 1) common += 1
  return {
    prefix: names[0]!.slice(0, common).join(''),
    sets: Array.from({ length: shortest - common }, (_, index) => at(common + index)),
    open,
  }
}

const patternOf = (shape: readonly Segment[]) =>
  shape.map(({ prefix, sets, open }) => literal(prefix) + sets.map(setPattern).join('') + (open ? '*' : '')).join('/')

const setPattern = (characters: ReadonlySet<string>) =>
  `[${[...characters].map((each) => each.replace(/[\]\\^[-]/, '\\$&')).join('')}]`

/** How many of `known`, which are sorted, a pattern fits. */
function fits(shape: readonly Segment[], known: readonly string[]): number {
  const source = shape.map(
    ({ prefix, sets, open }) => quoted(prefix) + sets.map(setSource).join('') + (open ? '[^/]*' : ''),
  )
  const expression = new RegExp(`^${source.join('/')}$`, 'u')
  return known.filter((path) => expression.test(path)).length
}

const setSource = (characters: ReadonlySet<string>) => `(?:${[...characters].map(quoted).join('|')})`

const quoted = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
