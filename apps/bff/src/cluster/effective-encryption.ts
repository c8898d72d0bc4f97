import type { Bucket } from '@strongroom/shared/buckets'

type Configured = NonNullable<Bucket['encryption']>
type Effective = NonNullable<Bucket['effective']>

/** What decides how MinIO stores an object that comes without an encryption header. */
export interface EncryptionDefaults {
  readonly defaultKey: string | null
  /** `MINIO_KMS_AUTO_ENCRYPTION=on` on the nodes; null when their variables can't be seen. */
  readonly autoEncryption: boolean | null
}

/** Tried: MinIO leaves any encryption that a request asks for as it is, that with the client's own keys among them. */
const HEADERS_WIN = 'A request that asks for another encryption gets that one, SSE-C included.'

/**
 * The encryption of an object written now without headers. The bucket's configuration wins; auto-encryption means
 * SSE-KMS with the default key, applies only where no configuration exists, and is invisible in `GetBucketEncryption`.
 * Null when that can’t be told.
 */
export function effectiveEncryption(
  configured: Configured,
  { defaultKey, autoEncryption }: EncryptionDefaults,
): Effective | null {
  const key = defaultKey === null ? {} : { key: defaultKey }
  if (configured.mode === 'sse-s3')
    return {
      mode: 'sse-s3',
      ...key,
      reason: `The bucket’s configuration; SSE-S3 uses the default key. ${HEADERS_WIN}`,
    }
  if (configured.mode === 'sse-kms') return { ...configured, reason: `The bucket’s configuration. ${HEADERS_WIN}` }
  if (autoEncryption === null) return null
  if (autoEncryption)
    return {
      mode: 'sse-kms',
      ...key,
      reason: `MINIO_KMS_AUTO_ENCRYPTION is on; the bucket itself has no configuration. ${HEADERS_WIN}`,
    }
  return {
    mode: 'none',
    reason: 'No configuration, and auto-encryption is off: only requests that ask for an encryption get one.',
  }
}
