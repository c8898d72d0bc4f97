import { FormatError } from './failures.ts'

/** MinIO nests six deep. */
const MAX_DEPTH = 32

/** A container or a view takes about 200 bytes once unpacked. MinIO writes no more than one in 20 bytes. */
const maxObjects = (bytes: number) => 1000 + bytes / 8

/**
 * Walks over MessagePack without building anything, so that a few bytes can't reserve memory for billions of entries: what
 * passes holds every entry that it declares.
 *
 * @throws FormatError where lengths lead beyond the end, or where it nests deeper or holds more than MinIO writes
 */
export function refuseBombs(bytes: Uint8Array, what: string): void {
  const open: number[] = []
  let objects = 0
  for (let at = 0; at < bytes.length; ) {
    const { next, entries, object } = head(bytes, at)
    if (next > bytes.length) throw cut(what)
    at = next
    if (object) objects++
    if (entries > bytes.length - at) throw cut(what)
    if (entries > 0) open.push(entries)
    else while (open.length > 0 && --open[open.length - 1]! === 0) open.pop()
    if (open.length > MAX_DEPTH || objects > maxObjects(bytes.length)) {
      throw new FormatError(`${what} nests deeper or holds more than MinIO writes`)
    }
  }
  if (open.length > 0) throw cut(what)
}

const cut = (what: string) => new FormatError(`${what} is not valid MessagePack: it is cut short or damaged`)

interface Head {
  /** Where the next value begins: the first entry of a container, or what follows a scalar. */
  readonly next: number
  /** Values inside a container; a map has two for each of its pairs. */
  readonly entries: number
  /** Whether it becomes an object when unpacked: a container, a view or an extension. */
  readonly object: boolean
}

const BROKEN: Head = { next: Number.POSITIVE_INFINITY, entries: 0, object: false }

/** Bytes after the mark of 0xc0 to 0xdf, where their number is fixed; what has a length of its own is in `sized`. */
const fixed: Readonly<Record<number, number>> = {
  192: 0,
  194: 0,
  195: 0,
  202: 4,
  203: 8,
  204: 1,
  205: 2,
  206: 4,
  207: 8,
  208: 1,
  209: 2,
  210: 4,
  211: 8,
}
const extensions: Readonly<Record<number, number>> = { 212: 2, 213: 3, 214: 5, 215: 9, 216: 17 }

type Sized = 'bin' | 'ext' | 'str' | 'array' | 'map'
const sized: Readonly<Record<number, readonly [Sized, width: number]>> = {
  196: ['bin', 1],
  197: ['bin', 2],
  198: ['bin', 4],
  199: ['ext', 1],
  200: ['ext', 2],
  201: ['ext', 4],
  217: ['str', 1],
  218: ['str', 2],
  219: ['str', 4],
  220: ['array', 2],
  221: ['array', 4],
  222: ['map', 2],
  223: ['map', 4],
}

function head(bytes: Uint8Array, at: number): Head {
  const mark = bytes[at]!
  if (mark < 0x80 || mark >= 0xe0) return { next: at + 1, entries: 0, object: false }
  if (mark < 0x90) return { next: at + 1, entries: 2 * (mark - 0x80), object: true }
  if (mark < 0xa0) return { next: at + 1, entries: mark - 0x90, object: true }
  if (mark < 0xc0) return { next: at + 1 + mark - 0xa0, entries: 0, object: false }
  const scalar = fixed[mark]
  if (scalar !== undefined) return { next: at + 1 + scalar, entries: 0, object: false }
  const extension = extensions[mark]
  if (extension !== undefined) return { next: at + 1 + extension, entries: 0, object: true }
  const [kind, width] = sized[mark] ?? []
  return kind && width ? measured(bytes, at + 1, kind, width) : BROKEN
}

function measured(bytes: Uint8Array, at: number, kind: Sized, width: number): Head {
  const next = at + width
  if (next > bytes.length) return BROKEN
  let length = 0
  for (let i = at; i < next; i++) length = length * 256 + bytes[i]!
  if (kind === 'array' || kind === 'map') return { next, entries: kind === 'map' ? 2 * length : length, object: true }
  return { next: next + length + (kind === 'ext' ? 1 : 0), entries: 0, object: kind !== 'str' }
}
