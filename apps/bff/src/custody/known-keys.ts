import { fingerprint } from '../crypto/fingerprint.ts'
import type { Secret } from '../secret.ts'

/** The name under which samples are compared, so that one is recognised under whatever name it is used. */
const SAMPLE_NAME = 'known sample'

/** Fingerprints under {@link SAMPLE_NAME} of keys that anybody can look up, and where they stand. */
const SAMPLES: Readonly<Record<string, string>> = {
  '400b0245672e255d': 'the documentation of MinIO',
  ef1401803154853d: 'the former documentation of MinIO',
  '9247d32916fe6767': 'the fixtures of this console',
  '05c71a1022e6d4b5': 'the fixtures of this console',
  '868dac9096ef1f1d': 'the demo of this console',
}

/** What is wrong with the material itself; null when nothing is known. */
export function knownWeakness(material: Uint8Array): string | null {
  if (material.every((byte) => byte === material[0])) {
    return 'All bytes of this key are the same: it protects nothing. Rotate to a key made by KES.'
  }
  const where = SAMPLES[fingerprint(material, SAMPLE_NAME)]
  return where === undefined
    ? null
    : `This is a published sample key (${where}): anybody can decrypt with it. Move it to KES to keep what it sealed readable, then rotate to a key made by KES.`
}

/** {@link knownWeakness} of what lies in a box. */
export const weaknessOf = (material: Secret<Uint8Array>): string | null => material.expose(knownWeakness)
