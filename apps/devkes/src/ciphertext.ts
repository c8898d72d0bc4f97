import {
  type CipherGCM,
  createCipheriv,
  createDecipheriv,
  createHmac,
  type DecipherGCM,
  randomBytes,
} from 'node:crypto'
import { decode } from '@msgpack/msgpack'
import { hchacha } from '@noble/ciphers/chacha.js'
import { notAuthentic } from './errors.ts'
import { readFields } from './go-json.ts'
import { type Cipher, type Key, parseCipher } from './key-file.ts'

const IV_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
const JSON_AEADS = ['AES-256-GCM-HMAC-SHA-256', 'ChaCha20Poly1305']
/** "expand 32-byte k", the constant of ChaCha, as little-endian words. */
const SIGMA = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574)

/** Seals `plaintext` as `box ‖ tag(16) ‖ iv(16) ‖ nonce(12)`: 44 bytes longer. `context` is authenticated, not stored. */
export function seal({ cipher, secret }: Key, plaintext: Uint8Array, context: Uint8Array): Buffer {
  const iv = randomBytes(IV_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const { algorithm, options } = aead(cipher)
  const sealer = createCipheriv(algorithm, subkey(cipher, secret, iv), nonce, options) as CipherGCM
  sealer.setAAD(context, { plaintextLength: plaintext.length })
  return Buffer.concat([sealer.update(plaintext), sealer.final(), sealer.getAuthTag(), iv, nonce])
}

/**
 * Opens a ciphertext in any of the three layouts KES has ever written. Which cipher to use is a matter of the key:
 * the label in the older layouts must be a known one but decides nothing.
 *
 * @throws ApiError 400, the same whether the ciphertext is short, altered, or under another key or context
 */
export function open({ cipher, secret }: Key, ciphertext: Uint8Array, context: Uint8Array): Buffer {
  const raw = toRawLayout(Buffer.from(ciphertext))
  const end = raw.length - IV_BYTES - NONCE_BYTES
  if (end < TAG_BYTES) throw notAuthentic()
  const iv = raw.subarray(end, end + IV_BYTES)
  const { algorithm, options } = aead(cipher)
  const opener = createDecipheriv(
    algorithm,
    subkey(cipher, secret, iv),
    raw.subarray(end + IV_BYTES),
    options,
  ) as DecipherGCM
  opener.setAuthTag(raw.subarray(end - TAG_BYTES, end))
  opener.setAAD(context, { plaintextLength: end - TAG_BYTES })
  try {
    return Buffer.concat([opener.update(raw.subarray(0, end - TAG_BYTES)), opener.final()])
  } catch {
    throw notAuthentic()
  }
}

/** GCM's type covers both: Node's ChaCha20-Poly1305 has the same methods but no literal type of its own. */
const aead = (cipher: Cipher) => ({
  algorithm: (cipher === 'AES256' ? 'aes-256-gcm' : 'chacha20-poly1305') as 'aes-256-gcm',
  options: { authTagLength: TAG_BYTES },
})

/** AES256: HMAC-SHA256(secret, iv). ChaCha20: HChaCha20(secret, iv), so that the whole is XChaCha20 with a split nonce. */
function subkey(cipher: Cipher, secret: Buffer, iv: Buffer): Buffer {
  if (cipher === 'AES256') return createHmac('sha256', secret).update(iv).digest()
  const out = new Uint32Array(8)
  hchacha(SIGMA, littleEndianWords(secret), littleEndianWords(iv), out)
  return Buffer.concat([...out].map((word) => Buffer.from([word, word >>> 8, word >>> 16, word >>> 24])))
}

const littleEndianWords = (bytes: Buffer) =>
  Uint32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32LE(index * 4))

/**
 * A raw ciphertext begins with `{` or 0x95 by chance once in 128: what does not parse as an older layout is taken as raw.
 */
function toRawLayout(ciphertext: Buffer): Buffer {
  const structured =
    ciphertext[0] === 0x7b ? fromJson(ciphertext) : ciphertext[0] === 0x95 ? fromMessagePack(ciphertext) : undefined
  return structured ?? ciphertext
}

/** `{"aead","id","iv","nonce","bytes"}`, until 2023. */
function fromJson(ciphertext: Buffer): Buffer | undefined {
  const text = ciphertext.toString()
  try {
    JSON.parse(text) // unlike a request body, nothing may follow the object
  } catch {
    return undefined
  }
  const fields = readFields(text, { aead: 'text', id: 'text', iv: 'bytes', nonce: 'bytes', bytes: 'bytes' })
  if (!fields || !JSON_AEADS.includes(fields.aead)) return undefined
  return joined(fields.bytes, fields.iv, fields.nonce)
}

/** An array of algorithm, id, iv, nonce and box, nothing after it. */
function fromMessagePack(ciphertext: Buffer): Buffer | undefined {
  let items: unknown
  try {
    items = decode(ciphertext)
  } catch {
    return undefined
  }
  if (!Array.isArray(items) || items.length !== 5) return undefined
  const [algorithm, id, iv, nonce, box] = items as unknown[]
  if (typeof algorithm !== 'string' || !parseCipher(algorithm) || typeof id !== 'string') return undefined
  if (!(iv instanceof Uint8Array && nonce instanceof Uint8Array && box instanceof Uint8Array)) return undefined
  return joined(box, iv, nonce)
}

const joined = (box: Uint8Array, iv: Uint8Array, nonce: Uint8Array): Buffer | undefined =>
  iv.length === IV_BYTES && nonce.length === NONCE_BYTES ? Buffer.concat([box, iv, nonce]) : undefined
