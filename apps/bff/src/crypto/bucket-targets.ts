import { toText, viewOf } from './bytes.ts'
import { parseJson } from './canonical-json.ts'
import { FormatError } from './failures.ts'
import { isMap, unpackMap } from './message-pack.ts'
import { objectSeal, type SealedObjectKey, sealedObjectKey } from './object-key.ts'
import type { Seal } from './seal.ts'

/** The remote targets of a bucket, with their credentials, as they lie inside its `.metadata.bin`. */
export type BucketTargets =
  | { readonly state: 'none' }
  | {
      readonly state: 'present'
      readonly seal: Seal
      /** How to open `bytes`; absent where they are in clear, or their metadata is damaged. */
      readonly sealed?: SealedObjectKey
      /** JSON, or a DARE stream of it. A view of the metadata. */
      readonly bytes: Uint8Array
    }

const HEADER = 4

/**
 * @param metadataBin LE16 format 1, LE16 version 1, and MessagePack with `BucketTargetsConfigJSON` and its metadata
 * @throws FormatError where it is no bucket metadata
 */
export function bucketTargets(metadataBin: Uint8Array): BucketTargets {
  if (metadataBin.length < HEADER || viewOf(metadataBin).getUint16(0, true) !== 1) {
    throw new FormatError('the bucket metadata is cut short, or of a format that is not known')
  }
  const metadata = unpackMap(metadataBin.subarray(HEADER), 'the bucket metadata')
  const { BucketTargetsConfigJSON: bytes, BucketTargetsConfigMetaJSON: meta } = metadata
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) return { state: 'none' }
  if (!(meta instanceof Uint8Array) || meta.length === 0) {
    return { state: 'present', seal: { state: toText(bytes) === undefined ? 'unreadable' : 'plaintext' }, bytes }
  }
  const headers = parseJson(meta)
  if (!isMap(headers)) return { state: 'present', seal: { state: 'unreadable' }, bytes }
  const sealed = sealedObjectKey(headers)
  return { state: 'present', seal: objectSeal(headers), ...(sealed && { sealed }), bytes }
}
