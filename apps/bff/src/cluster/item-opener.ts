import type { SealState } from '@strongroom/shared/seal'
import type { Argon2id } from '../crypto/admin-body.ts'
import { bucketTargetsContext, itemContext, tierConfigPath } from '../crypto/context.ts'
import { openDataKey } from '../crypto/data-key.ts'
import { ForgeryError } from '../crypto/failures.ts'
import { type KmsEnvelope, openKmsEnvelope, parseKmsEnvelope } from '../crypto/kms-envelope.ts'
import { openObjectSealed, type SealedObjectKey } from '../crypto/object-key.ts'
import { openRootSealed } from '../crypto/root-credentials.ts'
import { saidKes } from '../kes/answer.ts'
import { decryptDataKey } from '../kes/keys.ts'
import type { Kes } from '../kes/transport.ts'
import { SYSTEM_VOLUME } from '../minio/inspect.ts'
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
 * @param path below the system volume; KMS items are bound to it, and to the volume
 * @returns the content, to be wiped by the caller; undefined when the console holds no key that could open it
 * @throws ForgeryError where the key is at hand and does not open it
 */
export async function openItem(
  keys: ItemKeys,
  path: string,
  state: SealState,
  bytes: Uint8Array,
  volume = SYSTEM_VOLUME,
): Promise<Uint8Array | undefined> {
  if (state === 'plaintext') return bytes.slice()
  if (state === 'root-credentials') return openWithRoot(keys, bytes)
  const envelope = state === 'kms' ? parseKmsEnvelope(bytes) : undefined
  return envelope && openWithKms(keys, envelope, itemContext(path, volume))
}

/** What is sealed as an SSE-S3 object is: the remote targets of a bucket, or the tier configuration. */
export type ObjectSealed =
  | {
      readonly of: 'bucket-targets'
      readonly bucket: string
      readonly sealed: SealedObjectKey
      readonly bytes: Uint8Array
    }
  | {
      readonly of: 'tier-config'
      readonly volume: string
      readonly sealed: SealedObjectKey
      readonly bytes: Uint8Array
    }

/**
 * Opens what is sealed as an object; see {@link openItem} for what comes back.
 *
 * @throws ForgeryError where the key is at hand and does not open it
 */
export async function openSealedObject(keys: ItemKeys, object: ObjectSealed): Promise<Uint8Array | undefined> {
  const { sealed, bytes } = object
  // No key of today opens this form: what KES would say of it says nothing of the key.
  if (sealed.oldForm) return undefined
  const [context, path] =
    object.of === 'bucket-targets'
      ? [bucketTargetsContext(object.bucket), object.bucket]
      : [itemContext(TIER_CONFIG, object.volume), tierConfigPath(object.volume)]
  using key = await openSealedKey(keys, sealed.keyName, sealed.sealedDataKey, context)
  return key?.expose((dek) => openObjectSealed(sealed, dek, path, bytes))
}

/** Below the system volume. */
export const TIER_CONFIG = 'config/tier-config.bin'

async function openWithRoot({ rootCredentials, argon2id }: ItemKeys, bytes: Uint8Array) {
  if (rootCredentials === null) return undefined
  const { user, password } = rootCredentials
  return password.expose((value) => openRootSealed({ user, password: value }, bytes, argon2id))
}

async function openWithKms(keys: ItemKeys, envelope: KmsEnvelope, context: Uint8Array) {
  using key = await openSealedKey(keys, envelope.keyName, envelope.sealedKey, context)
  return key?.expose((dek) => openKmsEnvelope(envelope, dek))
}

async function openSealedKey({ staticKey, kes }: ItemKeys, name: string, sealed: Uint8Array, context: Uint8Array) {
  if (staticKey?.name === name) {
    return staticKey.material.expose((material) => new Secret(openDataKey(material, sealed, context)))
  }
  if (kes === null) return undefined
  try {
    return await decryptDataKey(kes, name, sealed, context)
  } catch (error) {
    if (saidKes(error, 'noKey')) return undefined
    if (saidKes(error, 'notAuthentic')) throw new ForgeryError()
    throw error
  }
}
