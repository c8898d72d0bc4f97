import { clean } from '@noble/ciphers/utils.js'
import { ForgeryError, FormatError } from './failures.ts'
import { unpackAll } from './message-pack.ts'
import { type OpenAes256Gcm, openSioInSteps } from './sio.ts'
import { finish, type Steps } from './steps.ts'

const KEY = 32
const NONCE = 8
const STREAM = 'inspect.zip'
/** Bytes put together in one step. */
const STEP = 2 ** 20
const CUT = 'the reply of inspect-data is cut short or damaged'

/** Kinds of blocks in format 2 that matter here. Others may be skipped: they carry nothing that the zip needs. */
const kind = { plainKey: 1, sealedKey: 2, sealedStream: 3, plainStream: 4, data: 5, endOfStream: 6, end: 7, error: 8 }

/** MinIO could not gather what was asked for; the text is its own. */
export class InspectError extends Error {
  override readonly name = 'InspectError'
}

export interface InspectKeys {
  /**
   * RSA-OAEP, SHA-512 for hash and mask, no label, with the private half of the pair that was sent. Throws what it likes
   * where the sealed key does not open. Format 2 needs it.
   */
  readonly rsaOaepSha512Decrypt?: (sealedKey: Uint8Array) => Uint8Array
  readonly openAes256Gcm?: OpenAes256Gcm | undefined
}

export interface InspectOptions extends InspectKeys {
  /** The zip comes to lie where the reply was, which is lost then, instead of in as much memory again. */
  readonly overwrite?: boolean
}

/**
 * Opens a reply of `inspect-data`, down to the zip. Format 1 carries its key in clear (`0x01 ‖ key(32) ‖ sio stream`):
 * only TLS protects it. Format 2 is a row of blocks, with the key sealed to an RSA key.
 * Source: minio cmd/admin-handlers.go InspectDataHandler, minio/madmin-go estream.
 *
 * @throws InspectError with MinIO's own text, FormatError for foreign or cut bytes, ForgeryError for altered ones
 */
export const openInspect = (bytes: Uint8Array, keys: InspectKeys = {}): Uint8Array =>
  finish(openInspectInSteps(bytes, keys))

/** {@link openInspect} in steps of some milliseconds. Failures come out of `next()`. */
export function* openInspectInSteps(bytes: Uint8Array, options: InspectOptions = {}): Steps<Uint8Array> {
  if (bytes[0] === 1) return yield* openPlainKeyed(bytes, options)
  if (bytes[0] === 2) return yield* openBlocks(bytes.subarray(2), options)
  throw new FormatError('the reply of inspect-data is of a format that is not known')
}

function openPlainKeyed(bytes: Uint8Array, { openAes256Gcm, overwrite }: InspectOptions): Steps<Uint8Array> {
  if (bytes.length < 1 + KEY) throw new FormatError(CUT)
  const key = bytes.subarray(1, 1 + KEY)
  const sio = { cipher: 'AES-256-GCM', key, nonce: new Uint8Array(NONCE) } as const
  const sealed = bytes.subarray(1 + KEY)
  return openSioInSteps(sio, sealed, { openAes256Gcm, into: overwrite ? sealed : undefined })
}

interface Stream {
  /** The values of the key block before it; a stream sealed to somebody else stands here too, and stays closed. */
  readonly key: readonly unknown[]
  readonly sealed: boolean
  readonly nonce: unknown
  ended: boolean
}

function* openBlocks(bytes: Uint8Array, options: InspectOptions): Steps<Uint8Array> {
  let key: readonly unknown[] = []
  let open: Stream | undefined
  let zip: Stream | undefined
  // One array for all data: a view for each of a million tiny blocks would take a hundred times their bytes.
  const data = options.overwrite ? bytes : new Uint8Array(bytes.length)
  // Behind the stream's key and nonce, which are still needed; each part moves towards them.
  let [begin, end] = [0, 0]
  let rested = 0
  for (const { id, content } of blocks(bytes)) {
    const values = () => unpackAll(content, 'a block of inspect-data')
    if (id === kind.error) throw serverError(values()[0])
    if (id === kind.plainKey || id === kind.sealedKey) key = values()
    if (id === kind.sealedStream || id === kind.plainStream) {
      const [name, , , nonce] = values()
      open = { key, sealed: id === kind.sealedStream, nonce, ended: false }
      if (name === STREAM) {
        zip = open
        begin = end = rested = content.byteOffset + content.length - bytes.byteOffset
      }
    }
    if (id === kind.data && open && open === zip) {
      const part = asBytes(values()[0])
      data.set(part, end)
      end += part.length
      if (end - rested >= STEP) {
        rested = end
        yield
      }
    }
    if (id === kind.endOfStream && open) open.ended = true
  }
  if (!zip?.ended) throw new FormatError(zip ? CUT : 'the reply of inspect-data holds no zip')
  const whole = data.subarray(begin, end)
  return zip.sealed ? yield* openStream(zip, whole, options) : whole
}

const serverError = (text: unknown) =>
  typeof text === 'string' ? new InspectError(text) : new FormatError('MinIO refused inspect-data without a word')

/** @param data is overwritten */
function* openStream({ key: values, nonce }: Stream, data: Uint8Array, keys: InspectKeys): Steps<Uint8Array> {
  const key = streamKey(values, keys)
  try {
    const sio = { cipher: 'AES-256-GCM', key, nonce: asBytes(nonce, NONCE) } as const
    return yield* openSioInSteps(sio, data, { openAes256Gcm: keys.openAes256Gcm, into: data })
  } finally {
    clean(key)
  }
}

/** A plain key stands alone in its block; a sealed one comes after the public key that it was sealed to. */
function streamKey([first, sealedKey]: readonly unknown[], { rsaOaepSha512Decrypt }: InspectKeys): Uint8Array {
  if (sealedKey === undefined) return asBytes(first, KEY).slice()
  if (!rsaOaepSha512Decrypt) throw new FormatError('the zip is sealed to an RSA key: give it')
  const sealed = asBytes(sealedKey)
  try {
    return asBytes(rsaOaepSha512Decrypt(sealed), KEY)
  } catch {
    throw new ForgeryError()
  }
}

/** @param size in bytes, where it is fixed */
function asBytes(value: unknown, size?: number): Uint8Array {
  if (value instanceof Uint8Array && (size === undefined || value.length === size)) return value
  throw new FormatError(CUT)
}

/**
 * `id ‖ size ‖ content`, the first two as MessagePack integers, until the block that ends it all. MinIO makes blocks of
 * kilobytes: millions of tiny ones, which would take minutes to walk over, are refused.
 */
function* blocks(bytes: Uint8Array): Generator<{ id: number; content: Uint8Array }> {
  const most = 1000 + bytes.length / 64
  for (let at = 0, count = 0; at < bytes.length && count < most; count++) {
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
