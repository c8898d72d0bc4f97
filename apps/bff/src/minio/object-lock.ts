import { createHash } from 'node:crypto'
import { minioErrorIn } from './failures.ts'
import { whereIs } from './object-facts.ts'
import type { ObjectName } from './objects.ts'
import type { Credentials, Minio } from './transport.ts'

const TIMEOUT_MS = 15_000
/** The object has none, or the bucket can't have any. Source: minio cmd/object-handlers.go, `GetObjectRetentionHandler`. */
const NONE = /^(NoSuchObjectLockConfiguration|ObjectLockConfigurationNotFoundError|InvalidRequest)$/

/**
 * Makes sure that no retention and no legal hold are kept from the caller: without s3:GetObjectRetention or
 * s3:GetObjectLegalHold MinIO leaves them out of an object's headers, without a word (minio cmd/object-handlers.go,
 * `FilterObjectLockMetadata`).
 *
 * @throws AppError `not-allowed`
 */
export async function requireSight(
  minio: Minio,
  credentials: Credentials,
  name: ObjectName,
  what: 'retention' | 'legal-hold',
) {
  const { path, query } = whereIs(name)
  const action = what === 'retention' ? 's3:GetObjectRetention' : 's3:GetObjectLegalHold'
  try {
    await minio.send({
      method: 'GET',
      path,
      query: { ...query, [what]: '' },
      credentials,
      action,
      timeoutMs: TIMEOUT_MS,
    })
  } catch (error) {
    if (!NONE.test(minioErrorIn(error)?.code ?? '')) throw error
  }
}

/** Gives a version a retention; s3:PutObjectRetention */
export const setRetention = (
  minio: Minio,
  credentials: Credentials,
  name: ObjectName,
  { mode, until }: { readonly mode: string; readonly until: string },
) =>
  put(minio, credentials, name, {
    what: 'retention',
    action: 's3:PutObjectRetention',
    body: `<Retention><Mode>${mode}</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`,
  })

/** Puts a version on legal hold, or takes it off; s3:PutObjectLegalHold */
export const setLegalHold = (minio: Minio, credentials: Credentials, name: ObjectName, status: string) =>
  put(minio, credentials, name, {
    what: 'legal-hold',
    action: 's3:PutObjectLegalHold',
    body: `<LegalHold><Status>${status}</Status></LegalHold>`,
  })

/** Gives a version these tags instead of its own; s3:PutObjectTagging. @param tags in the form of a query */
export function setTags(minio: Minio, credentials: Credentials, name: ObjectName, tags: string) {
  const each = [...new URLSearchParams(tags)].map(
    ([key, value]) => `<Tag><Key>${escaped(key)}</Key><Value>${escaped(value)}</Value></Tag>`,
  )
  return put(minio, credentials, name, {
    what: 'tagging',
    action: 's3:PutObjectTagging',
    body: `<Tagging><TagSet>${each.join('')}</TagSet></Tagging>`,
  })
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

async function put(
  minio: Minio,
  credentials: Credentials,
  name: ObjectName,
  { what, action, body }: { readonly what: string; readonly action: string; readonly body: string },
) {
  const { path, query } = whereIs(name)
  await minio.send({
    ...{ method: 'PUT', path, query: { ...query, [what]: '' }, credentials, body },
    // MinIO wants one for these, whatever else is signed.
    headers: { 'content-md5': createHash('md5').update(body).digest('base64') },
    ...{ action, asksKms: true, timeoutMs: TIMEOUT_MS },
  })
}
