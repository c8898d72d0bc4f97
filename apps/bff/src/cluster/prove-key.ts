import type { KeyProof, ProofSample } from '@strongroom/shared/keys'
import { isOldForm } from '../crypto/data-key.ts'
import { PROOF_CONTEXT, sameMaterial } from '../custody/same-material.ts'
import { AppError } from '../errors.ts'
import { saidKes } from '../kes/answer.ts'
import { atEndpoint } from '../kes/at-endpoint.ts'
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

export interface Proved {
  readonly proof: KeyProof
  /** Endpoints that could not be asked: while there are any, what the others showed must not count for the key. */
  readonly unasked: readonly string[]
}

/**
 * Does the key `name` in KES open what this cluster has sealed under that name, and is it the source's material? Each
 * endpoint is asked, since each may run on another keystore: the worst of what they say is the proof.
 *
 * @throws AppError what KES says, or that no endpoint answers
 */
export async function proveKey(scope: ProofScope): Promise<Proved> {
  const { kes } = scope
  if (kes.urls.length === 1) return { proof: await proveAt(scope), unasked: [] }
  const asked = await Promise.all(
    kes.urls.map(async (url) => {
      const endpoint = url.host
      try {
        return { endpoint, proof: await proveAt({ ...scope, kes: atEndpoint(kes, url) }) }
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        return { endpoint, error }
      }
    }),
  )
  return together(asked)
}

type ProofAt = { readonly endpoint: string } & ({ readonly proof: KeyProof } | { readonly error: AppError })

/** The worst first. */
const WORST: readonly KeyProof['verdict'][] = ['wrong-material', 'key-missing', 'nothing-to-open', 'proven']

function together(asked: readonly ProofAt[]): Proved {
  const answered = asked.flatMap((each) => ('proof' in each ? [each] : []))
  const silent = asked.flatMap((each) => ('error' in each ? [each] : []))
  const [worst, ...others] = answered.toSorted(
    (one, other) => WORST.indexOf(one.proof.verdict) - WORST.indexOf(other.proof.verdict),
  )
  if (worst === undefined) throw silent[0]!.error
  const { proof } = worst
  const differ = others.some((each) => each.proof.verdict !== proof.verdict)
  const detail = [
    ...(differ
      ? answered.map((each) => `At ${each.endpoint}: ${each.proof.detail}`).concat(DIFFER)
      : [proof.detail, ...(others.length > 0 ? [`So said by each of ${answered.length} KES endpoints.`] : [])]),
    ...silent.map(({ endpoint, error }) => `${endpoint} could not be asked: ${error.detail}`),
    ...(silent.length > 0 && proof.verdict === 'proven' ? [NOT_COUNTED] : []),
  ]
  return { proof: { ...proof, detail: detail.join(' ') }, unasked: silent.map(({ endpoint }) => endpoint) }
}

const NOT_COUNTED =
  'Until each KES endpoint has opened the samples, the key does not count as proven: prove it again once all can be asked.'

const DIFFER =
  'These KES endpoints do not run on the same keystore, and MinIO asks any of them: leave it alone until they do.'

async function proveAt({ kes, name, samples, reference }: ProofScope): Promise<KeyProof> {
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
