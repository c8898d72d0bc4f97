import type { SealState } from '@strongroom/shared/seal'
import { toText } from './bytes.ts'
import { parseJson } from './canonical-json.ts'
import { parseKmsEnvelope } from './kms-envelope.ts'
import { isMap, unpackMap } from './message-pack.ts'
import { looksRootSealed } from './root-credentials.ts'

/** What protects an item; `key` is the KMS key that its header names. Nothing is opened: it is what the bytes say. */
export interface Seal {
  readonly state: SealState
  readonly key?: string
}

/** The metadata that seals tier configuration and bucket targets as it seals an SSE-S3 object. */
const KEY_NAME = 'X-Minio-Internal-Server-Side-Encryption-S3-Kms-Key-Id'
const SEALED_KEY = 'X-Minio-Internal-Server-Side-Encryption-S3-Sealed-Key'

/** Files in front of whose MessagePack stand LE16 format and LE16 version. */
const VERSION_HEADER = 4

/** Where servers of before 2021-05 sealed under root credentials. Elsewhere byte 32 of a binary file says nothing. */
const underRootOnce = (path: string) =>
  path === 'config/config.json' || path.startsWith('config/history/') || path.startsWith('config/iam/')

/**
 * Says what seals an item of the cluster's own data, in the order that MinIO itself tries: text is plaintext, then a KMS
 * envelope with its whole header, then root credentials by length and id (sure only once opened). Job files are binary and
 * never sealed. Tier configuration and bucket targets have functions of their own, below.
 *
 * @param path below the system volume: `config/iam/users/alice/identity.json`
 */
export function classify(path: string, bytes: Uint8Array): Seal {
  if (bytes.length === 0) return { state: 'unreadable' }
  if (toText(bytes) !== undefined || path.startsWith('batch-jobs/')) return { state: 'plaintext' }
  const envelope = parseKmsEnvelope(bytes)
  if (envelope) return { state: 'kms', key: envelope.keyName }
  return { state: underRootOnce(path) && looksRootSealed(bytes) ? 'root-credentials' : 'unreadable' }
}

/**
 * What seals `config/tier-config.bin`, by the metadata in its xl.meta.
 *
 * @param metaSys of the latest version, see xl-meta.ts
 */
export function classifyTierConfig(metaSys: Readonly<Record<string, Uint8Array>>): Seal {
  const text = (name: string) => toText(Object.entries(metaSys).find(([key]) => sameName(key, name))?.[1] ?? EMPTY)
  return sealOf(text(SEALED_KEY), text(KEY_NAME))
}

/**
 * What seals the remote targets, with their credentials, inside a bucket's `.metadata.bin`; `none` where it has none.
 *
 * @param metadataBin LE16 format 1, LE16 version 1, and MessagePack with `BucketTargetsConfigJSON` and its metadata
 * @throws FormatError where it is no bucket metadata
 */
export function bucketTargetsSeal(metadataBin: Uint8Array): Seal | 'none' {
  const metadata = unpackMap(metadataBin.subarray(VERSION_HEADER), 'the bucket metadata')
  const { BucketTargetsConfigJSON: targets, BucketTargetsConfigMetaJSON: meta } = metadata
  if (!(targets instanceof Uint8Array) || targets.length === 0) return 'none'
  if (!(meta instanceof Uint8Array) || meta.length === 0) {
    return { state: toText(targets) === undefined ? 'unreadable' : 'plaintext' }
  }
  const headers = parseJson(meta)
  return isMap(headers) ? sealOf(headers[SEALED_KEY], headers[KEY_NAME]) : { state: 'unreadable' }
}

const EMPTY = new Uint8Array(0)

function sealOf(sealedKey: unknown, keyName: unknown): Seal {
  if (typeof keyName === 'string' && keyName !== '') return { state: 'kms', key: keyName }
  return { state: sealedKey ? 'unreadable' : 'plaintext' }
}

const sameName = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
