import { AppError } from '../errors.ts'
import { minioErrorIn } from './failures.ts'
import { type ObjectName, type ObjectSeal, sealIn } from './objects.ts'
import type { Credentials, Minio, MinioReply } from './transport.ts'

const TIMEOUT_MS = 30_000
/** What MinIO keeps of a request besides `x-amz-meta-…`. Source: minio cmd/handler-utils.go, `supportedHeaders`. */
const KEPT = /^(content-(type|language|encoding|disposition)|cache-control|expires|x-amz-meta-.*|x-minio-meta-.*)$/
const CHECKSUM = /^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$/
/** MinIO's own: the tags come along with the object, which saves a call. Source: minio cmd/object-api-options.go, `getOpts`. */
const WITH_TAGS = { 'x-amz-tagging-directive': 'ACCESS' }

/**
 * In a replicated bucket MinIO answers for a version that it does not have itself with what a target has; not so where this
 * header is there. Source: minio cmd/bucket-replication.go, `getProxyTargets`.
 */
const OWN = { 'x-minio-source-proxy-request': 'false' }

/** All that S3 tells of an object but its bytes. */
export interface ObjectFacts {
  /** As sent, in quotes. */
  readonly etag: string
  readonly sizeBytes: number
  /** Null: the version without an id, or the bucket keeps none. */
  readonly versionId: string | null
  readonly storageClass: string
  /** Headers in lower case, as MinIO answered them. */
  readonly metadata: Readonly<Record<string, string>>
  /** In the form of a query; empty: none. */
  readonly tags: string
  /** Null: none, or the caller may not see it. */
  readonly retention: { readonly mode: string; readonly until: string } | null
  readonly legalHold: string | null
  /** Of the whole object, by header. */
  readonly checksums: Readonly<Record<string, string>>
  readonly seal: ObjectSeal
  /** By how many uploads it was put together; 0: by none, it was written in one piece. */
  readonly parts: number
  /** `PENDING`, `FAILED` and `COMPLETED` of what goes to a target, `REPLICA` of what came from elsewhere; null: neither. */
  readonly replication: string | null
}

/** Asks for an object, or one version of it; s3:GetObject, s3:GetObjectTagging. @throws AppError `not-found`; `upstream-failed` where tags are kept back */
export async function readFacts(minio: Minio, credentials: Credentials, name: ObjectName): Promise<ObjectFacts> {
  const reply = await minio.send({
    ...{ method: 'HEAD', ...whereIs(name), credentials, headers: { ...OWN, ...WITH_TAGS } },
    ...{ action: 's3:GetObject', asksKms: true, timeoutMs: TIMEOUT_MS },
  })
  return factsIn(reply)
}

/**
 * An object with its bytes; s3:GetObject, s3:GetObjectTagging.
 *
 * @param limit of its size, in bytes
 * @throws AppError `not-found`; `upstream-failed` for one that is larger
 */
export async function readWhole(
  minio: Minio,
  credentials: Credentials,
  name: ObjectName,
  limit: number,
): Promise<{ readonly facts: ObjectFacts; readonly bytes: Uint8Array }> {
  const reply = await minio.send({
    ...{ method: 'GET', ...whereIs(name), credentials },
    headers: { ...OWN, ...WITH_TAGS, 'x-amz-checksum-mode': 'ENABLED' },
    ...{ action: 's3:GetObject', asksKms: true, timeoutMs: timeoutFor(limit), maxReplyBytes: limit },
  })
  return { facts: factsIn(reply), bytes: reply.bytes }
}

/** Some bytes of an object that must be the one of that ETag; s3:GetObject. MinIO answers 412 for another. */
export async function readRange(
  minio: Minio,
  credentials: Credentials,
  name: ObjectName,
  { etag, from, length }: { readonly etag: string; readonly from: number; readonly length: number },
): Promise<Uint8Array> {
  const headers = { ...OWN, range: `bytes=${from}-${from + length - 1}`, 'if-match': etag }
  const { bytes } = await minio.send({
    ...{ method: 'GET', ...whereIs(name), credentials, headers },
    ...{ action: 's3:GetObject', asksKms: true, timeoutMs: timeoutFor(length), maxReplyBytes: length },
  })
  if (bytes.length === length) return bytes
  throw new AppError('upstream-failed', 'MinIO sent fewer bytes of an object than it was asked for.')
}

/** How many bytes the part of that number has, in bytes; s3:GetObject. MinIO answers 412 when the object has another ETag. */
export async function readPartSize(
  minio: Minio,
  credentials: Credentials,
  name: ObjectName,
  { etag, part }: { readonly etag: string; readonly part: number },
): Promise<number> {
  const { path, query } = whereIs(name)
  const { headers } = await minio.send({
    ...{ method: 'HEAD', path, query: { ...query, partNumber: `${part}` }, credentials },
    headers: { ...OWN, 'if-match': etag },
    ...{ action: 's3:GetObject', asksKms: true, timeoutMs: TIMEOUT_MS },
  })
  return Number(textOf(headers, 'content-length'))
}

/** At 1 MiB/s at least. */
export const timeoutFor = (bytes: number) => TIMEOUT_MS + Math.ceil(bytes / 2 ** 10)

export const whereIs = ({ bucket, key, versionId }: ObjectName) => ({
  path: `/${bucket}/${key}`,
  query: versionId === undefined ? {} : { versionId },
})

/** Whether MinIO refused since the object is another one by now. */
export const isChanged = (error: unknown) => minioErrorIn(error)?.status === 412

function factsIn({ headers }: MinioReply): ObjectFacts {
  const [mode, until] = [
    textOf(headers, 'x-amz-object-lock-mode'),
    textOf(headers, 'x-amz-object-lock-retain-until-date'),
  ]
  const etag = textOf(headers, 'etag')
  return {
    etag,
    sizeBytes: Number(textOf(headers, 'content-length')),
    versionId: textOf(headers, 'x-amz-version-id') || null,
    storageClass: textOf(headers, 'x-amz-storage-class') || 'STANDARD',
    metadata: pick(headers, KEPT),
    tags: tagsIn(headers),
    retention: mode && until ? { mode, until } : null,
    legalHold: textOf(headers, 'x-amz-object-lock-legal-hold') || null,
    checksums: textOf(headers, 'x-amz-checksum-type') === 'COMPOSITE' ? {} : pick(headers, CHECKSUM),
    seal: sealIn(headers),
    parts: Number(/-(\d+)"?$/.exec(etag)?.[1] ?? 0),
    replication: textOf(headers, 'x-amz-replication-status') || null,
  }
}

/** A MinIO that does not send them along says how many there are all the same: they would be lost. */
function tagsIn(headers: MinioReply['headers']): string {
  const tags = textOf(headers, 'x-amz-tagging')
  if (tags !== '' || Number(textOf(headers, 'x-amz-tagging-count') || 0) === 0) return tags
  throw new AppError('upstream-failed', 'MinIO does not tell the tags of this object, so it was left as it is.')
}

const pick = (headers: MinioReply['headers'], names: RegExp) =>
  Object.fromEntries(
    Object.keys(headers)
      .filter((name) => names.test(name))
      .map((name) => [name, textOf(headers, name)]),
  )

function textOf(headers: MinioReply['headers'], name: string): string {
  const value = headers[name]
  return Array.isArray(value) ? value.join(',') : (value ?? '')
}
