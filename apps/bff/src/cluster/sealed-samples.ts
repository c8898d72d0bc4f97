import { canonicalContext, itemContext } from '../crypto/context.ts'
import { parseKmsEnvelope } from '../crypto/kms-envelope.ts'
import { listBuckets } from '../minio/buckets.ts'
import { listObjectsWithMetadata } from '../minio/object-listing.ts'
import { type DriveReader, readMeta } from './drive-reader.ts'
import { inspectSource, systemVolume } from './inspect-source.ts'

/** A sealed data key of this cluster, with what it is bound to. */
export interface SealedSample {
  readonly from: 'iam' | 'object'
  readonly path: string
  readonly sealedKey: Uint8Array
  readonly context: Uint8Array
}

const FROM_ITEMS = 16
const FROM_OBJECTS = 8
const BUCKETS_LOOKED_AT = 20
const KEYS_LOOKED_AT = 50

/** Sealed data keys under `name`: of IAM and config items, and of objects, a few of each. */
export async function sealedSamples(reader: DriveReader, name: string): Promise<SealedSample[]> {
  const [items, objects] = await Promise.all([itemSamples(reader, name), objectSamples(reader, name)])
  return [...items, ...objects]
}

async function itemSamples(reader: DriveReader, name: string): Promise<SealedSample[]> {
  const samples: SealedSample[] = []
  const volume = await systemVolume(reader)
  for await (const { items } of inspectSource(reader, volume).batches()) {
    for (const { path, bytes } of items) {
      const envelope = bytes && parseKmsEnvelope(bytes)
      if (envelope?.keyName === name) {
        const sealedKey = envelope.sealedKey.slice()
        samples.push({ from: 'iam', path, sealedKey, context: itemContext(path, volume) })
      }
      bytes?.fill(0)
    }
  }
  return spread(samples, FROM_ITEMS)
}

/** Evenly over the list, so that more than one kind of item is tried. */
function spread<T>(list: readonly T[], count: number): T[] {
  const step = Math.max(1, list.length / count)
  return Array.from({ length: Math.min(count, list.length) }, (_, index) => list[Math.floor(index * step)]!)
}

async function objectSamples(reader: DriveReader, name: string): Promise<SealedSample[]> {
  const samples: SealedSample[] = []
  const buckets = await listBuckets(reader.minio, reader.credentials)
  for (const bucket of buckets.slice(0, BUCKETS_LOOKED_AT)) {
    for (const { key, mode } of await firstObjects(reader, bucket.name)) {
      if (samples.length >= FROM_OBJECTS) return samples
      if (mode !== 'sse-s3' && mode !== 'sse-kms') continue
      const sample = await objectSample(reader, bucket.name, key, name)
      if (sample) samples.push(sample)
    }
  }
  return samples
}

/** A bucket that the caller may not list gives no samples: others do. */
async function firstObjects({ minio, credentials }: DriveReader, bucket: string) {
  const page = await listObjectsWithMetadata(minio, credentials, bucket, { limit: KEYS_LOOKED_AT }).catch(
    () => undefined,
  )
  return page?.objects ?? []
}

const SEALED_KEY = 'x-minio-internal-server-side-encryption-s3-kms-sealed-key'
const KEY_ID = 'x-minio-internal-server-side-encryption-s3-kms-key-id'
const USER_CONTEXT = 'x-minio-internal-server-side-encryption-context'

/** SSE-S3 and SSE-KMS objects are bound to `{bucket: bucket/object}`; SSE-KMS adds the context a client sent. */
async function objectSample(
  reader: DriveReader,
  bucket: string,
  key: string,
  name: string,
): Promise<SealedSample | undefined> {
  const metaSys = (await readMeta(reader, key, bucket)) ?? {}
  const meta = new Map(Object.entries(metaSys).map(([header, value]) => [header.toLowerCase(), text(value)]))
  const sealed = meta.get(SEALED_KEY)
  if (sealed === undefined || meta.get(KEY_ID)?.replace('arn:aws:kms:', '') !== name) return undefined
  const extra = meta.get(USER_CONTEXT)
  const own: Record<string, string> = extra ? JSON.parse(Buffer.from(extra, 'base64').toString('utf8')) : {}
  return {
    from: 'object',
    path: `${bucket}/${key}`,
    sealedKey: new Uint8Array(Buffer.from(sealed, 'base64')),
    context: canonicalContext({ ...own, [bucket]: `${bucket}/${key}` }),
  }
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8')
