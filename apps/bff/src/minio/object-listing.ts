import { believablePage, objectIn } from './believable-page.ts'
import type { Credentials, Minio } from './transport.ts'

export interface ListedObject {
  readonly key: string
  readonly sizeBytes: number
  readonly modifiedAt: string
  /** Of an object in a tier, the tier. Absent: not asked for. */
  readonly storageClass?: string
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
 * @param startAfter a key, which need not exist; `after` is the `next` of a page
 */
export async function listObjectsWithMetadata(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
  {
    prefix = '',
    after,
    startAfter,
    limit = 1000,
  }: { readonly prefix?: string; readonly after?: string; readonly startAfter?: string; readonly limit?: number } = {},
): Promise<ListingPage> {
  const { entries, rest } = await believablePage(FORM, limit, async (query) => {
    const { bytes } = await minio.send({
      method: 'GET',
      path: `/${bucket}`,
      query: {
        'list-type': '2',
        // Keys may hold what XML can't.
        'encoding-type': 'url',
        prefix,
        ...(after !== undefined && { 'continuation-token': after }),
        ...(startAfter !== undefined && { 'start-after': startAfter }),
        ...query,
      },
      credentials,
      action: 's3:ListBucket',
      asksKms: true,
      timeoutMs: 30_000,
    })
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  })
  const next = rest.get('NextContinuationToken')
  return { objects: entries.map(objectIn), ...(next && { next }) }
}

const FORM = { root: 'ListBucketResult', entries: ['Contents'] }
