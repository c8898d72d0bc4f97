import type { Credentials, Minio } from '../../minio/transport.ts'
import { type ListedVersion, listVersionsWithMetadata, type VersionMarker } from '../../minio/version-listing.ts'
import { plural } from '../observed.ts'

/** So many pages of each bucket, of a thousand versions: more takes longer than a session lasts. */
const MAX_PAGES = 300

/** How a copy differs from its source. */
export interface Comparison {
  /** Versions in both, and the same. */
  readonly same: number
  /** Only in the source, written before the copy began. */
  readonly missing: number
  /** Only in the source, written since. */
  readonly since: number
  /** In both, with another size or time. */
  readonly different: number
  /** Only in the copy. */
  readonly extra: number
  /** Of the copy: in plaintext, or MinIO does not say. */
  readonly plain: number
  /** Delete markers. */
  readonly markers: { readonly source: number; readonly copy: number }
}

export interface Pair {
  readonly bucket: string
  readonly prefix: string
  readonly target: string
  /** When the copy began. */
  readonly startedAt: Date
}

/**
 * Lists a bucket and its copy side by side, and compares them version by version: MinIO’s own count leaves out what it could
 * not list. Contents are not read. Null: there are too many to compare here.
 *
 * @throws AppError `not-allowed`, `upstream-unreachable` …
 */
export async function compareCopy(
  access: { readonly minio: Minio; readonly credentials: Credentials },
  { bucket, prefix, target, startedAt }: Pair,
): Promise<Comparison | null> {
  const [source, copy] = [versionsOf(access, bucket, prefix), versionsOf(access, target, prefix)]
  const found = { same: 0, missing: 0, since: 0, different: 0, extra: 0, plain: 0 }
  let [one, other] = await Promise.all([source.next(), copy.next()])
  while (!one.done || !other.done) {
    const order = one.done ? 1 : other.done ? -1 : compare(one.value, other.value)
    if (order >= 0 && !other.done && other.value.mode !== 'sse-s3' && other.value.mode !== 'sse-kms') found.plain++
    if (order < 0 && !one.done) found[one.value.modifiedAt > startedAt.toISOString() ? 'since' : 'missing']++
    else if (order > 0) found.extra++
    else if (!one.done && !other.done) found[isSame(one.value, other.value) ? 'same' : 'different']++
    ;[one, other] = await Promise.all([order <= 0 ? source.next() : one, order >= 0 ? copy.next() : other])
  }
  if (one.value === null || other.value === null) return null
  return { ...found, markers: { source: one.value, copy: other.value } }
}

/** MinIO lists keys by their bytes, and the versions of each by their time, which the copy keeps. */
function compare(one: ListedVersion, other: ListedVersion): number {
  const keys = Buffer.compare(Buffer.from(one.key), Buffer.from(other.key))
  if (keys !== 0 || one.versionId === other.versionId) return keys
  // Newest first.
  return one.modifiedAt > other.modifiedAt ? -1 : 1
}

const isSame = (one: ListedVersion, other: ListedVersion) =>
  one.sizeBytes === other.sizeBytes && one.modifiedAt === other.modifiedAt

/** @returns the number of delete markers; null: it gave up */
async function* versionsOf(
  { minio, credentials }: { readonly minio: Minio; readonly credentials: Credentials },
  bucket: string,
  prefix: string,
): AsyncGenerator<ListedVersion, number | null> {
  let after: VersionMarker | undefined
  let markers = 0
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await listVersionsWithMetadata(minio, credentials, bucket, { prefix, after })
    markers += page.markers
    yield* page.versions
    if (page.next === undefined) return markers
    after = page.next
  }
  return null
}

/** Whether nothing is missing in a copy. */
export const isWhole = ({ missing, different, markers }: Comparison) =>
  missing === 0 && different === 0 && markers.copy >= markers.source

/** What was found, for people. */
export function comparisonText(found: Comparison): string {
  const { same, missing, since, different, extra, plain, markers } = found
  const sentences = [
    `Compared afterwards by the console: ${plural(same, 'version')} ${same === 1 ? 'is' : 'are'} in both buckets, with the same id, size and time.`,
    missing > 0 && `${plural(missing, 'version')} ${missing === 1 ? 'is' : 'are'} missing in the copy.`,
    different > 0 && `${plural(different, 'version')} ${different === 1 ? 'differs' : 'differ'}.`,
    markers.copy !== markers.source &&
      `The source has ${plural(markers.source, 'delete marker')}, the copy ${markers.copy}.`,
    since > 0 &&
      `${plural(since, 'version')} ${since === 1 ? 'was' : 'were'} written to the source since, and ${since === 1 ? 'is' : 'are'} not in the copy.`,
    extra > 0 && `${plural(extra, 'version')} ${extra === 1 ? 'is' : 'are'} only in the copy.`,
    plain > 0
      ? `${plural(plain, 'version')} of the copy ${plain === 1 ? 'is' : 'are'} not encrypted, as far as MinIO says.`
      : 'All versions of the copy are encrypted.',
  ]
  return sentences.filter((sentence) => sentence !== false).join(' ')
}
