import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto'
import { clientCertificate } from './certificate.ts'
import { identityOfPublicKey } from './identity.ts'

export type ClientIdentity = { apiKey: string; identity: string; certPem: string; keyPem: string }

const PREFIX = 'kes:v1:'
const SEED_BYTES = 32
/** PKCS#8 of an Ed25519 key up to its seed, RFC 8410. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

/**
 * A KES client identity: the API key, its identity, and the key pair that a TLS client presents. The certificate is
 * self-signed, CA:FALSE, for client authentication, valid for 90 days; a new one for the same seed has the same identity.
 *
 * @param seed 32 bytes; random when absent
 * @throws RangeError when the seed has another length
 */
export function clientIdentity(seed: Uint8Array = randomBytes(SEED_BYTES)): ClientIdentity {
  const privateKey = ed25519Key(seed)
  const identity = identityOfPublicKey(createPublicKey(privateKey))
  const apiKey = PREFIX + Buffer.concat([Buffer.of(0), seed]).toString('base64') // type 0: Ed25519
  return { apiKey, identity, ...clientCertificate(privateKey, identity) }
}

/** A fresh API key, as `kes identity new` prints it. */
export function newApiKey(): { apiKey: string; identity: string } {
  const { apiKey, identity } = clientIdentity()
  return { apiKey, identity }
}

/**
 * The Ed25519 seed in an API key: `kes:v1:` (may be absent), then base64 of a zero byte and 32 bytes.
 *
 * @throws RangeError when it is not an API key; the text itself is not repeated
 */
export function seedOfApiKey(apiKey: string): Uint8Array {
  const encoded = apiKey.startsWith(PREFIX) ? apiKey.slice(PREFIX.length) : apiKey
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length !== SEED_BYTES + 1 || bytes[0] !== 0 || bytes.toString('base64') !== encoded) {
    throw new RangeError('this is not a KES API key: it must be kes:v1: and the base64 of 33 bytes that begin with 0')
  }
  return new Uint8Array(bytes.subarray(1))
}

/** The KES identity that belongs to an API key. @throws RangeError when it is not an API key */
export const identityOfApiKey = (apiKey: string): string =>
  identityOfPublicKey(createPublicKey(ed25519Key(seedOfApiKey(apiKey))))

function ed25519Key(seed: Uint8Array): KeyObject {
  if (seed.length !== SEED_BYTES) throw new RangeError(`an Ed25519 seed has ${SEED_BYTES} bytes, not ${seed.length}`)
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' })
}
