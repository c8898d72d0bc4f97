import { literal } from '../name-globs.ts'

/** A pattern of Go's filepath.Match, and the paths it was made for. */
export interface CoveringGlob {
  readonly pattern: string
  readonly paths: readonly string[]
}

/**
 * What a call costs, in items that are read for nothing: measured on 4 drives. And in names of a folder that MinIO has to
 * list for a pattern, on every drive; for a path that is no pattern it lists nothing.
 */
const CALL = 5
const NAMES_LISTED = 300

/**
 * Few patterns that cover `paths`, and little besides: `users/user-00[1-6]`. Each is read in one call.
 *
 * @param paths neighbours in their order, which look alike
 * @param known all paths there are, as far as is known, sorted as by `sort()`
 */
export const coveringGlobs = (paths: readonly string[], known: readonly string[]): CoveringGlob[] =>
  cover([...paths].sort(), known).globs

interface Cover {
  readonly globs: CoveringGlob[]
  readonly cost: number
}

function cover(paths: readonly string[], known: readonly string[]): Cover {
  if (paths.length === 0) return { globs: [], cost: 0 }
  if (paths.length === 1) return { globs: [{ pattern: literal(paths[0]!), paths }], cost: CALL }
  const half = Math.ceil(paths.length / 2)
  const shape = shapeOf(paths)
  const whole = shape === null ? Number.POSITIVE_INFINITY : costOf(shape, paths.length, known)
  if (shape !== null && whole <= 2 * leastFor(Math.floor(paths.length / 2), shape, known))
    return { globs: [{ pattern: patternOf(shape), paths }], cost: whole }
  const [one, other] = [cover(paths.slice(0, half), known), cover(paths.slice(half), known)]
  return shape === null || one.cost + other.cost < whole
    ? { globs: [...one.globs, ...other.globs], cost: one.cost + other.cost }
    : { globs: [{ pattern: patternOf(shape), paths }], cost: whole }
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

/** What so many of the paths cost at least: a pattern that lists the same folder, or a call for each. */
const leastFor = (paths: number, shape: readonly Segment[], known: readonly string[]) =>
  Math.min(CALL * paths, CALL + listingCost(shape, known))

/** Items read for nothing, and names that lie in the same folder as the first part that is no plain name. */
function costOf(shape: readonly Segment[], wanted: number, known: readonly string[]): number {
  const source = shape.map(
    ({ prefix, sets, open }) => quoted(prefix) + sets.map(setSource).join('') + (open ? '[^/]*' : ''),
  )
  const expression = new RegExp(`^${source.join('/')}$`, 'u')
  const [from, to] = range(known, listed(shape) + shape[openAt(shape)]!.prefix)
  let fits = 0
  for (let at = from; at < to; at++) if (expression.test(known[at]!)) fits += 1
  return CALL + Math.max(0, fits - wanted) + listingCost(shape, known)
}

const openAt = (shape: readonly Segment[]) => shape.findIndex(({ open, sets }) => open || sets.length > 0)

/** The folder that MinIO lists for a pattern, with a slash at the end. */
const listed = (shape: readonly Segment[]) =>
  shape
    .slice(0, openAt(shape))
    .map(({ prefix }) => `${prefix}/`)
    .join('')

function listingCost(shape: readonly Segment[], known: readonly string[]): number {
  const [from, to] = range(known, listed(shape))
  return (to - from) / NAMES_LISTED
}

/** Where in `known` those lie that begin with `prefix`. */
function range(known: readonly string[], prefix: string): [number, number] {
  const from = lowest(known, (path) => path >= prefix)
  return [from, lowest(known, (path) => path > prefix && !path.startsWith(prefix), from)]
}

/** The first place from which on `holds` is true. */
function lowest(known: readonly string[], holds: (path: string) => boolean, from = 0): number {
  let [low, high] = [from, known.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(known[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}

const setSource = (characters: ReadonlySet<string>) => `(?:${[...characters].map(quoted).join('|')})`

const quoted = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
