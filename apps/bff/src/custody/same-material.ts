import { randomBytes, timingSafeEqual } from 'node:crypto'
import { fromText } from '../crypto/bytes.ts'
import { openDataKey, sealDataKey } from '../crypto/data-key.ts'
import { ForgeryError } from '../crypto/failures.ts'
import { saidKes } from '../kes/answer.ts'
import { decryptDataKey, generateDataKey } from '../kes/keys.ts'
import type { Kes } from '../kes/transport.ts'
import type { Secret } from '../secret.ts'

/** A context that MinIO never uses. */
export const PROOF_CONTEXT = fromText('strongroom proof')

/**
 * KES opens what was sealed here under the source's material, and the other way round. Both layouts are the same
 * (facts: MinIO's static key and KES), so this holds if and only if the 32 bytes are the same.
 */
export async function sameMaterial(kes: Kes, name: string, material: Secret<Uint8Array>): Promise<boolean> {
  const context = PROOF_CONTEXT
  const ours = randomBytes(32)
  const sealed = material.expose((key) => sealDataKey(key, ours, context))
  try {
    using theirs = await decryptDataKey(kes, name, sealed, context)
    if (!theirs.expose((bytes) => bytes.length === ours.length && timingSafeEqual(bytes, ours))) return false
    const made = await generateDataKey(kes, name, context)
    using key = made.key
    const opened = material.expose((bytes) => openDataKey(bytes, made.sealed, context))
    return key.expose((bytes) => timingSafeEqual(bytes, opened))
  } catch (error) {
    if (saidKes(error, 'notAuthentic') || error instanceof ForgeryError) return false
    throw error
  } finally {
    ours.fill(0)
  }
}
