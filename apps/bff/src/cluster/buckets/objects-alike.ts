import type { BucketEncryption } from '../../minio/buckets.ts'
import { isAhead } from '../../minio/object-copy.ts'
import type { ObjectFacts } from '../../minio/object-facts.ts'

/** Whether that seals an object already. SSE-S3 tells no key: it is the server's default one, or was when it was written. */
export const isSealed = ({ seal }: Pick<ObjectFacts, 'seal'>, sealing: BucketEncryption) =>
  seal.mode === sealing.mode && (sealing.mode === 'sse-s3' || seal.key === sealing.key)

/** In what two objects differ, in words; values are not told. Times that have passed hold nothing, and don't count. */
export function differences(before: ObjectFacts, after: ObjectFacts): string[] {
  const names = new Set([...Object.keys(before.metadata), ...Object.keys(after.metadata)])
  return [
    ...(before.sizeBytes === after.sizeBytes ? [] : ['size']),
    ...[...names].filter((name) => before.metadata[name] !== after.metadata[name]),
    ...(tagsOf(before) === tagsOf(after) ? [] : ['tags']),
    ...lockDifferences(before, after),
  ]
}

/** As {@link differences}, of retention and legal hold alone. A retention that the bucket gives each new version is none. */
export function lockDifferences(before: ObjectFacts, after: ObjectFacts): string[] {
  const [old, now] = [before.retention, after.retention]
  const held = old !== null && isAhead(old.until)
  const same = !held || (now !== null && now.mode === old.mode && Date.parse(now.until) === Date.parse(old.until))
  return [
    ...(same ? [] : ['retention']),
    ...((before.legalHold ?? 'OFF') === (after.legalHold ?? 'OFF') ? [] : ['legal hold']),
  ]
}

export const tagsOf = ({ tags }: Pick<ObjectFacts, 'tags'>): string => {
  const sorted = new URLSearchParams(tags)
  sorted.sort()
  return sorted.toString()
}
