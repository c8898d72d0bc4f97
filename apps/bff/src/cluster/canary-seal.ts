import { createHash, timingSafeEqual } from 'node:crypto'
import type { KeyCanary } from '@strongroom/shared/keys'
import { canonicalContext } from '../crypto/context.ts'
import { AppError } from '../errors.ts'
import { saidKes } from '../kes/answer.ts'
import { decryptDataKey, generateDataKey } from '../kes/keys.ts'
import { listKeys } from '../kes/list-keys.ts'
import type { Kes } from '../kes/transport.ts'

/** What is kept of a canary: the data key itself never is. */
export interface SealedCanary {
  /** Base64, as KES sealed it. */
  readonly sealed: string
  /** Hex SHA-256 of the data key: 32 random bytes, of which a digest tells nothing. */
  readonly digest: string
}

export interface CanaryAnswer extends Pick<KeyCanary, 'state' | 'detail'> {
  /** KES did not answer at all. */
  readonly unreachable?: true
}

/** A context that MinIO never uses, so that a canary opens as a canary alone, and under its own name. */
const contextOf = (name: string) => canonicalContext({ 'strongroom canary v1': name })

/** @throws AppError as KES refuses: `not-found`, `not-allowed`, `upstream-failed`, `upstream-unreachable` */
export async function sealCanary(kes: Kes, name: string): Promise<SealedCanary> {
  const { key, sealed } = await generateDataKey(kes, name, contextOf(name))
  using dek = key
  return { sealed: Buffer.from(sealed).toString('base64'), digest: dek.expose(digestOf).toString('hex') }
}

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

/** Whether KES still opens it. Never throws for what KES says, or for its silence: `unknown` tells. */
export async function openCanary(kes: Kes, name: string, { sealed, digest }: SealedCanary): Promise<CanaryAnswer> {
  try {
    using dek = await decryptDataKey(kes, name, Buffer.from(sealed, 'base64'), contextOf(name))
    const same = dek.expose((bytes) => timingSafeEqual(digestOf(bytes), Buffer.from(digest, 'hex')))
    return same ? { state: 'opens', detail: 'KES opens what it sealed under this key.' } : REPLACED
  } catch (error) {
    if (saidKes(error, 'notAuthentic')) return REPLACED
    if (saidKes(error, 'noKey')) return whetherMissing(kes, name)
    if (!(error instanceof AppError)) throw error
    const unknown = { state: 'unknown' as const, detail: `KES could not be asked: ${error.detail}` }
    return error.code === 'upstream-unreachable' ? { ...unknown, unreachable: true } : unknown
  }
}

const REPLACED: CanaryAnswer = {
  state: 'replaced',
  detail:
    'KES has a key of this name, but with other material: it does not open what it sealed under this name before.',
}

/**
 * A KES whose keystore is away says "key does not exist" as well, and one whose identity may not ask for the status can't
 * be asked why. A listing goes to the keystore itself, past what KES holds in memory.
 */
async function whetherMissing(kes: Kes, name: string): Promise<CanaryAnswer> {
  try {
    let others = false
    for await (const found of listKeys(kes, name)) {
      if (found === name)
        return { state: 'unknown', detail: 'KES lists the key, and says in the same breath that it has none.' }
      others = true
      break
    }
    return { state: 'missing', detail: others || (await hasKeys(kes)) ? GONE : `${GONE} ${EMPTY}` }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const why = error.code === 'not-allowed' ? MAY_NOT_LIST : error.detail
    return { state: 'unknown', detail: `KES says that it has no key of this name, which can’t be believed now: ${why}` }
  }
}

async function hasKeys(kes: Kes): Promise<boolean> {
  for await (const _ of listKeys(kes, '')) return true
  return false
}

const GONE = 'KES has no key of this name any more.'
const EMPTY = 'It has no key at all: is its keystore folder mounted?'
const MAY_NOT_LIST =
  'without a listing it looks the same when the keystore is away. Allow /v1/key/list/* for the console in the KES policy.'
