import { clean } from '@noble/ciphers/utils.js'
import { concat } from './bytes.ts'
import { FormatError } from './failures.ts'
import { unpackAll } from './message-pack.ts'
import { openSio } from './sio.ts'

const KEY = 32
const STREAM = 'inspect.zip'
const CUT = 'the reply of inspect-data is cut short or damaged'

/** Kinds of blocks in format 2 that matter here. Others may be skipped: they carry nothing that the zip needs. */
const kind = { plainKey: 1, sealedKey: 2, sealedStream: 3, plainStream: 4, data: 5, endOfStream: 6, end: 7, error: 8 }

/** MinIO could not gather what was asked for; the text is its own. */
export class InspectError extends Error {
  override readonly name = 'InspectError'
}

export interface InspectKeys {
  /** RSA-OAEP, SHA-512 for hash and mask, no label, with the private half of the pair that was sent. Format 2 needs it. */
  readonly rsaOaepSha512Decrypt?: (sealedKey: Uint8Array) => Uint8Array
}

/**
 * Opens a reply of `inspect-data`, down to the zip. Format 1 carries its key in clear (`0x01 ‖ key(32) ‖ sio stream`):
 * only TLS protects it. Format 2 is a row of blocks, with the key sealed to an RSA key.
 * Source: minio cmd/admin-handlers.go InspectDataHandler, minio/madmin-go estream.
 *
 * @throws InspectError with MinIO's own text, FormatError for foreign or cut bytes, ForgeryError for altered ones
 */
export function openInspect(bytes: Uint8Array, keys: InspectKeys = {}): Uint8Array {
  if (bytes[0] === 1) return openPlainKeyed(bytes)
  if (bytes[0] === 2) return openBlocks(bytes.subarray(2), keys)
  throw new FormatError('the reply of inspect-data is of a format that is not known')
}

function openPlainKeyed(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 1 + KEY) throw new FormatError(CUT)
  const key = bytes.subarray(1, 1 + KEY)
  return openSio({ cipher: 'AES-256-GCM', key, nonce: new Uint8Array(8) }, bytes.subarray(1 + KEY))
}

interface Stream {
  /** The values of the key block before it; a stream sealed to somebody else stands here too, and stays closed. */
  readonly key: readonly unknown[]
  readonly sealed: boolean
  readonly nonce: unknown
  readonly data: Uint8Array[]
  ended: boolean
}

function openBlocks(bytes: Uint8Array, keys: InspectKeys): Uint8Array {
  let key: readonly unknown[] = []
  let open: Stream | undefined
  let zip: Stream | undefined
  for (const { id, content } of blocks(bytes)) {
    const values = () => unpackAll(content, 'a block of inspect-data')
    if (id === kind.error) throw new InspectError(String(values()[0]))
    if (id === kind.plainKey || id === kind.sealedKey) key = values()
    if (id === kind.sealedStream || id === kind.plainStream) {
      const [name, , , nonce] = values()
      open = { key, sealed: id === kind.sealedStream, nonce, data: [], ended: false }
      if (name === STREAM) zip = open
    }
    if (id === kind.data) open?.data.push(asBytes(values()[0]))
    if (id === kind.endOfStream && open) open.ended = true
  }
  if (!zip?.ended) throw new FormatError(zip ? CUT : 'the reply of inspect-data holds no zip')
  return zip.sealed ? openStream(zip, keys) : concat(...zip.data)
}

function openStream({ key: values, nonce, data }: Stream, { rsaOaepSha512Decrypt }: InspectKeys): Uint8Array {
  // A plain key stands alone in its block; a sealed one comes after the public key that it was sealed to.
  const [first, sealedKey] = values
  if (sealedKey !== undefined && !rsaOaepSha512Decrypt)
    throw new FormatError('the zip is sealed to an RSA key: give it')
  const key = sealedKey === undefined ? asBytes(first).slice() : rsaOaepSha512Decrypt!(asBytes(sealedKey))
  try {
    return openSio({ cipher: 'AES-256-GCM', key, nonce: asBytes(nonce) }, concat(...data))
  } finally {
    clean(key)
  }
}

function asBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new FormatError(CUT)
}

/** `id ‖ size ‖ content`, the first two as MessagePack integers, until the block that ends it all. */
function* blocks(bytes: Uint8Array): Generator<{ id: number; content: Uint8Array }> {
  for (let at = 0; at < bytes.length; ) {
    const id = readInteger(bytes, at)
    const size = readInteger(bytes, id.end)
    at = size.end + size.value
    if (at > bytes.length) break
    yield { id: id.value, content: bytes.subarray(size.end, at) }
    if (id.value === kind.end) return
  }
  throw new FormatError(CUT)
}

/** Bytes that follow the mark of an integer; ids below zero come out large, which skips them as well. */
const widths: Readonly<Record<number, number>> = { 204: 1, 208: 1, 205: 2, 209: 2, 206: 4, 210: 4 }

function readInteger(bytes: Uint8Array, at: number): { value: number; end: number } {
  const mark = bytes[at] ?? 0xc1
  if (mark < 0x80 || mark >= 0xe0) return { value: mark, end: at + 1 }
  const end = at + 1 + (widths[mark] ?? Number.POSITIVE_INFINITY)
  if (end > bytes.length) throw new FormatError(CUT)
  return { value: bytes.subarray(at + 1, end).reduce((value, byte) => value * 256 + byte, 0), end }
}
