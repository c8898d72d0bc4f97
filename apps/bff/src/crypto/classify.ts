import { bucketTargets } from './bucket-targets.ts'
import { toText } from './bytes.ts'
import { parseKmsEnvelope } from './kms-envelope.ts'
import { looksRootSealed } from './root-credentials.ts'
import type { Seal } from './seal.ts'

export type { Seal } from './seal.ts'

/** Where servers of before 2021-05 sealed under root credentials. Elsewhere byte 32 of a binary file says nothing. */
const underRootOnce = (path: string) =>
  path === 'config/config.json' || path.startsWith('config/history/') || path.startsWith('config/iam/')

/**
 * Says what seals an item of the cluster's own data, in the order that MinIO itself tries: text is plaintext, then a KMS
 * envelope with its whole header, then root credentials by length and id (sure only once opened). Job files are binary and
 * never sealed. Tier configuration (object-key.ts) and bucket targets (below) have functions of their own.
 *
 * @param path below the system volume: `config/iam/users/alice/identity.json`
 */
export function classify(path: string, bytes: Uint8Array): Seal {
  // Text too, but MinIO writes no empty item: this one has lost its content.
  if (bytes.length === 0) return { state: 'unreadable' }
  if (toText(bytes) !== undefined || path.startsWith('batch-jobs/')) return { state: 'plaintext' }
  const envelope = parseKmsEnvelope(bytes)
  if (envelope) return { state: 'kms', key: envelope.keyName }
  return { state: underRootOnce(path) && looksRootSealed(bytes) ? 'root-credentials' : 'unreadable' }
}

/**
 * What seals the remote targets, with their credentials, inside a bucket's `.metadata.bin`; `none` where it has none. To
 * open them see bucket-targets.ts.
 *
 * @throws FormatError where it is no bucket metadata
 */
export function bucketTargetsSeal(metadataBin: Uint8Array): Seal | 'none' {
  const targets = bucketTargets(metadataBin)
  return targets.state === 'none' ? 'none' : targets.seal
}
