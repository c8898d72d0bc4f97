import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305, hchacha } from '@noble/ciphers/chacha.js'
import { abytes, clean, randomBytes, swap32IfBE } from '@noble/ciphers/utils.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concat, fromBase64, fromText, viewOf } from './bytes.ts'
import { parseJson } from './canonical-json.ts'
import { ForgeryError, FormatError } from './failures.ts'
import { isMap, unpackAll } from './message-pack.ts'

const KEY = 32
const IV = 16
const NONCE = 12
const TAG = 16

/** The cipher of a KMS key, by the names that KES uses. A static key is always `AES256`. */
export type DataKeyAlgorithm = 'AES256' | 'ChaCha20'

interface Sealed {
  /** What the layout says of the cipher; the raw one says nothing. */
  readonly label?: DataKeyAlgorithm
  readonly iv: Uint8Array
  readonly nonce: Uint8Array
  readonly box: Uint8Array
}

/**
 * Seals a data key as MinIO's static key and KES do today: `ciphertext ‖ tag(16) ‖ iv(16) ‖ nonce(12)`, AES-256-GCM under
 * HMAC-SHA-256(masterKey, iv). Source: minio internal/kms/secret-key.go, minio/kes internal/crypto/key.go.
 *
 * @param masterKey 32 bytes, left untouched
 * @param context bound as associated data, see context.ts
 */
export function sealDataKey(masterKey: Uint8Array, dek: Uint8Array, context: Uint8Array): Uint8Array {
  abytes(masterKey, KEY, 'masterKey')
  abytes(dek, undefined, 'dek')
  const [iv, nonce] = [randomBytes(IV), randomBytes(NONCE)]
  const key = hmac(sha256, masterKey, iv)
  try {
    return concat(gcm(key, nonce, context).encrypt(dek), iv, nonce)
  } finally {
    clean(key)
  }
}

/**
 * Opens a sealed data key in any layout that MinIO or KES wrote since 2021-05: raw, JSON, MessagePack.
 *
 * @param masterKey 32 bytes, left untouched
 * @param algorithm the cipher of the key where it is known, as for KES, which ignores what a layout says; without it the
 *   layout decides, as it does for a static key, and AES256 where the layout is silent
 * @returns the data key, to be wiped by the caller
 * @throws ForgeryError whether it is short, altered, under another key or bound to another context
 */
export function openDataKey(
  masterKey: Uint8Array,
  sealed: Uint8Array,
  context: Uint8Array,
  algorithm?: DataKeyAlgorithm,
): Uint8Array {
  abytes(masterKey, KEY, 'masterKey')
  abytes(sealed, undefined, 'sealed')
  abytes(context, undefined, 'context')
  const { label, iv, nonce, box } = fromJson(sealed) ?? fromMessagePack(sealed) ?? fromRaw(sealed)
  const chacha = (algorithm ?? label) === 'ChaCha20'
  const key = chacha ? hChaCha20(masterKey, iv) : hmac(sha256, masterKey, iv)
  try {
    return (chacha ? chacha20poly1305 : gcm)(key, nonce, context).decrypt(box)
  } catch {
    throw new ForgeryError()
  } finally {
    clean(key)
  }
}

/**
 * Whether this is a data key of before 2021-05, sealed under a master key of that time: one DARE 2.0 package of 32 bytes.
 * It does not open under the same bytes as a static key of today: the sealing differs, the key need not be wrong.
 */
export const isOldForm = (sealed: Uint8Array): boolean =>
  sealed.length === 64 &&
  sealed[0] === 0x20 &&
  sealed[1]! <= 1 &&
  viewOf(sealed).getUint16(2, true) === 31 &&
  (sealed[4]! & 0x80) !== 0

function fromRaw(sealed: Uint8Array): Sealed {
  const end = sealed.length - IV - NONCE
  if (end < TAG) throw new ForgeryError()
  return { box: sealed.subarray(0, end), iv: sealed.subarray(end, end + IV), nonce: sealed.subarray(end + IV) }
}

const jsonLabels = new Map<unknown, DataKeyAlgorithm>([
  ['AES-256-GCM-HMAC-SHA-256', 'AES256'],
  ['ChaCha20Poly1305', 'ChaCha20'],
])

// One in 128 raw seals begins like one of the other layouts: what does not parse as such is raw.
function fromJson(sealed: Uint8Array): Sealed | undefined {
  if (sealed[0] !== 0x7b) return undefined
  const parsed = parseJson(sealed)
  if (!isMap(parsed)) return undefined
  const bytes = (name: string) => {
    const value = parsed[name]
    return typeof value === 'string' ? fromBase64(value) : undefined
  }
  return complete(jsonLabels.get(parsed.aead), bytes('iv'), bytes('nonce'), bytes('bytes'))
}

const messagePackLabels = new Map<unknown, DataKeyAlgorithm>([
  ['AES256', 'AES256'],
  ['AES256-GCM_SHA256', 'AES256'],
  ['ChaCha20', 'ChaCha20'],
  ['XCHACHA20-POLY1305', 'ChaCha20'],
])

/** An array of five: algorithm, key id, iv, nonce, box. */
function fromMessagePack(sealed: Uint8Array): Sealed | undefined {
  if (sealed[0] !== 0x95) return undefined
  let values: unknown[]
  try {
    values = unpackAll(sealed, 'a sealed data key')
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
  const [fields] = values
  if (values.length !== 1 || !Array.isArray(fields)) return undefined
  const [algorithm, , iv, nonce, box] = fields
  return complete(messagePackLabels.get(algorithm), iv, nonce, box)
}

function complete(label: DataKeyAlgorithm | undefined, iv: unknown, nonce: unknown, box: unknown): Sealed | undefined {
  if (!(iv instanceof Uint8Array && nonce instanceof Uint8Array && box instanceof Uint8Array)) return undefined
  return label && iv.length === IV && nonce.length === NONCE ? { label, iv, nonce, box } : undefined
}

const SIGMA = fromText('expand 32-byte k')

/** HChaCha20 of `key` and a 16-byte `iv`: 32 bytes. */
function hChaCha20(key: Uint8Array, iv: Uint8Array): Uint8Array {
  const [sigma, words, input] = [SIGMA, key, iv].map((bytes) => swap32IfBE(new Uint32Array(bytes.slice().buffer)))
  const out = new Uint32Array(8)
  hchacha(sigma!, words!, input!, out)
  clean(words!)
  return new Uint8Array(swap32IfBE(out).buffer)
}
