import type { KeyProof, ProofSample } from '@strongroom/shared/keys'
import { isOldForm } from '../crypto/data-key.ts'
import { PROOF_CONTEXT, sameMaterial } from '../custody/same-material.ts'
import { saidKes } from '../kes/answer.ts'
import { decryptDataKey, generateDataKey } from '../kes/keys.ts'
import type { Kes } from '../kes/transport.ts'
import type { Secret } from '../secret.ts'
import type { SealedSample } from './sealed-sample.ts'

/** What a proof is made with. Samples come from the drives alone: nobody hands in a ciphertext. */
export interface ProofScope {
  readonly kes: Kes
  readonly name: string
  /** Null: the caller may not read the drives. */
  readonly samples: readonly SealedSample[] | null
  /** The material the key should have; null when the console has none to compare with. */
  readonly reference: Reference | null
}

export interface Reference {
  readonly material: Secret<Uint8Array>
  readonly is: NonNullable<KeyProof['comparedWith']>
}

/** Does the key `name` in KES open what this cluster has sealed under that name, and is it the source's material? */
export async function proveKey({ kes, name, samples, reference }: ProofScope): Promise<KeyProof> {
  const none = { tried: [], compared: null }
  if (!(await keyExists(kes, name))) return verdict(name, 'key-missing', none)
  const [tried, same] = await Promise.all([
    Promise.all((samples ?? []).map((sample) => openSample(kes, name, sample))),
    reference === null ? null : sameMaterial(kes, name, reference.material),
  ])
  const found = { tried, compared: reference && { same: same === true, as: reference.is } }
  const failed = tried.some(({ opened, note }) => !opened && note === undefined)
  const opened = tried.some((sample) => sample.opened)
  // What the cluster sealed says more than any material at hand: where KES opens that, the material is the wrong one.
  if (failed || (same === false && !opened)) return verdict(name, 'wrong-material', found)
  if (samples === null) return verdict(name, 'nothing-to-open', found, NOT_READ)
  return verdict(name, opened ? 'proven' : 'nothing-to-open', found)
}

/** By having it make a data key: the identity for proofs need not be allowed to describe keys. */
async function keyExists(kes: Kes, name: string) {
  try {
    const { key } = await generateDataKey(kes, name, PROOF_CONTEXT)
    key[Symbol.dispose]()
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

const NOT_READ = 'This account may not read the drives, so nothing that the cluster sealed was tried.'

/**
 * The old `kes key create NAME BASE64` is where it mostly comes from: today it makes a random key under NAME and leaves
 * the bytes unused.
 */
const wayOut = (name: string) =>
  `As long as MinIO runs on the static key, nothing is lost: leave it on it, and keep the key’s line. A key made with "kes key create ${name} …", as old guides have it, is a random one. Remove the wrong key in KES ("kes key rm ${name}") once nothing else uses it, import the right material under the name from the static key, and prove it before MinIO is pointed at KES. Where MinIO runs on KES already, bring back the keystore that held the right key.`

interface Found {
  readonly tried: ProofSample[]
  readonly compared: { readonly same: boolean; readonly as: Reference['is'] } | null
}

/** What KES was compared with, in words. */
const REFERENCES: Readonly<Record<Reference['is'], string>> = {
  source: 'the source on the server',
  wrapped: 'the wrapped key that was brought in',
  made: 'the key that was made here',
}

interface Counted {
  readonly opened: number
  readonly failed: number
  readonly compared: Found['compared']
}

function explain(name: string, kind: KeyProof['verdict'], { opened, failed, compared }: Counted): string {
  const cluster = 'that this cluster sealed under this name'
  const reference = compared && REFERENCES[compared.as]
  switch (kind) {
    case 'proven':
      return `KES opened ${opened} of ${opened} data keys ${cluster}.${compared?.same === false ? ` It has other material than ${reference}, which opens nothing here: it is that one which is wrong.` : ''}`
    case 'key-missing':
      return 'KES has no key of this name.'
    case 'nothing-to-open':
      return 'Nothing that was read from the drives is sealed under this name, so there was nothing to open.'
    case 'wrong-material':
      if (failed === 0) return `The key in KES has other material than ${reference}. ${wayOut(name)}`
      if (opened > 0)
        return `KES opened ${opened} and did not open ${failed} data keys ${cluster}: two keys have had this name, or what did not open was copied or altered. Do not restart MinIO before you know which.`
      return `KES did not open ${failed} of ${failed} data keys ${cluster}. ${wayOut(name)}`
  }
}

function verdict(name: string, kind: KeyProof['verdict'], { tried, compared }: Found, sentence?: string): KeyProof {
  const opened = tried.filter((sample) => sample.opened).length
  const failed = tried.filter((sample) => !sample.opened && sample.note === undefined).length
  const told =
    compared?.same === true
      ? ` KES opens what was sealed with ${REFERENCES[compared.as]}, and the other way round.`
      : ''
  return {
    name,
    verdict: kind,
    opened,
    failed,
    samples: tried,
    sameMaterial: compared?.same ?? null,
    comparedWith: compared?.as ?? null,
    detail: (sentence ?? explain(name, kind, { opened, failed, compared })) + told,
    at: new Date().toISOString(),
  }
}
