import { bareKeyName } from './buckets.ts'
import { sealIn } from './objects.ts'
import type { Credentials, Minio } from './transport.ts'
import { findElement, findText, parseXml, type XmlElement } from './xml.ts'

export interface ListedObject {
  readonly key: string
  readonly sizeBytes: number
  readonly modifiedAt: string
  /** `unknown`: MinIO left the metadata out, as it does without a word where s3:GetObject is missing. */
  readonly mode: 'none' | 'sse-s3' | 'sse-kms' | 'sse-c' | 'unknown'
  /** With SSE-KMS alone: MinIO tells no key for SSE-S3. */
  readonly kmsKey?: string
}

export interface ListingPage {
  readonly objects: readonly ListedObject[]
  /** For `after` of the next page; absent at the end. */
  readonly next?: string
}

/**
 * One page of the current objects of a bucket, each with what seals it; s3:ListBucket and s3:GetObject. This is MinIO's
 * own extension of ListObjectsV2, `metadata=true`, which the AWS SDK neither sends nor reads. In a bucket with SSE-S3 objects each page asks the KMS for each object.
 *
 * @param limit 1000 at most
 */
export async function listObjectsWithMetadata(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
  {
    prefix = '',
    after,
    limit = 1000,
  }: { readonly prefix?: string; readonly after?: string; readonly limit?: number } = {},
): Promise<ListingPage> {
  const { bytes } = await minio.send({
    method: 'GET',
    path: `/${bucket}`,
    query: {
      'list-type': '2',
      metadata: 'true',
      // Keys may hold what XML can't.
      'encoding-type': 'url',
      'max-keys': `${limit}`,
      prefix,
      ...(after !== undefined && { 'continuation-token': after }),
    },
    credentials,
    action: 's3:ListBucket',
    asksKms: true,
    timeoutMs: 30_000,
  })
  const document = findElement(parseXml(Buffer.from(bytes).toString()), 'ListBucketResult')
  const objects = (document?.children ?? []).filter(({ name }) => name === 'Contents').map(listed)
  const next = document && findText(document, 'NextContinuationToken')
  return { objects, ...(next && { next }) }
}

function listed(entry: XmlElement): ListedObject {
  const metadata = findElement(entry, 'UserMetadata')
  return {
    key: decodeURIComponent((findText(entry, 'Key') ?? '').replaceAll('+', ' ')),
    sizeBytes: Number(findText(entry, 'Size') ?? 0),
    modifiedAt: findText(entry, 'LastModified') ?? '',
    ...(metadata ? sealOf(metadata) : { mode: 'unknown' as const }),
  }
}

function sealOf(metadata: XmlElement): Pick<ListedObject, 'mode' | 'kmsKey'> {
  const { mode, key } = sealIn(
    Object.fromEntries(metadata.children.map(({ name, text }) => [name.toLowerCase(), text])),
  )
  return { mode, ...(key !== undefined && { kmsKey: bareKeyName(key) }) }
}
