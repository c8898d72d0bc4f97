import { constants, type KeyObject, privateDecrypt } from 'node:crypto'
import { AppError } from '../errors.ts'
import { Secret } from '../secret.ts'
import { isBase64Char, isHexDigit } from './decode.ts'

const KEY_BYTES = 32
/** Of RSA-3072: what it makes of anything that it wraps. */
const WRAPPED_BYTES = 384

/** The bytes in base64 text, line breaks in it passed over. @throws AppError `invalid-input`, `too-large` */
export function readWrapped(text: string): Buffer {
  const packed = text.replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(packed) || packed.length % 4 !== 0) {
    throw refused('invalid-input', 'This is not base64: end the command that wraps with | openssl base64 -A')
  }
  const wrapped = Buffer.from(packed, 'base64')
  if (wrapped.length === WRAPPED_BYTES) return wrapped
  throw refused(
    wrapped.length > WRAPPED_BYTES ? 'too-large' : 'invalid-input',
    `What RSA-3072 wraps has ${WRAPPED_BYTES} bytes; this has ${wrapped.length}: wrap 32 bytes with the public key shown, and nothing else`,
  )
}

/**
 * The 32 bytes that were wrapped with RSA-OAEP, SHA-256 for both the label and MGF1. Takes some milliseconds.
 *
 * @throws AppError `invalid-input` that says what was wrong, never a byte of it
 */
export function unwrap(privateKey: KeyObject, wrapped: Buffer): Secret<Uint8Array> {
  const opened = decrypted(privateKey, wrapped, 'sha256')
  if (opened === null) throw refused('invalid-input', otherSettings(privateKey, wrapped))
  try {
    if (opened.length !== KEY_BYTES) throw refused('invalid-input', otherLength(opened))
    return new Secret(Uint8Array.from(opened))
  } finally {
    opened.fill(0)
  }
}

/** Null: it does not open so. @returns to be wiped by the caller */
function decrypted(key: KeyObject, wrapped: Buffer, oaepHash: 'sha256' | 'sha1'): Buffer | null {
  try {
    return privateDecrypt({ key, oaepHash, padding: constants.RSA_PKCS1_OAEP_PADDING }, wrapped)
  } catch {
    return null
  }
}

const WANTED = 'RSA-OAEP with SHA-256, and SHA-256 for MGF1 too, is wanted'

/** The key opens nothing any more after this, so that telling settings apart helps nobody to guess at what was wrapped. */
function otherSettings(key: KeyObject, wrapped: Buffer): string {
  const sha1 = decrypted(key, wrapped, 'sha1')
  if (sha1 !== null) {
    sha1.fill(0)
    return `It was wrapped with other settings, OAEP with SHA-1, which openssl takes unless told otherwise: ${WANTED}`
  }
  if (isPkcs1(key, wrapped)) return `It was wrapped with other settings, PKCS#1 v1.5: ${WANTED}`
  return `It was wrapped with other settings, with another public key, or was changed on the way: ${WANTED}`
}

/** A key, and its text in base64 and hex, without and with a line break. */
const KEY_LENGTHS: ReadonlySet<number> = new Set([KEY_BYTES, 44, 45, 64, 65])

/**
 * `00 02`, padding without a zero, `00`, and what was wrapped: RFC 8017, 7.2.1. Of other settings one block in 256 begins
 * so, and its first zero lies anywhere.
 */
function isPkcs1(key: KeyObject, wrapped: Buffer): boolean {
  let block: Buffer | undefined
  try {
    block = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, wrapped)
    return block[0] === 0 && block[1] === 2 && KEY_LENGTHS.has(block.length - 1 - block.indexOf(0, 2))
  } catch {
    return false
  } finally {
    block?.fill(0)
  }
}

/** Text forms are told by their length and alphabet. */
function otherLength(opened: Buffer): string {
  const length = opened.at(-1) === 0x0a ? opened.length - 1 : opened.length
  const all = (fits: (byte: number) => boolean) => opened.subarray(0, length).every(fits)
  const wrapped = `${opened.length} bytes were wrapped, and a key has exactly 32`
  if (length === 64 && all(isHexDigit)) return `${wrapped}: this is hex text of it. Turn it into bytes first: xxd -r -p`
  if (length === 44 && all(isBase64Char))
    return `${wrapped}: this is base64 text of it. Turn it into bytes first: openssl base64 -d -A`
  return wrapped
}

const refused = (code: 'invalid-input' | 'too-large', detail: string) =>
  new AppError(code, 'The wrapped key can’t be used. This wrapping key is spent: get a new one.', {
    fields: [{ pointer: '/source/wrappedKey', detail }],
  })
