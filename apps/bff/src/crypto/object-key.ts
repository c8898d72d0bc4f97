import { clean } from '@noble/ciphers/utils.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concat, fromBase64, fromText, toText } from './bytes.ts'
import { openDare } from './dare.ts'
import { isOldForm } from './data-key.ts'
import { ForgeryError } from './failures.ts'
import type { Seal } from './seal.ts'

const PREFIX = 'X-Minio-Internal-Server-Side-Encryption-'
const ALGORITHM = 'DAREv2-HMAC-SHA256'
const DOMAIN = 'SSE-S3'
const IV = 32
/** A DARE package of 32 bytes. */
const SEALED_KEY = 64

/** What metadata says that seals an object as SSE-S3 does: so are bucket targets and the tier configuration sealed. */
export interface SealedObjectKey {
  /** The KMS key. */
  readonly keyName: string
  /** The data key, sealed by the KMS key: see data-key.ts. */
  readonly sealedDataKey: Uint8Array
  /** 32 bytes. */
  readonly iv: Uint8Array
  /** The key of the object, sealed by the data key; 64 bytes. */
  readonly sealedKey: Uint8Array
  readonly algorithm: typeof ALGORITHM
  /**
   * The data key was sealed under a master key of before 2021-05, in a form that no static key and no KES opens. Tell it so:
   * the key of that name need not be wrong.
   */
  readonly oldForm: boolean
}

/** What seals an object, by its metadata; any sign of a seal without the name of a key makes it unreadable, as for MinIO. */
export function objectSeal(metadata: Readonly<Record<string, unknown>>): Seal {
  const key = textIn(metadata, 'S3-Kms-Key-Id')
  if (key) return { state: 'kms', key }
  const sealed = Object.keys(metadata).some((name) => name.toLowerCase().startsWith(PREFIX.toLowerCase()))
  return { state: sealed ? 'unreadable' : 'plaintext' }
}

/**
 * Takes the metadata apart, which needs no key.
 *
 * @param metadata of an xl.meta (`metaSys`, bytes), or what `BucketTargetsConfigMetaJSON` holds (text)
 * @returns `undefined` where a part is missing, or is not of the one form that MinIO writes
 */
export function sealedObjectKey(metadata: Readonly<Record<string, unknown>>): SealedObjectKey | undefined {
  const keyName = textIn(metadata, 'S3-Kms-Key-Id')
  const sealedDataKey = bytesIn(metadata, 'S3-Kms-Sealed-Key')
  const [iv, sealedKey] = [bytesIn(metadata, 'Iv'), bytesIn(metadata, 'S3-Sealed-Key')]
  if (textIn(metadata, 'Seal-Algorithm') !== ALGORITHM || !keyName) return undefined
  if (!sealedDataKey?.length || iv?.length !== IV || sealedKey?.length !== SEALED_KEY) return undefined
  return { keyName, sealedDataKey, iv, sealedKey, algorithm: ALGORITHM, oldForm: isOldForm(sealedDataKey) }
}

/**
 * Opens what was sealed so. The key that seals the object's key is
 * HMAC-SHA-256(data key, iv ‖ "SSE-S3" ‖ "DAREv2-HMAC-SHA256" ‖ path). Source: minio internal/crypto/key.go.
 *
 * @param dek 32 bytes, left untouched: the data key, opened under the context that context.ts says
 * @param path the bucket for bucket targets, `.minio.sys/config/tier-config.bin` for the tier configuration
 * @throws ForgeryError whether it is short, altered, of another path or under another data key
 */
export function openObjectSealed(
  { iv, sealedKey, algorithm }: SealedObjectKey,
  dek: Uint8Array,
  path: string,
  bytes: Uint8Array,
): Uint8Array {
  const sealing = hmac(sha256, dek, concat(iv, fromText(DOMAIN), fromText(algorithm), fromText(path)))
  let objectKey: Uint8Array | undefined
  try {
    objectKey = openDare(sealing, sealedKey)
    if (objectKey.length !== 32) throw new ForgeryError()
    return openDare(objectKey, bytes)
  } finally {
    clean(sealing)
    if (objectKey) clean(objectKey)
  }
}

/** Header names compare without case: they are written as HTTP writes them. */
function textIn(metadata: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const wanted = (PREFIX + name).toLowerCase()
  const value = Object.entries(metadata).find(([key]) => key.toLowerCase() === wanted)?.[1]
  if (value instanceof Uint8Array) return toText(value)
  return typeof value === 'string' ? value : undefined
}

function bytesIn(metadata: Readonly<Record<string, unknown>>, name: string): Uint8Array | undefined {
  const text = textIn(metadata, name)
  return text === undefined ? undefined : fromBase64(text)
}
