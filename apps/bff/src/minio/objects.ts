import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { bareKeyName } from './buckets.ts'
import { callS3 } from './s3.ts'
import type { Credentials, Minio, MinioReply } from './transport.ts'

const TIMEOUT_MS = 15_000
const OF_OBJECTS = { timeoutMs: TIMEOUT_MS, asksKms: true } as const

/** An object, or one version of it. */
export interface ObjectName {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string
}

/** What sealed an object, by its headers. MinIO tells no key for SSE-S3. */
export interface ObjectSeal {
  readonly mode: 'none' | 'sse-s3' | 'sse-kms' | 'sse-c'
  readonly key?: string
  /** The headers that decide, as MinIO sent them. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

const SSE = 'x-amz-server-side-encryption'

/** Reads the seal from reply headers, or from metadata whose names are in lower case. */
export function sealIn(headers: MinioReply['headers']): ObjectSeal {
  const deciding = Object.entries(headers)
    .filter(([name, value]) => name.startsWith(SSE) && typeof value === 'string')
    .map(([name, value]) => ({ name, value: value as string }))
  const value = (name: string) => deciding.find((header) => header.name === name)?.value
  const key = value(`${SSE}-aws-kms-key-id`)
  if (value(`${SSE}-customer-algorithm`) !== undefined) return { mode: 'sse-c', headers: deciding }
  if (value(SSE) === 'AES256') return { mode: 'sse-s3', headers: deciding }
  if (value(SSE) === 'aws:kms')
    return { mode: 'sse-kms', ...(key !== undefined && { key: bareKeyName(key) }), headers: deciding }
  return { mode: 'none', headers: deciding }
}

/**
 * Writes a small object without any encryption header; s3:PutObject.
 *
 * @param governedUntil under governance retention until then, whatever the bucket's own default is; s3:PutObjectRetention.
 *   MinIO takes it where object lock is on alone, and only a time that its clock has not reached
 * @returns the version, where the bucket keeps them
 */
export async function putObject(
  minio: Minio,
  credentials: Credentials,
  name: ObjectName,
  body: Uint8Array,
  governedUntil?: Date,
) {
  const retention = governedUntil && {
    ObjectLockMode: 'GOVERNANCE' as const,
    ObjectLockRetainUntilDate: governedUntil,
  }
  const command = new PutObjectCommand({ ...inputOf(name), Body: body, ...retention })
  const action = governedUntil ? 's3:PutObject or s3:PutObjectRetention' : 's3:PutObject'
  const { output, reply } = await callS3(minio, credentials, command, { action, ...OF_OBJECTS })
  return { seal: sealIn(reply.headers), ...(output.VersionId !== undefined && { versionId: output.VersionId }) }
}

/** Reads a small object (16 MiB at most); s3:GetObject. @throws AppError `not-found`, `kms-not-configured`, `upstream-failed` */
export async function getObject(minio: Minio, credentials: Credentials, name: ObjectName) {
  const command = new GetObjectCommand(inputOf(name))
  const { reply } = await callS3(minio, credentials, command, { action: 's3:GetObject', ...OF_OBJECTS })
  return { bytes: reply.bytes, seal: sealIn(reply.headers) }
}

/** What seals an object; s3:GetObject. @throws AppError `not-found` */
export async function headObject(minio: Minio, credentials: Credentials, name: ObjectName): Promise<ObjectSeal> {
  const command = new HeadObjectCommand(inputOf(name))
  const { reply } = await callS3(minio, credentials, command, { action: 's3:GetObject', ...OF_OBJECTS })
  return sealIn(reply.headers)
}

/**
 * Deletes an object; s3:DeleteObject, which a denial of s3:DeleteObjectVersion overrules where a version is named. That
 * version is then gone for good, also `null`, the one of a bucket that keeps none; MinIO says the same (204) where there is
 * no such version. Without one, a bucket that keeps versions only hides the object.
 *
 * @param bypassGovernance also while governance retention holds; s3:BypassGovernanceRetention
 */
export async function deleteObject(
  minio: Minio,
  credentials: Credentials,
  name: ObjectName,
  { bypassGovernance = false }: { readonly bypassGovernance?: boolean } = {},
) {
  const bypass = bypassGovernance && { BypassGovernanceRetention: true }
  const action = bypassGovernance ? 's3:DeleteObject or s3:BypassGovernanceRetention' : 's3:DeleteObject'
  const command = new DeleteObjectCommand({ ...inputOf(name), ...bypass })
  await callS3(minio, credentials, command, { action, timeoutMs: TIMEOUT_MS })
}

const inputOf = ({ bucket, key, versionId }: ObjectName) => ({
  Bucket: bucket,
  Key: key,
  ...(versionId !== undefined && { VersionId: versionId }),
})
