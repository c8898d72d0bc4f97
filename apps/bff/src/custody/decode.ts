import { fromBase64Bytes } from '../crypto/base64-bytes.ts'
import { Secret } from '../secret.ts'
import { SourceError } from './source-error.ts'

const KEY_BYTES = 32
const HEX_DIGITS = 64
const NAME_LENGTH = 80
const COLON = 0x3a

export const MATERIAL_FORMATS = ['hex', 'minio', 'base64', 'raw'] as const
/** `minio`: `name:base64`, as in `MINIO_KMS_SECRET_KEY`. */
export type MaterialFormat = (typeof MATERIAL_FORMATS)[number]

/**
 * The 32 bytes in what a key source holds. Tried in this order: 64 hex digits (they are also valid base64, of 48
 * bytes), `name:base64` as in `MINIO_KMS_SECRET_KEY`, base64 of 32 bytes, 32 raw bytes. White space around text is
 * passed over; raw bytes are taken as they are. Nothing of it becomes a string, which could not be wiped.
 *
 * @param content wiped before this returns
 * @param keyName the only name the material may carry; null for any
 * @param format the only one to try
 * @throws SourceError
 */
export function decodeMaterial(
  content: Uint8Array,
  keyName: string | null,
  format: MaterialFormat | null = null,
): Secret<Uint8Array> {
  try {
    const text = trimmed(content)
    for (const each of format === null ? MATERIAL_FORMATS : [format]) {
      const material = DECODERS[each]({ content, text, keyName })
      if (material !== undefined) return new Secret(material)
    }
    throw new SourceError(`It holds ${content.length} bytes that are no key: ${WANTED[format ?? 'any']}.`)
  } finally {
    content.fill(0)
  }
}

const WANTED: Record<MaterialFormat | 'any', string> = {
  any: '64 hex digits, name:base64, base64 of 32 bytes or 32 raw bytes are taken',
  hex: '64 hex digits are wanted',
  minio: 'name:base64 of 32 bytes is wanted',
  base64: 'base64 of 32 bytes is wanted',
  raw: 'exactly 32 are wanted',
}

interface Content {
  readonly content: Uint8Array
  readonly text: Uint8Array
  readonly keyName: string | null
}

const DECODERS: Record<MaterialFormat, (from: Content) => Uint8Array | undefined> = {
  hex: ({ text }) => fromHex(text),
  minio: ({ text, keyName }) => fromNamed(text, keyName),
  base64: ({ text }) => key(fromBase64Bytes(text)),
  raw: ({ content }) => (content.length === KEY_BYTES ? Uint8Array.from(content) : undefined),
}

/**
 * `name:base64`, the only form that MinIO takes in `MINIO_KMS_SECRET_KEY`.
 *
 * @param content wiped before this returns
 */
export function decodeStaticKey(content: Uint8Array): {
  readonly keyName: string
  readonly material: Secret<Uint8Array>
} {
  try {
    const text = trimmed(content)
    const colon = text.indexOf(COLON)
    if (colon < 1) {
      throw new SourceError('MINIO_KMS_SECRET_KEY has no name before a colon: MinIO wants name:base64 of 32 bytes.')
    }
    const keyName = Buffer.from(text.subarray(0, colon)).toString('utf8')
    return { keyName, material: new Secret(fromEncoded(text.subarray(colon + 1))) }
  } finally {
    content.fill(0)
  }
}

/** Undefined: what stands there is not of this form at all, and may be another. */
function fromNamed(text: Uint8Array, keyName: string | null): Uint8Array | undefined {
  const colon = text.indexOf(COLON)
  if (colon < 1 || colon > NAME_LENGTH || !text.subarray(0, colon).every(isNameChar)) return undefined
  const encoded = text.subarray(colon + 1)
  if (encoded.length === 0 || !encoded.every(isBase64Char)) return undefined
  const name = Buffer.from(text.subarray(0, colon)).toString('latin1')
  if (keyName === null || name === keyName) return fromEncoded(encoded)
  throw new SourceError(
    `It says it holds the key "${name}", but it is declared for "${keyName}": correct one of the two.`,
  )
}

function fromEncoded(encoded: Uint8Array): Uint8Array {
  if (encoded.length === HEX_DIGITS && encoded.every(isHexDigit)) {
    throw new SourceError(
      'It holds 64 hex digits after the name, which MinIO reads as base64 of 48 bytes and refuses: write base64.',
    )
  }
  const material = key(fromBase64Bytes(encoded))
  if (material !== undefined) return material
  throw new SourceError('What follows the name is not base64 of exactly 32 bytes: correct it.')
}

function fromHex(text: Uint8Array): Uint8Array | undefined {
  if (text.length !== HEX_DIGITS || !text.every(isHexDigit)) return undefined
  return Uint8Array.from({ length: KEY_BYTES }, (_, at) => (nibble(text[2 * at]!) << 4) | nibble(text[2 * at + 1]!))
}

/** `bytes` where they are a key; others are wiped. */
function key(bytes: Uint8Array | undefined): Uint8Array | undefined {
  if (bytes?.length === KEY_BYTES) return bytes
  bytes?.fill(0)
  return undefined
}

function trimmed(content: Uint8Array): Uint8Array {
  let [from, to] = [0, content.length]
  while (from < to && isSpace(content[from]!)) from++
  while (to > from && isSpace(content[to - 1]!)) to--
  return content.subarray(from, to)
}

const within = (byte: number, from: string, to: string) => byte >= from.charCodeAt(0) && byte <= to.charCodeAt(0)
const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
const isLetterOrDigit = (byte: number) => within(byte, '0', '9') || within(byte, 'a', 'z') || within(byte, 'A', 'Z')
const isNameChar = (byte: number) => isLetterOrDigit(byte) || byte === 0x5f || byte === 0x2d
export const isBase64Char = (byte: number) => isLetterOrDigit(byte) || byte === 0x2b || byte === 0x2f || byte === 0x3d
export const isHexDigit = (byte: number) => within(byte, '0', '9') || within(byte, 'a', 'f') || within(byte, 'A', 'F')
/** A letter's low bits are 1 for A. */
const nibble = (digit: number) => (digit <= 0x39 ? digit - 0x30 : (digit & 0x07) + 9)
