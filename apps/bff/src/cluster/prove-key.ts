import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { KeyProof, ProofSample } from '@strongroom/shared/keys'
import { fromText } from '../crypto/bytes.ts'
import { isOldForm, openDataKey, sealDataKey } from '../crypto/data-key.ts'
import { ForgeryError } from '../crypto/failures.ts'
import { saidKes } from '../kes/answer.ts'
import { decryptDataKey, describeKey, generateDataKey } from '../kes/keys.ts'
import type { Kes } from '../kes/transport.ts'
import type { Secret } from '../secret.ts'
import type { SealedSample } from './sealed-samples.ts'

/** What a proof is made with. Samples come from the drives alone: nobody hands in a ciphertext. */
export interface ProofScope {
  readonly kes: Kes
  readonly name: string
  /** Null: the caller may not read the drives. */
  readonly samples: readonly SealedSample[] | null
  /** The material the key should have; null when the console has no source of it. */
  readonly material: Secret<Uint8Array> | null
}

/** Does the key `name` in KES open what this cluster has sealed under that name, and is it the source's material? */
export async function proveKey({ kes, name, samples, material }: ProofScope): Promise<KeyProof> {
  if (!(await keyExists(kes, name))) return verdict(name, 'key-missing', [], null)
  const [tried, same] = await Promise.all([
    Promise.all((samples ?? []).map((sample) => openSample(kes, name, sample))),
    material === null ? null : sameMaterial(kes, name, material),
  ])
  const failed = tried.filter(({ opened, note }) => !opened && note === undefined)
  const opened = tried.filter((sample) => sample.opened)
  if (failed.length > 0 || same === false) return verdict(name, 'wrong-material', tried, same)
  if (samples === null) return verdict(name, 'nothing-to-open', tried, same, NOT_READ)
  return verdict(name, opened.length > 0 ? 'proven' : 'nothing-to-open', tried, same)
}

/**
 * KES opens what was sealed here under the source's material, and the other way round. Both layouts are the same
 * (facts: MinIO's static key and KES), so this holds if and only if the 32 bytes are the same.
 */
export async function sameMaterial(kes: Kes, name: string, material: Secret<Uint8Array>): Promise<boolean> {
  const context = fromText('strongroom proof')
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

async function keyExists(kes: Kes, name: string) {
  try {
    await describeKey(kes, name)
    return true
  } catch (error) {
    if (saidKes(error, 'noKey')) return false
    throw error
  }
}

async function openSample(
  kes: Kes,
  name: string,
  { from, path, sealedKey, context }: SealedSample,
): Promise<ProofSample> {
  if (isOldForm(sealedKey)) {
    return {
      from,
      path,
      opened: false,
      note: 'Sealed in the form of before May 2021, which no static key or KES opens.',
    }
  }
  try {
    using _key = await decryptDataKey(kes, name, sealedKey, context)
    return { from, path, opened: true }
  } catch (error) {
    if (saidKes(error, 'notAuthentic')) return { from, path, opened: false }
    throw error
  }
}

const DETAILS: Record<KeyProof['verdict'], (opened: number, failed: number) => string> = {
  proven: (opened) => `KES opened ${opened} of ${opened} data keys that this cluster sealed under this name.`,
  'wrong-material': (opened, failed) =>
    failed > 0
      ? `KES did not open ${failed} of ${opened + failed} data keys that this cluster sealed under this name: the key in KES has other material. Do not restart MinIO on it.`
      : 'The key in KES has other material than the source on the server. Do not restart MinIO on it.',
  'nothing-to-open': () => 'Nothing on the drives is sealed under this name yet, so there was nothing to open.',
  'key-missing': () => 'KES has no key of this name.',
}

const NOT_READ = 'This account may not read the drives, so nothing that the cluster sealed was tried.'

function verdict(
  name: string,
  kind: KeyProof['verdict'],
  tried: ProofSample[],
  same: boolean | null,
  sentence?: string,
): KeyProof {
  const opened = tried.filter((sample) => sample.opened).length
  const failed = tried.filter((sample) => !sample.opened && sample.note === undefined).length
  const compared =
    same === true ? ' KES opens what was sealed with the source on the server, and the other way round.' : ''
  return {
    name,
    verdict: kind,
    opened,
    failed,
    samples: tried,
    sameMaterial: same,
    detail: (sentence ?? DETAILS[kind](opened, failed)) + compared,
    at: new Date().toISOString(),
  }
}
