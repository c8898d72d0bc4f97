import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketEncryptionCommand,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  type ServerSideEncryptionByDefault,
} from '@aws-sdk/client-s3'
import { AppError } from '../errors.ts'
import { minioErrorIn } from './failures.ts'
import { callS3 } from './s3.ts'
import type { Credentials, Minio } from './transport.ts'
import { findElement, findText, parseXml, type XmlElement } from './xml.ts'

const TIMEOUT_MS = 10_000
/** 90 bytes for each bucket. */
const MAX_LISTING_BYTES = 64 * 2 ** 20
/** MinIO shows key names with this prefix in headers, and stores in bucket configurations what it was sent. */
const KEY_PREFIX = 'arn:aws:kms:'

/** The name that the KMS knows the key by. */
export const bareKeyName = (name: string) => (name.startsWith(KEY_PREFIX) ? name.slice(KEY_PREFIX.length) : name)

export interface ListedBucket {
  readonly name: string
  readonly createdAt: string | null
}

/** All buckets, by name: MinIO answers in one piece, however many there are. s3:ListAllMyBuckets */
export async function listBuckets(minio: Minio, credentials: Credentials): Promise<ListedBucket[]> {
  const { bytes } = await minio.send({
    method: 'GET',
    path: '/',
    credentials,
    action: 's3:ListAllMyBuckets',
    timeoutMs: 15_000,
    maxReplyBytes: MAX_LISTING_BYTES,
  })
  const buckets = findElement(rootOf(bytes, 'ListAllMyBucketsResult'), 'Buckets')?.children ?? []
  return buckets.map((bucket) => ({
    name: findText(bucket, 'Name') ?? '',
    createdAt: instantIn(findText(bucket, 'CreationDate')),
  }))
}

/** A default encryption. SSE-S3 always uses the server's default key; SSE-KMS names one. */
export type BucketEncryption = { readonly mode: 'sse-s3' } | { readonly mode: 'sse-kms'; readonly key: string }

/**
 * What the configuration says, or null where there is none; s3:GetEncryptionConfiguration. Null does not mean that
 * objects are plain: `MINIO_KMS_AUTO_ENCRYPTION` does not show here. Not by the SDK, which takes three times as long: a
 * table asks this of thousands of buckets.
 *
 * @throws AppError `not-found` (no such bucket), `kms-not-configured` (its metadata holds something sealed)
 */
export async function getBucketEncryption(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
): Promise<BucketEncryption | null> {
  try {
    const { bytes } = await minio.send({
      method: 'GET',
      path: `/${bucket}`,
      query: { encryption: '' },
      credentials,
      action: 's3:GetEncryptionConfiguration',
      timeoutMs: TIMEOUT_MS,
    })
    return encryptionIn(rootOf(bytes, 'ServerSideEncryptionConfiguration'))
  } catch (error) {
    if (minioErrorIn(error)?.code === 'ServerSideEncryptionConfigurationNotFoundError') return null
    throw error
  }
}

function encryptionIn(configuration: XmlElement): BucketEncryption {
  const algorithm = findText(configuration, 'SSEAlgorithm')
  if (algorithm === 'AES256') return { mode: 'sse-s3' }
  if (algorithm === 'aws:kms')
    return { mode: 'sse-kms', key: bareKeyName(findText(configuration, 'KMSMasterKeyID') ?? '') }
  throw new AppError('upstream-failed', 'MinIO told an encryption of this bucket that this console does not know.')
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

/**
 * Whether MinIO would let the caller set or remove the default encryption, asked with a configuration that it can't take:
 * nothing changes. It looks at the rights first. Source: minio cmd/bucket-encryption-handlers.go, `PutBucketEncryptionHandler`.
 *
 * @throws AppError `not-allowed`, `not-found`
 */
export async function requireEncryptionRight(minio: Minio, credentials: Credentials, bucket: string): Promise<void> {
  try {
    await minio.send({
      ...{ method: 'PUT', path: `/${bucket}`, query: { encryption: '' }, body: '<Nothing/>', credentials },
      ...{ action: 's3:PutEncryptionConfiguration', timeoutMs: TIMEOUT_MS },
    })
  } catch (error) {
    if (minioErrorIn(error)?.code !== 'MalformedXML') throw error
  }
}

/** Removes the default encryption, also where there is none. Existing objects stay as they are. s3:PutEncryptionConfiguration */
export async function clearBucketEncryption(minio: Minio, credentials: Credentials, bucket: string) {
  await callS3(minio, credentials, new DeleteBucketEncryptionCommand({ Bucket: bucket }), {
    action: 's3:PutEncryptionConfiguration',
    timeoutMs: TIMEOUT_MS,
  })
}

/** MinIO wants these for a bucket with object lock, and says of none which it misses. Source: minio cmd/bucket-handlers.go. */
const LOCKED_CREATION = 's3:CreateBucket, s3:PutBucketObjectLockConfiguration or s3:PutBucketVersioning'

/**
 * Makes a bucket; s3:CreateBucket. Object lock can be had at creation alone, and brings versioning.
 *
 * @throws AppError `already-exists`, also for a bucket of one's own; `invalid-input` for a name that MinIO does not take
 */
export async function createBucket(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
  { locking }: { readonly locking: boolean },
) {
  const command = new CreateBucketCommand({ Bucket: bucket, ...(locking && { ObjectLockEnabledForBucket: true }) })
  const action = locking ? LOCKED_CREATION : 's3:CreateBucket'
  try {
    await callS3(minio, credentials, command, { action, timeoutMs: 30_000 })
  } catch (error) {
    throw creationRefused(error)
  }
}

function creationRefused(cause: unknown): unknown {
  switch (minioErrorIn(cause)?.code) {
    case 'BucketAlreadyOwnedByYou':
    case 'BucketAlreadyExists':
      return new AppError('already-exists', 'MinIO has a bucket of this name already.', { cause })
    case 'InvalidBucketName':
      return new AppError('invalid-input', 'Check the marked fields.', {
        cause,
        fields: [{ pointer: '/name', detail: 'MinIO takes no bucket of this name' }],
      })
    default:
      return cause
  }
}

/** Lets a bucket keep versions; s3:PutBucketVersioning */
export async function switchVersioningOn(minio: Minio, credentials: Credentials, bucket: string) {
  const command = new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } })
  await callS3(minio, credentials, command, { action: 's3:PutBucketVersioning', timeoutMs: TIMEOUT_MS })
}

/** Removes an empty bucket; s3:DeleteBucket. One that holds anything is refused. */
export async function deleteEmptyBucket(minio: Minio, credentials: Credentials, bucket: string) {
  await callS3(minio, credentials, new DeleteBucketCommand({ Bucket: bucket }), {
    action: 's3:DeleteBucket',
    timeoutMs: 30_000,
  })
}

/** @throws AppError `upstream-failed` for a page of a proxy, and for a reply that ends before its end */
function rootOf(bytes: Uint8Array, name: string): XmlElement {
  const text = Buffer.from(bytes).toString()
  const root = parseXml(text).children.find((element) => element.name === name)
  if (root && text.trimEnd().endsWith(`</${name}>`)) return root
  throw new AppError('upstream-failed', 'MinIO answered in a form this console does not know.')
}

function instantIn(text: string | undefined): string | null {
  const date = new Date(text ?? '')
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
