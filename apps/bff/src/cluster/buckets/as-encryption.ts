import { AppError } from '../../errors.ts'
import type { BucketEncryption } from '../../minio/buckets.ts'

/**
 * The encryption that a mode and the name of a key stand for.
 *
 * @param pointer of the key in the input
 * @throws AppError `invalid-input`
 */
export function asEncryption(
  mode: BucketEncryption['mode'],
  key: string | undefined,
  pointer = '/key',
): BucketEncryption {
  if (mode === 'sse-kms' && key !== undefined) return { mode, key }
  if (mode === 'sse-s3' && key === undefined) return { mode }
  const detail =
    mode === 'sse-kms' ? 'SSE-KMS wants the name of a key' : 'SSE-S3 always uses the default key: leave the name out'
  throw new AppError('invalid-input', 'Check the marked fields.', { fields: [{ pointer, detail }] })
}
