import type { SealState } from '@strongroom/shared/seal'
import type { Argon2id } from '../crypto/admin-body.ts'
import { itemContext } from '../crypto/context.ts'
import { openDataKey } from '../crypto/data-key.ts'
import { ForgeryError } from '../crypto/failures.ts'
import { type KmsEnvelope, openKmsEnvelope, parseKmsEnvelope } from '../crypto/kms-envelope.ts'
import { openRootSealed } from '../crypto/root-credentials.ts'
import { saidKes } from '../kes/answer.ts'
import { decryptDataKey } from '../kes/keys.ts'
import type { Kes } from '../kes/transport.ts'
import { Secret } from '../secret.ts'

/** With what the console can open items. Each is optional: what it lacks it can't open. */
export interface ItemKeys {
  readonly rootCredentials: { readonly user: string; readonly password: Secret<string> } | null
  /** The server-side static key, and the name it belongs to. */
  readonly staticKey: { readonly name: string; readonly material: Secret<Uint8Array> } | null
  readonly kes: Kes | null
  readonly argon2id: Argon2id
}

/**
 * Opens a stored item.
 *
 * @param path below the system volume; KMS items are bound to it
 * @returns the content, to be wiped by the caller; undefined when the console holds no key that could open it
 * @throws ForgeryError where the key is at hand and does not open it
 */
export async function openItem(
  keys: ItemKeys,
  path: string,
  state: SealState,
  bytes: Uint8Array,
): Promise<Uint8Array | undefined> {
  if (state === 'plaintext') return bytes.slice()
  if (state === 'root-credentials') return openWithRoot(keys, bytes)
  const envelope = state === 'kms' ? parseKmsEnvelope(bytes) : undefined
  return envelope && openWithKms(keys, path, envelope)
}

async function openWithRoot({ rootCredentials, argon2id }: ItemKeys, bytes: Uint8Array) {
  if (rootCredentials === null) return undefined
  const { user, password } = rootCredentials
  return password.expose((value) => openRootSealed({ user, password: value }, bytes, argon2id))
}

async function openWithKms(keys: ItemKeys, path: string, envelope: KmsEnvelope) {
  using key = await openItemKey(keys, path, envelope)
  return key?.expose((dek) => openKmsEnvelope(envelope, dek))
}

async function openItemKey({ staticKey, kes }: ItemKeys, path: string, { keyName, sealedKey }: KmsEnvelope) {
  const context = itemContext(path)
  if (staticKey?.name === keyName) {
    return staticKey.material.expose((material) => new Secret(openDataKey(material, sealedKey, context)))
  }
  if (kes === null) return undefined
  try {
    return await decryptDataKey(kes, keyName, sealedKey, context)
  } catch (error) {
    if (saidKes(error, 'noKey')) return undefined
    if (saidKes(error, 'notAuthentic')) throw new ForgeryError()
    throw error
  }
}
