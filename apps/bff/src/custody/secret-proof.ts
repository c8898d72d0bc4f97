import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Secret } from '../secret.ts'

const SALT_BYTES = 16
const HASH_BYTES = 32
/** 64 MiB and about 0.2 s, off the main thread: some who sign in wait for it, and whoever guesses each time. */
const COST = { N: 2 ** 16, r: 8, p: 1, maxmem: 2 ** 28 }
const stretch = promisify<Buffer, Buffer, number, object, Buffer>(scrypt)

/** `scrypt-v1.<salt>.<hash>`, base64url: shows whether a secret key is the one it was made of, and of a good one nothing else. */
export const SECRET_PROOF = /^scrypt-v1\.[\w-]{22}\.[\w-]{43}$/

export const proofOf = async (secretKey: Secret<string>): Promise<string> => written(randomBytes(SALT_BYTES), secretKey)

/** Those of `proofs` that were made of `secretKey`. */
export async function proved(secretKey: Secret<string>, proofs: Iterable<string>): Promise<string[]> {
  const found: string[] = []
  for (const proof of new Set(proofs)) {
    const salt = Buffer.from(proof.split('.')[1] ?? '', 'base64url')
    const own = await written(salt, secretKey)
    if (own.length === proof.length && timingSafeEqual(Buffer.from(own), Buffer.from(proof))) found.push(proof)
  }
  return found
}

async function written(salt: Buffer, secretKey: Secret<string>): Promise<string> {
  const words = secretKey.expose((text) => Buffer.from(text))
  try {
    const hash = await stretch(words, salt, HASH_BYTES, COST)
    return `scrypt-v1.${salt.toString('base64url')}.${hash.toString('base64url')}`
  } finally {
    words.fill(0)
  }
}
