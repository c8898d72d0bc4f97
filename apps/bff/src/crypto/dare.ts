import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { abytes } from '@noble/ciphers/utils.js'
import { viewOf } from './bytes.ts'
import { ForgeryError } from './failures.ts'

const HEADER = 16
const TAG = 16
const PAYLOAD = 65536
const PACKAGE = HEADER + PAYLOAD + TAG
const VERSION = 0x20
/** In the first byte of the nonce, of the last package alone. */
const LAST = 0x80

/**
 * Opens a stream of minio/sio's DARE 2.0 (not secure-io/sio-go, see sio.ts): packages of
 * `0x20 ‖ cipher ‖ LE16 length - 1 ‖ nonce(12) ‖ ciphertext ‖ tag(16)`, all but the last of 65536 bytes. Cipher 0 is
 * AES-256-GCM, 1 is ChaCha20-Poly1305. The first four bytes are bound as associated data, and the AEAD takes the nonce with
 * the package's number XORed into its last 32 bits. Source: minio/sio DARE.md.
 *
 * @param key 32 bytes, left untouched
 * @throws ForgeryError whether the stream is empty, short, altered or under another key; nothing of it is given out then
 */
export function openDare(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  abytes(key, 32, 'key')
  const count = Math.ceil(bytes.length / PACKAGE)
  const size = bytes.length - count * (HEADER + TAG)
  // An empty stream has no package, and so nothing that says it is whole.
  if (size < 1) throw new ForgeryError()
  const plaintext = new Uint8Array(size)
  try {
    for (let i = 0; i < count; i++) {
      const sealed = bytes.subarray(i * PACKAGE, (i + 1) * PACKAGE)
      if (!hasPlace(sealed, bytes, i + 1 === count)) throw new ForgeryError()
      const clear = openPackage(key, sealed, i)
      plaintext.set(clear, i * PAYLOAD)
      clear.fill(0)
    }
  } catch {
    plaintext.fill(0)
    throw new ForgeryError()
  }
  return plaintext
}

/** Whether a package's header is what it has to be there: nonce and cipher are those of the first one. */
function hasPlace(sealed: Uint8Array, first: Uint8Array, last: boolean): boolean {
  if (sealed.length <= HEADER + TAG || sealed[0] !== VERSION || sealed[1]! > 1) return false
  if (viewOf(sealed).getUint16(2, true) + 1 !== sealed.length - HEADER - TAG) return false
  if (sealed[1] !== first[1] || sealed[4] !== ((first[4]! & ~LAST) | (last ? LAST : 0))) return false
  return sealed.subarray(5, HEADER).every((byte, i) => byte === first[5 + i])
}

function openPackage(key: Uint8Array, sealed: Uint8Array, number: number): Uint8Array {
  const nonce = sealed.slice(4, HEADER)
  const view = viewOf(nonce)
  view.setUint32(8, view.getUint32(8, true) ^ number, true)
  const aead = sealed[1] === 0 ? gcm : chacha20poly1305
  return aead(key, nonce, sealed.subarray(0, 4)).decrypt(sealed.subarray(HEADER))
}
