import type { EncryptionMode } from '@strongroom/shared/bucket-name'
import type { Bucket } from '@strongroom/shared/buckets'
import { counted } from '../../lib/format.ts'
import { keyLook, type SealLook, type Segment, widestFirst } from '../../lib/seal.ts'

export type Encryption = { readonly mode: EncryptionMode; readonly key?: string | undefined }

export const modeWords = { none: 'Plaintext', 'sse-s3': 'SSE-S3', 'sse-kms': 'SSE-KMS' } as const

/** How a configured or effective encryption is drawn. SSE-S3 always uses the default key. */
export function lookOf(
  encryption: Encryption | null,
  defaultKey: string | null,
): { look: SealLook; label: string; id: string } {
  if (encryption === null) return { look: 'unseen', label: 'Not observed', id: 'unknown' }
  const { mode, key } = encryption
  if (mode === 'none') return { look: 'plain', label: modeWords.none, id: 'none' }
  if (mode === 'sse-s3') return { look: 'default', label: modeWords['sse-s3'], id: 'sse-s3' }
  return {
    look: keyLook(key ?? defaultKey ?? undefined, defaultKey),
    label: modeWords['sse-kms'],
    id: `${KMS}${key ?? ''}`,
  }
}

/** What a bucket is configured with, in one line: `SSE-KMS, prod-2026`. */
export function encryptionWords(encryption: Encryption | null) {
  if (encryption === null) return 'Not known'
  const { mode, key } = encryption
  if (mode === 'none') return 'Nothing'
  return mode === 'sse-kms' && key ? `${modeWords[mode]}, ${key}` : modeWords[mode]
}

export const sameEncryption = (a: Encryption, b: Encryption) =>
  a.mode === b.mode && (a.mode !== 'sse-kms' || a.key === b.key)

/** The key that seals a new object. Without a name of its own, MinIO takes the default key. */
export function keyOf({ effective }: Pick<Bucket, 'effective'>, defaultKey: string | null) {
  if (effective === null) return 'not known'
  if (effective.mode === 'none') return 'none'
  return effective.key ?? defaultKey ?? 'the default key (name not known)'
}

/** Why a new object is sealed so, or why that can’t be told. */
export const reasonOf = ({ effective, trouble }: Pick<Bucket, 'effective' | 'trouble'>) =>
  trouble ?? effective?.reason ?? 'Nothing is configured; whether auto-encryption is on could not be asked.'

const KMS = 'sse-kms:'
/** Further keys are one segment: a key for each bucket would make a bar that nobody can read. */
const KEYS_APART = 6
/** What that segment is called in the URL: no key has such a name. */
const OTHER_KEYS = `${KMS}*`

/** Buckets by what seals an object that is written now. */
export function bucketSegments(buckets: readonly Bucket[], defaultKey: string | null): Segment[] {
  const found = new Map<string, Segment>()
  for (const { effective } of buckets) {
    const { look, label, id } = lookOf(effective, defaultKey)
    const words = effective?.mode === 'sse-kms' ? `${label}${effective.key ? ` ${effective.key}` : ''}` : label
    found.set(id, { id, look, label: words, count: (found.get(id)?.count ?? 0) + 1 })
  }
  return widestFirst(fewer([...found.values()], defaultKey))
}

function fewer(segments: Segment[], defaultKey: string | null): Segment[] {
  const others = segments.filter(({ id }) => isOtherKey(id, defaultKey))
  if (others.length <= KEYS_APART) return segments
  const together = others.reduce((sum, { count }) => sum + count, 0)
  const label = `${modeWords['sse-kms']}, ${counted(others.length, 'key')}`
  return [
    ...segments.filter((segment) => !others.includes(segment)),
    { id: OTHER_KEYS, look: 'other', label, count: together },
  ]
}

const isOtherKey = (id: string, defaultKey: string | null) =>
  id.startsWith(KMS) && id !== KMS && id !== `${KMS}${defaultKey}`

/** Whether a bucket is in the segment `seal` of the URL. */
export function isInSegment({ effective }: Pick<Bucket, 'effective'>, seal: string, defaultKey: string | null) {
  const { id } = lookOf(effective, defaultKey)
  return seal === OTHER_KEYS ? isOtherKey(id, defaultKey) : id === seal
}
