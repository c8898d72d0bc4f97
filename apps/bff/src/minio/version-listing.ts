import { AppError } from '../errors.ts'
import { bareKeyName } from './buckets.ts'
import type { ListedObject } from './object-listing.ts'
import { sealIn } from './objects.ts'
import type { Credentials, Minio } from './transport.ts'
import { findElement, findText, parseXml, type XmlElement } from './xml.ts'

/** One version of an object. */
export interface ListedVersion extends Pick<ListedObject, 'key' | 'mode' | 'kmsKey'> {
  readonly versionId: string
}

/** Where a page ends, for the next one. */
export interface VersionMarker {
  readonly key: string
  readonly versionId: string
}

export interface VersionPage {
  /** Without delete markers, which hold no content. */
  readonly versions: readonly ListedVersion[]
  /** Delete markers on this page. */
  readonly markers: number
  /** Absent at the end. */
  readonly next?: VersionMarker
}

/**
 * One page of all versions in a bucket, each with what seals it, also those below a delete marker;
 * s3:ListBucketVersions and s3:GetObject. As MinIO's `metadata=true` for current objects, see object-listing.ts.
 *
 * @param limit 1000 at most
 * @throws AppError `upstream-failed` for a reply that is no listing: an empty one would say that there is nothing
 */
export async function listVersionsWithMetadata(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
  { after, limit = 1000 }: { readonly after?: VersionMarker | undefined; readonly limit?: number } = {},
): Promise<VersionPage> {
  const { bytes } = await minio.send({
    method: 'GET',
    path: `/${bucket}`,
    query: {
      versions: '',
      metadata: 'true',
      // Keys may hold what XML can't.
      'encoding-type': 'url',
      'max-keys': `${limit}`,
      ...(after && { 'key-marker': after.key, 'version-id-marker': after.versionId }),
    },
    credentials,
    action: 's3:ListBucketVersions',
    asksKms: true,
    timeoutMs: 30_000,
  })
  const document = findElement(parseXml(Buffer.from(bytes).toString()), 'ListVersionsResult')
  const truncated = document && findText(document, 'IsTruncated')
  if (document === undefined || (truncated !== 'true' && truncated !== 'false')) throw notAListing()
  const versions = document.children.filter(({ name }) => name === 'Version').map(listed)
  const markers = document.children.filter(({ name }) => name === 'DeleteMarker').length
  if (truncated === 'false') return { versions, markers }
  const key = decoded(findText(document, 'NextKeyMarker'))
  if (key === '') throw notAListing()
  return { versions, markers, next: { key, versionId: findText(document, 'NextVersionIdMarker') ?? '' } }
}

const notAListing = () =>
  new AppError('upstream-failed', 'MinIO listed the versions of a bucket in a form this console does not know.')

function listed(entry: XmlElement): ListedVersion {
  const metadata = findElement(entry, 'UserMetadata')
  const head = { key: decoded(findText(entry, 'Key')), versionId: findText(entry, 'VersionId') ?? 'null' }
  // Left out, as MinIO does without a word where s3:GetObject is missing.
  if (metadata === undefined) return { ...head, mode: 'unknown' }
  const { mode, key } = sealIn(
    Object.fromEntries(metadata.children.map(({ name, text }) => [name.toLowerCase(), text])),
  )
  return { ...head, mode, ...(key !== undefined && { kmsKey: bareKeyName(key) }) }
}

const decoded = (text = '') => decodeURIComponent(text.replaceAll('+', ' '))
