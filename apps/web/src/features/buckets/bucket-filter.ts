import type { Bucket } from '@strongroom/shared/buckets'
import { isInSegment, keyOf } from './seal-of-bucket.ts'

/** What `show=` in the URL may say, in the order of urgency. */
export const shows = [
  'not-encrypted',
  'failing-proof',
  'drifted',
  'plain-objects',
  'promise-unknown',
  'not-read',
] as const
export type Show = (typeof shows)[number]

const isShown: Record<Show, (bucket: Bucket) => boolean> = {
  'not-encrypted': ({ effective }) => effective?.mode === 'none',
  // In plaintext where nothing else was promised is a promise kept.
  'failing-proof': ({ proof, effective }) =>
    proof !== null &&
    proof.outcome !== 'as-promised' &&
    proof.outcome !== 'unpromised' &&
    !(proof.outcome === 'plain' && (effective === null || effective.mode === 'none')),
  drifted: ({ house }) => house?.drifted === true,
  'plain-objects': ({ coverage }) => coverage !== null && coverage.plain > 0,
  'promise-unknown': ({ proof }) => proof?.outcome === 'unpromised',
  'not-read': ({ encryption }) => encryption === null,
}

export const showOf = (text: string): Show | undefined => shows.find((show) => show === text)

/** How many buckets each of them lets through. */
export const countShows = (buckets: readonly Bucket[]) =>
  shows.map((show) => ({ show, count: buckets.filter(isShown[show]).length }))

export interface BucketFilter {
  readonly text: string
  readonly show: Show | undefined
  /** A segment of the seal bar; '' is any. */
  readonly seal: string
  /** The key that seals new objects; '' is any. */
  readonly key: string
}

/** The buckets that every part of the filter lets through. */
export function matchingBuckets(buckets: readonly Bucket[], filter: BucketFilter, defaultKey: string | null) {
  const { show, seal, key } = filter
  const text = filter.text.trim().toLowerCase()
  return buckets.filter(
    (bucket) =>
      bucket.name.includes(text) &&
      (!show || isShown[show](bucket)) &&
      (!seal || isInSegment(bucket, seal, defaultKey)) &&
      (!key || isSealedBy(bucket, key, defaultKey)),
  )
}

const isSealedBy = (bucket: Bucket, key: string, defaultKey: string | null) =>
  bucket.effective !== null && bucket.effective.mode !== 'none' && keyOf(bucket, defaultKey) === key

/** The keys that seal new objects, those of most buckets first. */
export function keysInUse(buckets: readonly Bucket[], defaultKey: string | null) {
  const found = new Map<string, number>()
  for (const bucket of buckets) {
    if (bucket.effective === null || bucket.effective.mode === 'none') continue
    const key = keyOf(bucket, defaultKey)
    found.set(key, (found.get(key) ?? 0) + 1)
  }
  return [...found]
    .map(([key, count]) => ({ key, count }))
    .sort((a, b) => b.count - a.count || a.key.localeCompare(b.key))
}
