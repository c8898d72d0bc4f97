import { FormatError } from './failures.ts'

/** MinIO nests six deep. */
const MAX_DEPTH = 32

/** A container or a view takes about 200 bytes once unpacked. MinIO writes no more than one in 20 bytes. */
const maxObjects = (bytes: number) => 1000 + bytes / 8

/** Values in a row: MinIO writes two for each version of an item. */
const MAX_VALUES = 65_536

/**
 * Walks over MessagePack without building anything, so that a few bytes can't reserve memory for billions of entries: what
 * passes holds every entry that it declares.
 *
 * @throws FormatError where lengths lead beyond the end, or where it nests deeper or holds more than MinIO writes
 */
export function refuseBombs(bytes: Uint8Array, what: string): void {
  const open: number[] = []
  let objects = 0
  let values = 0
  for (let at = 0; at < bytes.length; ) {
    const mark = bytes[at]!
    const width = WIDTH[mark]!
    let entries = ENTRIES[mark]!
    let next = at + 1 + width + CONTENT[mark]!
    if (mark === NEVER_USED || next > bytes.length) throw cut(what)
    if (width > 0) {
      let length = 0
      for (let i = at + 1; i <= at + width; i++) length = length * 256 + bytes[i]!
      if (entries > 0) entries *= length
      else next += length
      if (next > bytes.length) throw cut(what)
    }
    at = next
    objects += OBJECT[mark]!
    if (entries > bytes.length - at) throw cut(what)
    if (entries > 0) open.push(entries)
    else while (open.length > 0 && --open[open.length - 1]! === 0) open.pop()
    if (open.length === 0) values++
    if (open.length > MAX_DEPTH || objects > maxObjects(bytes.length) || values > MAX_VALUES) {
      throw new FormatError(`${what} nests deeper or holds more than MinIO writes`)
    }
  }
  if (open.length > 0) throw cut(what)
}

const cut = (what: string) => new FormatError(`${what} is not valid MessagePack: it is cut short or damaged`)

const NEVER_USED = 0xc1

// What a value's first byte tells, for each of 256: tables, since an object for each value would be most of the garbage.

/** Bytes of the length that follows the mark. */
const WIDTH = new Uint8Array(256)
/** Bytes of what follows beside that, where their number is fixed. */
const CONTENT = new Uint8Array(256)
/** Values inside a container, or inside it for each unit of its length: a map has two for each of its pairs. */
const ENTRIES = new Uint8Array(256)
/** 1 where it becomes an object when unpacked: a container, a view or an extension. */
const OBJECT = new Uint8Array(256)

OBJECT.fill(1, 0x80, 0xa0)
for (let i = 0; i < 16; i++) {
  ENTRIES[0x80 + i] = 2 * i
  ENTRIES[0x90 + i] = i
}
for (let i = 0; i < 32; i++) CONTENT[0xa0 + i] = i
for (let i = 0; i < 3; i++) {
  // bin, ext, str: of ext, the kind comes after the length.
  WIDTH.fill(1 << i, 0xc4 + i, 0xc5 + i)
    .fill(1 << i, 0xc7 + i, 0xc8 + i)
    .fill(1 << i, 0xd9 + i, 0xda + i)
  CONTENT[0xc7 + i] = 1
}
OBJECT.fill(1, 0xc4, 0xca)
// Floats, integers without and with sign, extensions of 1 to 16 bytes with their kind.
CONTENT.set([4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17], 0xca)
OBJECT.fill(1, 0xd4, 0xd9)
// array and map, of 16 and of 32 bits.
WIDTH.set([2, 4, 2, 4], 0xdc)
ENTRIES.set([1, 1, 2, 2], 0xdc)
OBJECT.fill(1, 0xdc, 0xe0)
