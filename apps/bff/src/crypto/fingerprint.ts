import { bytesToHex } from '@noble/ciphers/utils.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { fromText } from './bytes.ts'

/**
 * 16 hex digits that people compare by eye: the beginning of HMAC-SHA-256(material, "strongroom fingerprint v1 " ‖ name).
 * Without the material nothing is learnt from it; with the same material under another name it differs.
 */
export const fingerprint = (material: Uint8Array, name: string): string =>
  bytesToHex(hmac(sha256, material, fromText(`strongroom fingerprint v1 ${name}`)).subarray(0, 8))
