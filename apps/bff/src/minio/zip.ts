import { inflateRawSync } from 'node:zlib'
import { FormatError } from '../crypto/failures.ts'

/** One entry of a zip, as its directory has it. */
export interface ZipEntry {
  readonly name: string
  /** Of what it unpacks to, in bytes. */
  readonly size: number
  /**
   * Unpacks it. The bytes are the caller's own, to be wiped; small ones are views of a buffer that others lie in.
   *
   * @throws FormatError where it is damaged
   */
  readonly read: () => Uint8Array
}

const END = 0x06054b50
const END_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const END_SIZE = 22
const MAX_COMMENT = 0xffff
const STORED = 0
const DEFLATED = 8
/** Deflate packs no tighter: a larger size is none that the bytes can have, and nothing is reserved for it. */
const MAX_RATIO = 1032

/**
 * Entries of a zip one by one, so that whoever walks over tens of thousands can give way to others in between. As Go writes
 * them: one disk, sizes in the directory, the 64-bit end record from 65,535 entries on. Source: APPNOTE.TXT 4.3.
 *
 * @throws FormatError where it is cut short or damaged
 */
export function* zipEntries(zip: Uint8Array): Generator<ZipEntry, void> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength)
  const text = new TextDecoder()
  try {
    const { count, start } = directory(view)
    for (let index = 0, at = start; index < count; index++) {
      if (view.getUint32(at, true) !== ENTRY) throw new FormatError('the directory of the zip is damaged')
      const [method, packed, size] = [
        view.getUint16(at + 10, true),
        view.getUint32(at + 20, true),
        view.getUint32(at + 24, true),
      ]
      const nameSize = view.getUint16(at + 28, true)
      const local = view.getUint32(at + 42, true)
      const name = text.decode(zip.subarray(at + 46, at + 46 + nameSize))
      yield { name, size, read: () => content(zip, view, { local, method, packed, size }) }
      at += 46 + nameSize + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    }
  } catch (error) {
    if (error instanceof RangeError) throw new FormatError('the zip is cut short')
    throw error
  }
}

function directory(view: DataView): { count: number; start: number } {
  const last = view.byteLength - END_SIZE
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT); at--) {
    if (view.getUint32(at, true) !== END) continue
    const [count, start] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true)]
    if (count !== 0xffff && start !== 0xffffffff) return { count, start }
    if (view.getUint32(at - 20, true) !== LOCATOR_64) return { count, start }
    const end = Number(view.getBigUint64(at - 12, true))
    if (view.getUint32(end, true) !== END_64) throw new FormatError('the directory of the zip is damaged')
    return { count: Number(view.getBigUint64(end + 32, true)), start: Number(view.getBigUint64(end + 48, true)) }
  }
  throw new FormatError('it is no zip, or it is cut short')
}

interface Place {
  readonly local: number
  readonly method: number
  readonly packed: number
  readonly size: number
}

function content(zip: Uint8Array, view: DataView, { local, method, packed, size }: Place): Uint8Array {
  try {
    if (view.getUint32(local, true) !== LOCAL) throw new FormatError('an entry of the zip is damaged')
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
    const bytes = zip.subarray(start, start + packed)
    if (bytes.length !== packed || size > packed * MAX_RATIO || (method !== STORED && method !== DEFLATED))
      throw new FormatError('an entry of the zip is damaged')
    const read = method === STORED ? bytes.slice() : inflate(bytes, size)
    if (read.length !== size) throw new FormatError('an entry of the zip is damaged')
    return read
  } catch (cause) {
    if (cause instanceof FormatError) throw cause
    throw new FormatError('an entry of the zip is damaged')
  }
}

/**
 * The byte more lets zlib see the end without a second buffer; what is larger than `size` is refused. Buffers become plain
 * arrays, of which `slice` makes copies.
 */
function inflate(bytes: Uint8Array, size: number): Uint8Array {
  const limits = { chunkSize: Math.max(64, size + 1), maxOutputLength: Math.max(1, size) }
  const { buffer, byteOffset, length } = inflateRawSync(bytes, limits)
  return new Uint8Array(buffer, byteOffset, length)
}
