import { AppError } from '../errors.ts'
import { minioErrorIn } from './failures.ts'
import type { Credentials, Minio, MinioReply } from './transport.ts'
import { escapeXml, findElement, findText, parseXml, type XmlElement } from './xml.ts'

const TIMEOUT_MS = 10_000
/** MinIO shows key names with this prefix in headers, and stores in bucket configurations what it was sent. */
const KEY_PREFIX = 'arn:aws:kms:'

/** The name that the KMS knows the key by. */
export const bareKeyName = (name: string) => (name.startsWith(KEY_PREFIX) ? name.slice(KEY_PREFIX.length) : name)

export const readXml = ({ bytes }: MinioReply): XmlElement => parseXml(Buffer.from(bytes).toString())

/** All buckets: MinIO answers in one piece, however many there are. s3:ListAllMyBuckets */
export async function listBuckets(minio: Minio, credentials: Credentials) {
  const reply = await minio.send({
    method: 'GET',
    path: '/',
    credentials,
    action: 's3:ListAllMyBuckets',
    timeoutMs: 15_000,
  })
  const buckets = findElement(readXml(reply), 'Buckets')?.children ?? []
  return buckets.map((bucket) => ({
    name: findText(bucket, 'Name') ?? '',
    createdAt: findText(bucket, 'CreationDate') ?? null,
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
    const document = readXml(
      await minio.send({
        method: 'GET',
        path: `/${bucket}`,
        query: { encryption: '' },
        credentials,
        action: 's3:GetEncryptionConfiguration',
        timeoutMs: TIMEOUT_MS,
      }),
    )
    const algorithm = findText(document, 'SSEAlgorithm')
    if (algorithm === 'AES256') return { mode: 'sse-s3' }
    if (algorithm === 'aws:kms')
      return { mode: 'sse-kms', key: bareKeyName(findText(document, 'KMSMasterKeyID') ?? '') }
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
  const rule =
    encryption.mode === 'sse-s3'
      ? '<SSEAlgorithm>AES256</SSEAlgorithm>'
      : `<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>${escapeXml(encryption.key)}</KMSMasterKeyID>`
  await minio.send({
    method: 'PUT',
    path: `/${bucket}`,
    query: { encryption: '' },
    headers: { 'content-type': 'application/xml' },
    body:
      '<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule>' +
      `<ApplyServerSideEncryptionByDefault>${rule}</ApplyServerSideEncryptionByDefault>` +
      '</Rule></ServerSideEncryptionConfiguration>',
    credentials,
    action: 's3:PutEncryptionConfiguration',
    timeoutMs: TIMEOUT_MS,
  })
}

/** Removes the default encryption, also where there is none. Existing objects stay as they are. s3:PutEncryptionConfiguration */
export async function clearBucketEncryption(minio: Minio, credentials: Credentials, bucket: string) {
  await minio.send({
    method: 'DELETE',
    path: `/${bucket}`,
    query: { encryption: '' },
    credentials,
    action: 's3:PutEncryptionConfiguration',
    timeoutMs: TIMEOUT_MS,
  })
}
