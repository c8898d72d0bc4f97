import { abytes, clean, randomBytes } from '@noble/ciphers/utils.js'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concat, fromText } from './bytes.ts'
import { ForgeryError } from './failures.ts'
import { openSio, type SioCipher, sealSio } from './sio.ts'

const SALT = 32
const NONCE = 8
const HEADER = SALT + 1 + NONCE
const PBKDF2_ID = 2

/** What the byte after the salt says. Id 2 comes from FIPS builds. */
const ciphers: Readonly<Record<number, SioCipher>> = { 0: 'AES-256-GCM', 1: 'ChaCha20-Poly1305', 2: 'AES-256-GCM' }

/**
 * Argon2id version 0x13 with what the format fixes: 1 pass, 64 MiB, 4 lanes, 32 bytes out, no secret, no associated data.
 * Handed in, because a native one is ten times as fast as JavaScript.
 */
export type Argon2id = (password: Uint8Array, salt: Uint8Array) => Promise<Uint8Array>

/**
 * Seals the body of an admin request: `salt(32) ‖ id(1) ‖ nonce(8) ‖ sio stream`. Id 2 (PBKDF2-HMAC-SHA-256, 8192
 * rounds) costs 3 ms where Argon2id costs 30 to 500, and MinIO takes every id. Source: minio/madmin-go EncryptData.
 *
 * @param password the secret key of the caller
 */
export function sealAdminBody(password: Uint8Array | string, plaintext: Uint8Array): Uint8Array {
  abytes(plaintext, undefined, 'plaintext')
  const salt = randomBytes(SALT)
  const nonce = randomBytes(NONCE)
  const secret = toBytes(password)
  const key = stretch(secret, salt)
  try {
    return concat(salt, Uint8Array.of(PBKDF2_ID), nonce, sealSio({ cipher: 'AES-256-GCM', key, nonce }, plaintext))
  } finally {
    clean(key)
    if (secret !== password) clean(secret)
  }
}

/**
 * Opens the body of an admin reply, of any id.
 *
 * @param password the secret key of the caller; for items under root credentials see root-credentials.ts
 * @throws ForgeryError where the bytes are short, altered, of an unknown id, or under another password
 */
export async function openAdminBody(
  password: Uint8Array | string,
  bytes: Uint8Array,
  argon2id: Argon2id,
): Promise<Uint8Array> {
  const cipher = ciphers[bytes[SALT] ?? -1]
  if (cipher === undefined || bytes.length < HEADER) throw new ForgeryError()
  const salt = bytes.subarray(0, SALT)
  const nonce = bytes.subarray(SALT + 1, HEADER)
  const secret = toBytes(password)
  const key = bytes[SALT] === PBKDF2_ID ? stretch(secret, salt) : await argon2id(secret, salt)
  try {
    return openSio({ cipher, key, nonce }, bytes.subarray(HEADER))
  } finally {
    clean(key)
    if (secret !== password) clean(secret)
  }
}

/** Bytes that could be of this format, as far as length and id tell: only opening them is proof. */
export const looksLikeAdminBody = (bytes: Uint8Array) => bytes.length >= HEADER + 16 && bytes[SALT]! in ciphers

const stretch = (password: Uint8Array, salt: Uint8Array) => pbkdf2(sha256, password, salt, { c: 8192, dkLen: 32 })

const toBytes = (password: Uint8Array | string) => (typeof password === 'string' ? fromText(password) : password)
