import { bareKeyName } from './buckets.ts'
import type { Credentials, Minio, MinioCall, MinioReply } from './transport.ts'

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

/** Writes a small object without any encryption header; s3:PutObject. @returns the version, where the bucket keeps them */
export async function putObject(minio: Minio, credentials: Credentials, name: ObjectName, body: Uint8Array) {
  const reply = await send(minio, credentials, name, { method: 'PUT', body, action: 's3:PutObject' })
  const versionId = reply.headers['x-amz-version-id']
  return { seal: sealIn(reply.headers), ...(typeof versionId === 'string' && { versionId }) }
}

/** Reads a small object (16 MiB at most); s3:GetObject. @throws AppError `not-found`, `kms-not-configured`, `upstream-failed` */
export async function getObject(minio: Minio, credentials: Credentials, name: ObjectName) {
  const { bytes, headers } = await send(minio, credentials, name, { method: 'GET', action: 's3:GetObject' })
  return { bytes, seal: sealIn(headers) }
}

/** What seals an object; s3:GetObject. @throws AppError `not-found` */
export async function headObject(minio: Minio, credentials: Credentials, name: ObjectName): Promise<ObjectSeal> {
  return sealIn((await send(minio, credentials, name, { method: 'HEAD', action: 's3:GetObject' })).headers)
}

/**
 * Deletes an object; s3:DeleteObject. With a version, that version is gone for good; without, a bucket that keeps
 * versions only hides the object.
 */
export async function deleteObject(minio: Minio, credentials: Credentials, name: ObjectName) {
  const action = name.versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion'
  await send(minio, credentials, name, { method: 'DELETE', action })
}

const send = (
  minio: Minio,
  credentials: Credentials,
  { bucket, key, versionId }: ObjectName,
  call: Pick<MinioCall, 'method' | 'body' | 'action'>,
) =>
  minio.send({
    ...call,
    path: `/${bucket}/${key}`,
    query: versionId === undefined ? {} : { versionId },
    credentials,
    timeoutMs: 15_000,
  })
