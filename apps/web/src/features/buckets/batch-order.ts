/** A batch job as its form says it; what is not typed yet is empty. */
export interface BatchOrderInput {
  readonly kind: 'replicate' | 'keyrotate'
  readonly bucket: string
  readonly prefix: string
  /** Of a replication. */
  readonly target: string
  readonly mode: 'sse-s3' | 'sse-kms'
  /** With SSE-KMS. */
  readonly key: string
  /** Of a keyrotate: that tags and `Expires` headers are lost was read and accepted. */
  readonly tagsLost: boolean
}

/** For the call that starts it: what belongs to the kind and the mode, and no more. */
export function batchOrderOf({ kind, bucket, prefix, target, mode, key, tagsLost }: BatchOrderInput) {
  const head = { bucket: bucket.trim(), prefix, mode, ...(mode === 'sse-kms' && { key }) }
  if (kind === 'replicate') return { kind, ...head, target: target.trim() }
  return { kind, ...head, accepted: tagsLost ? ['tags-lost' as const] : [] }
}

/** Why it can't be started yet; null: MinIO decides. */
export function whyNotStart({ kind, bucket, target, mode, key, tagsLost }: BatchOrderInput): string | null {
  if (bucket.trim() === '') return 'Name the bucket.'
  if (kind === 'replicate' && target.trim() === '') return 'Name the bucket to copy into.'
  if (kind === 'replicate' && target.trim() === bucket.trim()) return 'A bucket can’t be copied into itself.'
  if (mode === 'sse-kms' && key === '') return 'Name a key.'
  return kind === 'keyrotate' && !tagsLost ? 'Accept first what is lost.' : null
}
