import { bucketTargets } from '../crypto/bucket-targets.ts'
import { fromBase64, toText } from '../crypto/bytes.ts'
import { parseJson } from '../crypto/canonical-json.ts'
import { bucketTargetsContext, canonicalContext, itemContext } from '../crypto/context.ts'
import { FormatError } from '../crypto/failures.ts'
import { parseKmsEnvelope } from '../crypto/kms-envelope.ts'
import { isMap } from '../crypto/message-pack.ts'
import { sealedObjectKey } from '../crypto/object-key.ts'
import { bareKeyName } from '../minio/buckets.ts'
import { identify } from './item-kind.ts'
import { TIER_CONFIG } from './item-opener.ts'
import type { StoredItem } from './item-source.ts'

/** A sealed data key of this cluster, with what it is bound to. Of whatever it opens nothing is kept. */
export interface SealedSample {
  readonly from: 'iam' | 'object'
  /** Of an item as {@link identify} has it; `sse-s3` or `sse-kms` of an object. */
  readonly kind: string
  /** Below the system volume, or `bucket/object`. */
  readonly path: string
  readonly keyName: string
  readonly sealedKey: Uint8Array
  readonly context: Uint8Array
}

/** The data key of an IAM or config item, of the remote targets of a bucket, or of the tiers; undefined where no KMS key seals it. */
export function sampleOfItem({ path, bytes, metaSys }: StoredItem, volume: string): SealedSample | undefined {
  if (bytes === undefined) return undefined
  const { kind, name } = identify(path)
  const found = { from: 'iam' as const, kind, path }
  if (kind === 'bucket-targets') {
    const sealed = targetsKey(bytes)
    return sealed && { ...found, keyName: sealed.keyName, ...own(sealed.sealedDataKey, bucketTargetsContext(name)) }
  }
  if (path === TIER_CONFIG) {
    const sealed = sealedObjectKey(metaSys)
    return sealed && { ...found, keyName: sealed.keyName, ...own(sealed.sealedDataKey, itemContext(path, volume)) }
  }
  const envelope = parseKmsEnvelope(bytes)
  return envelope && { ...found, keyName: envelope.keyName, ...own(envelope.sealedKey, itemContext(path, volume)) }
}

/** A copy: the item is wiped once it was looked at. */
const own = (sealedKey: Uint8Array, context: Uint8Array) => ({ sealedKey: sealedKey.slice(), context })

function targetsKey(metadata: Uint8Array) {
  try {
    const targets = bucketTargets(metadata)
    return targets.state === 'none' ? undefined : targets.sealed
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

const PREFIX = 'x-minio-internal-server-side-encryption-'

/**
 * The data key of an object, bound to `{bucket: "bucket/object"}`, and with SSE-KMS to the context that the client sent.
 *
 * @param metaSys of its xl.meta
 * @returns undefined where no KMS key seals it
 */
export function sampleOfObject(
  bucket: string,
  object: string,
  metaSys: StoredItem['metaSys'],
): SealedSample | undefined {
  const meta = new Map(Object.entries(metaSys).map(([name, value]) => [name.toLowerCase(), toText(value)]))
  const keyName = meta.get(`${PREFIX}s3-kms-key-id`)
  const sealedKey = fromBase64(meta.get(`${PREFIX}s3-kms-sealed-key`) ?? '')
  if (!keyName || !sealedKey?.length) return undefined
  const path = `${bucket}/${object}`
  const kind = meta.has(`${PREFIX}kms-sealed-key`) ? 'sse-kms' : 'sse-s3'
  const context = canonicalContext({ ...clientContext(meta.get(`${PREFIX}context`)), [bucket]: path })
  return { from: 'object', kind, path, keyName: bareKeyName(keyName), sealedKey, context }
}

/** Base64 of JSON, as the client sent it. */
function clientContext(text: string | undefined): Record<string, string> {
  const bytes = fromBase64(text ?? '')
  const parsed = bytes?.length ? parseJson(bytes) : undefined
  if (!isMap(parsed)) return {}
  return Object.fromEntries(
    Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
