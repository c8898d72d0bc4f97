import { randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { Encrypter, Stanza } from 'age-encryption'
import type { Secret } from '../secret.ts'

/** Whom an age file is sealed for: the holder of the identity behind `age1…`, or whoever knows the passphrase. */
export type SealedFor =
  | { readonly kind: 'recipient'; readonly recipient: string }
  | { readonly kind: 'passphrase'; readonly passphrase: Secret<string> }

/** Seals `plain` as an age file (age-encryption.org/v1). `plain` stays the caller's to wipe. */
export async function sealWithAge(plain: Uint8Array, sealedFor: SealedFor): Promise<Uint8Array> {
  const age = new Encrypter()
  age.addRecipient(sealedFor.kind === 'recipient' ? sealedFor.recipient : await scryptRecipient(sealedFor.passphrase))
  return age.encrypt(plain)
}

/** One chunk of age's STREAM. */
const CHUNK_BYTES = 64 * 1024
const NONCE_BYTES = 16
const TAG_BYTES = 16
/** Of the first chunk, which is the last one too. */
const ONLY_CHUNK = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)

/**
 * Seals key material, 64 KiB at most, for `recipient`. The library copies what it seals into a buffer of its own, which
 * nobody can wipe; so it makes the header alone, around no content, and the one chunk is sealed here.
 *
 * `header ‖ nonce(16) ‖ ChaCha20-Poly1305(HKDF-SHA-256(file key, salt = nonce, "payload"), 0…01, plain)`. C2SP age.md,
 * "Payload". `plain` stays the caller's to wipe.
 */
export async function sealShortWithAge(plain: Uint8Array, recipient: string): Promise<Uint8Array> {
  if (plain.length > CHUNK_BYTES) throw new RangeError(`one chunk holds 64 KiB, got ${plain.length} bytes`)
  const fileKey = new Uint8Array(16)
  const age = new Encrypter()
  age.addRecipient(recipient)
  age.addRecipient({
    wrapFileKey(key) {
      fileKey.set(key)
      return []
    },
  })
  const empty = await age.encrypt(new Uint8Array())
  const nonce = randomBytes(NONCE_BYTES)
  const key = hkdf(sha256, fileKey, nonce, Buffer.from('payload'), 32)
  try {
    const chunk = chacha20poly1305(key, ONLY_CHUNK).encrypt(plain)
    return Buffer.concat([empty.subarray(0, -NONCE_BYTES - TAG_BYTES), nonce, chunk])
  } finally {
    fileKey.fill(0)
    key.fill(0)
  }
}

/** age's own default: 256 MiB, and about a second. */
const LOG_N = 18
const LABEL = 'age-encryption.org/v1/scrypt'
const stretch = promisify<Buffer, Buffer, number, object, Buffer>(scrypt)

/**
 * age's scrypt recipient. The one of the library computes in JavaScript and would hold up every other request for more
 * than a second; Node's own runs off the main thread.
 *
 * Stanza: `-> scrypt <salt, base64 without padding> <log N>`, and the file key under ChaCha20-Poly1305 with a nonce of
 * zeros, whose key is scrypt(passphrase, label ‖ salt, N, r = 8, p = 1). C2SP age.md, "The scrypt recipient stanza".
 */
async function scryptRecipient(passphrase: Secret<string>) {
  const salt = randomBytes(16)
  const settings = { N: 2 ** LOG_N, r: 8, p: 1, maxmem: 2 ** (LOG_N + 11) }
  const words = passphrase.expose((value) => Buffer.from(value))
  const key = await stretch(words, Buffer.concat([Buffer.from(LABEL), salt]), 32, settings)
  words.fill(0)
  return {
    wrapFileKey(fileKey: Uint8Array) {
      const body = chacha20poly1305(key, new Uint8Array(12)).encrypt(fileKey)
      key.fill(0)
      return [new Stanza(['scrypt', salt.toString('base64').replace(/=+$/, ''), `${LOG_N}`], body)]
    },
  }
}
