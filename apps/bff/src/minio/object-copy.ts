import { createHash } from 'node:crypto'
import { AppError } from '../errors.ts'
import type { BucketEncryption } from './buckets.ts'
import { decodeWords } from './encoded-words.ts'
import { readRefusal, refused } from './failures.ts'
import { isChanged, type ObjectFacts, timeoutFor, whereIs } from './object-facts.ts'
import type { ObjectName } from './objects.ts'
import { encodePath } from './sigv4.ts'
import type { Credentials, Minio, MinioReply } from './transport.ts'
import { findText, parseXml } from './xml.ts'

const TIMEOUT_MS = 30_000
/** A part is 5 GiB at most, and MinIO answers when it is copied. */
const COPY_TIMEOUT_MS = 60 * 60_000

/** An object that was written. */
export interface Written {
  readonly etag: string
  /** Null: the bucket keeps no versions of it. */
  readonly versionId: string | null
}

/**
 * Writes an object over itself, sealed as asked: the same bytes, metadata, tags, retention and legal hold; s3:PutObject,
 * s3:PutObjectTagging, s3:PutObjectRetention, s3:PutObjectLegalHold. MinIO looks at `If-Match` under the lock that it
 * writes with, so that nobody's newer object is lost.
 *
 * @throws AppError whose cause has status 412: the object is another one by now; `not-found`: it is gone
 */
export async function putOverItself(
  minio: Minio,
  credentials: Credentials,
  name: ObjectName,
  {
    facts,
    bytes,
    sealing,
  }: { readonly facts: ObjectFacts; readonly bytes: Uint8Array; readonly sealing: BucketEncryption },
): Promise<Written> {
  const md5 = createHash('md5').update(bytes).digest('base64')
  const reply = await minio.send({
    ...{ method: 'PUT', ...whereIs(name), credentials, body: bytes },
    headers: { ...headersFor(facts, sealing), ...facts.checksums, 'content-md5': md5, 'if-match': facts.etag },
    ...{ action: 's3:PutObject', asksKms: true, timeoutMs: timeoutFor(bytes.length) },
  })
  return writtenIn(reply)
}

/** Begins to put an object together, which gets the metadata, tags, retention and legal hold of `facts`. @returns its id */
export async function beginUpload(
  minio: Minio,
  credentials: Credentials,
  name: ObjectName,
  { facts, sealing }: { readonly facts: ObjectFacts; readonly sealing: BucketEncryption },
): Promise<string> {
  const { bytes } = await minio.send({
    ...{ method: 'POST', path: whereIs(name).path, query: { uploads: '' }, credentials },
    headers: headersFor(facts, sealing),
    ...{ action: 's3:PutObject', asksKms: true, timeoutMs: TIMEOUT_MS },
  })
  const id = findText(parseXml(Buffer.from(bytes).toString()), 'UploadId')
  if (id) return id
  throw new AppError('upstream-failed', 'MinIO began an upload in a form this console does not know.')
}

/**
 * Makes sure that this MinIO minds `If-Match` when it writes, which old ones ignored: an upload is begun for an object with an
 * ETag that it does not have. Should it begin, MinIO forgets it again; it is no object yet.
 *
 * @throws AppError `unsafe-now`
 */
export async function requireIfMatch(minio: Minio, credentials: Credentials, name: ObjectName) {
  const query = { uploads: '' }
  const headers = { 'if-match': '"00000000000000000000000000000000"' }
  let bytes: Uint8Array
  try {
    const call = { method: 'POST', path: whereIs(name).path, query, credentials, headers } as const
    bytes = (await minio.send({ ...call, action: 's3:PutObject', asksKms: true, timeoutMs: TIMEOUT_MS })).bytes
  } catch (error) {
    if (isChanged(error)) return
    throw error
  }
  const uploadId = findText(parseXml(Buffer.from(bytes).toString()), 'UploadId')
  if (uploadId) await abortUpload(minio, credentials, name, uploadId)
  throw new AppError(
    'unsafe-now',
    'This MinIO does not mind If-Match when it writes, so that a newer object of somebody else could be lost. Nothing was written. Bring MinIO up to date first.',
  )
}

/** A piece of an object: bytes from–(from + length − 1). */
export interface Piece {
  /** From 1. */
  readonly part: number
  readonly from: number
  readonly length: number
}

