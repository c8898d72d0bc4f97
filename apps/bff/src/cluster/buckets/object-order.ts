import type { BucketTrait, ObjectRun } from '@strongroom/shared/object-encryption'
import type { BucketEncryption } from '../../minio/buckets.ts'

/** An unfinished run, as a plan tells it. */
export function told({ order, startedAt, done, already, left, failed }: ObjectRun) {
  const { mode, key, prefix, which } = order
  return {
    mode: mode === 'sse-kms' ? ('sse-kms' as const) : ('sse-s3' as const),
    ...(typeof key === 'string' && { key }),
    ...{ prefix: String(prefix), which: String(which), startedAt },
    done: done.count + already + failed + left.reduce((sum, each) => sum + each.count, 0),
  }
}

/** `Job 1: 3 removed (12 bytes), 1 left, 0 failed.` */
export function removalWords({ id, done, left, failed, by }: ObjectRun): string {
  const stay = left.reduce((sum, each) => sum + each.count, 0)
  const counts = `${done.count} removed (${done.bytes} bytes), ${stay} left, ${failed} failed.`
  return `Job ${id}: ${counts}${by.length > 1 ? ` Ran under ${by.join(', ')}.` : ''}`
}

/** Whether a run may go on where one of these choices stood. The number of copies at once may differ. */
export const isSame = (one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>) =>
  ['mode', 'key', 'which', 'prefix', 'parts'].every((name) => one[name] === other[name]) &&
  hasTiered(one) === hasTiered(other)

const hasTiered = ({ accepted }: Readonly<Record<string, unknown>>) =>
  Array.isArray(accepted) && accepted.includes('tiered')

export const wordsOf = (sealing: BucketEncryption) =>
  sealing.mode === 'sse-s3' ? 'SSE-S3' : `SSE-KMS under ${sealing.key}`
export const below = (prefix: string) => (prefix === '' ? '' : ', below a prefix')
export const whichWords = ({
  which,
  prefix,
  accepted,
}: {
  which: string
  prefix: string
  accepted: readonly BucketTrait[]
}) =>
  `${which === 'plain' ? 'plain objects' : 'objects not sealed so'}${below(prefix)}${accepted.length ? `, accepted: ${accepted.join(', ')}` : ''}`
