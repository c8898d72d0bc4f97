import {
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  ListBucketsCommand,
  PutBucketEncryptionCommand,
  type ServerSideEncryptionByDefault,
} from '@aws-sdk/client-s3'
import { AppError } from '../errors.ts'
import { minioErrorIn } from './failures.ts'
import { callS3 } from './s3.ts'
import type { Credentials, Minio } from './transport.ts'

const TIMEOUT_MS = 10_000
/** MinIO shows key names with this prefix in headers, and stores in bucket configurations what it was sent. */
const KEY_PREFIX = 'arn:aws:kms:'

/** The name that the KMS knows the key by. */
export const bareKeyName = (name: string) => (name.startsWith(KEY_PREFIX) ? name.slice(KEY_PREFIX.length) : name)

/** All buckets: MinIO answers in one piece, however many there are. s3:ListAllMyBuckets */
export async function listBuckets(minio: Minio, credentials: Credentials) {
  const { output } = await callS3(minio, credentials, new ListBucketsCommand(), {
    action: 's3:ListAllMyBuckets',
    timeoutMs: 15_000,
  })
  return (output.Buckets ?? []).map(({ Name = '', CreationDate }) => ({
    name: Name,
    createdAt: CreationDate?.toISOString() ?? null,
  }))
}

/** A default encryption. SSE-S3 always uses the server's default key; SSE-KMS names one. */
export type BucketEncryption = { readonly mode: 'sse-s3' } | { readonly mode: 'sse-kms'; readonly key: string }

/**
 * What the configuration says, or null where there is none; s3:GetEncryptionConfiguration. Null does not mean that
 * objects are plain: `MINIO_KMS_AUTO_ENCRYPTION` does not show here.
 *
 * @throws AppError `not-found` (no such bucket), `kms-not-configured` (its metadata holds something sealed)
 */
export async function getBucketEncryption(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
): Promise<BucketEncryption | null> {
  try {
    const { output } = await callS3(minio, credentials, new GetBucketEncryptionCommand({ Bucket: bucket }), {
      action: 's3:GetEncryptionConfiguration',
      timeoutMs: TIMEOUT_MS,
    })
    const rule = output.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
    if (rule?.SSEAlgorithm === 'AES256') return { mode: 'sse-s3' }
    if (rule?.SSEAlgorithm === 'aws:kms') return { mode: 'sse-kms', key: bareKeyName(rule.KMSMasterKeyID ?? '') }
    throw new AppError('upstream-failed', 'MinIO told an encryption of this bucket that this console does not know.')
  } catch (error) {
    if (minioErrorIn(error)?.code === 'ServerSideEncryptionConfigurationNotFoundError') return null
    throw error
  }
}

/**
 * Sets the default encryption; s3:PutEncryptionConfiguration. Existing objects stay as they are. MinIO tries the key of
 * SSE-KMS at once, but not the default key of SSE-S3: there the first write fails.
 *
 * @throws AppError `not-found` (no such bucket, or the KMS has no such key), `kms-not-configured`
 */
export async function setBucketEncryption(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
  encryption: BucketEncryption,
) {
  const rule: ServerSideEncryptionByDefault =
    encryption.mode === 'sse-s3'
      ? { SSEAlgorithm: 'AES256' }
      : { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: encryption.key }
  const command = new PutBucketEncryptionCommand({
    Bucket: bucket,
    ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: rule }] },
  })
  await callS3(minio, credentials, command, {
    action: 's3:PutEncryptionConfiguration',
    timeoutMs: TIMEOUT_MS,
    asksKms: true,
  })
}

/** Removes the default encryption, also where there is none. Existing objects stay as they are. s3:PutEncryptionConfiguration */
export async function clearBucketEncryption(minio: Minio, credentials: Credentials, bucket: string) {
  await callS3(minio, credentials, new DeleteBucketEncryptionCommand({ Bucket: bucket }), {
    action: 's3:PutEncryptionConfiguration',
    timeoutMs: TIMEOUT_MS,
  })
}