/** Copies a piece of the object that is there into an upload, within MinIO; s3:GetObject, s3:PutObject. @returns its ETag */
export async function copyPiece(
  minio: Minio,
  credentials: Credentials,
  name: ObjectName,
  { uploadId, etag, piece }: { readonly uploadId: string; readonly etag: string; readonly piece: Piece },
): Promise<string> {
  const { part, from, length } = piece
  const { path, query } = whereIs(name)
  const source = encodePath(path) + (query.versionId === undefined ? '' : `?versionId=${query.versionId}`)
  const { bytes } = await minio.send({
    ...{ method: 'PUT', path, query: { partNumber: `${part}`, uploadId }, credentials },
    headers: {
      'x-amz-copy-source': source,
      'x-amz-copy-source-if-match': etag,
      'x-amz-copy-source-range': `bytes=${from}-${from + length - 1}`,
    },
    ...{ action: 's3:PutObject', asksKms: true, timeoutMs: COPY_TIMEOUT_MS },
  })
  return findText(rootOf(bytes, 'CopyPartResult'), 'ETag') ?? ''
}

/**
 * Puts the object together, over the one of that ETag alone: looked at under MinIO's lock, as in {@link putOverItself}.
 *
 * @param etags of the parts, in order
 */
export async function completeUpload(
  minio: Minio,
  credentials: Credentials,
  name: ObjectName,
  { uploadId, etag, etags }: { readonly uploadId: string; readonly etag: string; readonly etags: readonly string[] },
): Promise<Written> {
  const parts = etags.map((each, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${each}</ETag></Part>`)
  const reply = await minio.send({
    ...{ method: 'POST', path: whereIs(name).path, query: { uploadId }, credentials, headers: { 'if-match': etag } },
    body: `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`,
    ...{ action: 's3:PutObject', asksKms: true, timeoutMs: 10 * 60_000 },
  })
  const result = rootOf(reply.bytes, 'CompleteMultipartUploadResult')
  return { ...writtenIn(reply), etag: findText(result, 'ETag') ?? '' }
}

/** Lets MinIO forget an upload; s3:AbortMultipartUpload */
export async function abortUpload(minio: Minio, credentials: Credentials, name: ObjectName, uploadId: string) {
  await minio.send({
    ...{ method: 'DELETE', path: whereIs(name).path, query: { uploadId }, credentials },
    ...{ action: 's3:AbortMultipartUpload', timeoutMs: TIMEOUT_MS },
  })
}

/** What is asked for, in headers. */
function headersFor(facts: ObjectFacts, sealing: BucketEncryption): Record<string, string> {
  const { metadata, tags, retention, legalHold, storageClass } = facts
  const decoded = Object.entries(metadata).map(([name, value]) => [name, decodeWords(value)] as const)
  return {
    ...Object.fromEntries(decoded),
    ...(tags !== '' && { 'x-amz-tagging': tags }),
    // An object in a tier names the tier here, which nobody can write to.
    ...(storageClass === 'REDUCED_REDUNDANCY' && { 'x-amz-storage-class': storageClass }),
    // MinIO takes no time that has passed, and such a retention holds nothing any more.
    ...(retention !== null &&
      isAhead(retention.until) && {
        'x-amz-object-lock-mode': retention.mode,
        'x-amz-object-lock-retain-until-date': retention.until,
      }),
    ...(legalHold !== null && { 'x-amz-object-lock-legal-hold': legalHold }),
    'x-amz-server-side-encryption': sealing.mode === 'sse-s3' ? 'AES256' : 'aws:kms',
    ...(sealing.mode === 'sse-kms' && { 'x-amz-server-side-encryption-aws-kms-key-id': sealing.key }),
  }
}

export const isAhead = (time: string) => Date.parse(time) > Date.now()

function writtenIn({ headers }: MinioReply): Written {
  const [etag, versionId] = [headers.etag, headers['x-amz-version-id']]
  return {
    etag: typeof etag === 'string' ? etag : '',
    versionId: typeof versionId === 'string' && versionId !== 'null' ? versionId : null,
  }
}

/** After a 200 the reply may still be a refusal: MinIO begins it before it is done with a long call. */
function rootOf(bytes: Uint8Array, name: string) {
  const text = Buffer.from(bytes).toString()
  const root = parseXml(text).children.find((element) => element.name === name)
  if (root) return root
  throw refused(readRefusal(500, text, {}), 's3:PutObject')
}
