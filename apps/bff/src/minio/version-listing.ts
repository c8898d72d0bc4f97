import { believablePage, decoded, notAListing, objectIn } from './believable-page.ts'
import type { ListingDocument, ListingEntry } from './listing-document.ts'
import type { ListedObject } from './object-listing.ts'
import type { Credentials, Minio } from './transport.ts'

/** One version of an object. */
export interface ListedVersion extends ListedObject {
  /** `null` where the bucket keeps no versions, or kept none when it was written. */
  readonly versionId: string
  /** It is what a read without a version gives. */
  readonly current: boolean
}

/** Where a page ends, for the next one. */
export interface VersionMarker {
  /** As MinIO gave it: behind the key stands which of its own lists it goes on with. */
  readonly key: string
  /** Empty: the versions of the key are through. */
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

export interface VersionListing {
  readonly prefix?: string
  readonly after?: VersionMarker | undefined
  /** 1000 at most, which is the default. */
  readonly limit?: number
  /** Default 30 s. */
  readonly timeoutMs?: number
}

/**
 * One page of all versions in a bucket, each with what seals it, also those below a delete marker, and those of a bucket
 * that keeps no versions; s3:ListBucketVersions and s3:GetObject. As MinIO's `metadata=true` for current objects, see
 * object-listing.ts. Sizes are those of the content, not of what encryption or compression made of it.
 *
 * @throws AppError `not-found`, `upstream-failed` for a reply that is no listing: an empty one would say that there is nothing
 */
export async function listVersionsWithMetadata(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
  listing: VersionListing = {},
): Promise<VersionPage> {
  const { prefix = '', after, limit = 1000, timeoutMs = 30_000 } = listing
  const ask = async (query: Readonly<Record<string, string>>) => {
    const call = { method: 'GET', path: `/${bucket}`, action: 's3:ListBucketVersions', asksKms: true } as const
    // Keys may hold what XML can't.
    const always = { versions: '', 'encoding-type': 'url', prefix }
    const { bytes } = await minio.send({ ...call, query: { ...always, ...query }, credentials, timeoutMs })
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  }
  const from = after === undefined ? {} : markerQuery(after)
  const page = pageOf(await believablePage(FORM, limit, (query) => ask({ ...from, ...query })))
  // MinIO finds nothing more in a bucket that is gone; asked for its beginning it says so.
  if (after !== undefined && page.versions.length + page.markers === 0) await ask({ 'max-keys': '1' })
  return page
}

const FORM = { root: 'ListVersionsResult', entries: ['Version', 'DeleteMarker'] }

const markerQuery = ({ key, versionId }: VersionMarker) => ({
  'key-marker': key,
  ...(versionId !== '' && { 'version-id-marker': versionId }),
})

/**
 * Makes sure that MinIO lets the credentials list a bucket; s3:ListBucketVersions. It lists nothing, so it asks no KMS,
 * and does not see whether the bucket is there.
 *
 * @throws AppError `not-allowed`
 */
export async function requireVersionListing(minio: Minio, credentials: Credentials, bucket: string): Promise<void> {
  const query = { versions: '', 'max-keys': '0' }
  await minio.send({ method: 'GET', path: `/${bucket}`, query, credentials, action: 's3:ListBucketVersions' })
}

/** The key that a marker stands at. */
export const keyOf = ({ key }: VersionMarker): string => key.replace(LIST_TAG, '')

/** Source: minio cmd/metacache-marker.go. */
const LIST_TAG = /\[minio_cache:v\d+,[^[\]]*\]$/

function pageOf({ entries, rest }: ListingDocument): VersionPage {
  if (rest.get('IsTruncated') !== 'true') return told(entries)
  const key = decoded(rest.get('NextKeyMarker'))
  if (key === '') return notAListing()
  return wholeObjects(entries, { key, versionId: rest.get('NextVersionIdMarker') ?? '' })
}

/**
 * MinIO looks for the version of a marker in the first object that it finds from its key on. Is that another one, since
 * the object is gone meanwhile, then its `null` version would be taken for the marker, and left out. So no page ends at
 * such a version where it can end before the object.
 */
function wholeObjects(entries: readonly ListingEntry[], next: VersionMarker): VersionPage {
  const last = entries.at(-1)?.texts.get('Key')
  const begin = entries.findIndex(({ texts }) => texts.get('Key') === last)
  if (next.versionId !== 'null' || begin < 1) return { ...told(entries), next }
  const before = decoded(entries[begin - 1]!.texts.get('Key'))
  const tag = LIST_TAG.exec(next.key)?.[0] ?? ''
  return { ...told(entries.slice(0, begin)), next: { key: before + tag, versionId: '' } }
}

function told(entries: readonly ListingEntry[]): VersionPage {
  const versions = entries.filter(({ element }) => element === 'Version').map(versionOf)
  return { versions, markers: entries.length - versions.length }
}

const versionOf = (entry: ListingEntry): ListedVersion => ({
  ...objectIn(entry),
  versionId: entry.texts.get('VersionId') ?? 'null',
  current: entry.texts.get('IsLatest') === 'true',
})
