import type { Bucket } from '@strongroom/shared/buckets'
import { keyLook, type SealLook, type Segment, widestFirst } from '../../lib/seal.ts'

type Encryption = { mode: 'none' | 'sse-s3' | 'sse-kms'; key?: string | undefined }

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
    id: `sse-kms:${key ?? ''}`,
  }
}

/** The key that seals a new object. Without a name of its own, MinIO takes the default key. */
export function keyOf({ effective }: Bucket, defaultKey: string | null) {
  if (effective === null) return 'not known'
  if (effective.mode === 'none') return 'none'
  return effective.key ?? defaultKey ?? 'the default key (name not known)'
}

/** Why a new object is sealed so, or why that can’t be told. */
export const reasonOf = ({ effective, trouble }: Bucket) =>
  trouble ?? effective?.reason ?? 'Nothing is configured; whether auto-encryption is on could not be asked.'

/** Buckets by what seals an object that is written now. */
export function bucketSegments(buckets: readonly Bucket[], defaultKey: string | null): Segment[] {
  const found = new Map<string, Segment>()
  for (const { effective } of buckets) {
    const { look, label, id } = lookOf(effective, defaultKey)
    const words = effective?.mode === 'sse-kms' ? `${label}${effective.key ? ` ${effective.key}` : ''}` : label
    found.set(id, { id, look, label: words, count: (found.get(id)?.count ?? 0) + 1 })
  }
  return widestFirst([...found.values()])
}
