import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { minioErrorIn } from './failures.ts'
import { ADMIN, readJson } from './replies.ts'
import type { Credentials, Minio, MinioCall, MinioReply } from './transport.ts'

const KMS = '/minio/kms/v1'
/** MinIO asks each KES endpoint in turn: with all of them down, 4 s were seen. */
const TIMEOUT_MS = 10_000

const StatusReply = z.object({
  name: z.string(),
  'default-key-id': z._default(z.string(), ''),
  endpoints: z._default(z.record(z.string(), z.string()), {}),
})

/**
 * The KMS as MinIO sees it; kms:Status, or admin:KMSKeyStatus. Of MinIO's reply `state` is left out: it is all zeros.
 * That a default key is named does not say that it works: see {@link keyStatus}.
 *
 * @returns `name`: `MinIO builtin` (static key), `MinIO KES` or `MinIO KMS`
 * @throws AppError `kms-not-configured`
 */
export async function kmsStatus(minio: Minio, credentials: Credentials) {
  const { bytes } = await eitherFamily(
    minio,
    { method: 'GET', path: `${KMS}/status`, credentials, action: 'kms:Status' },
    { method: 'POST', path: `${ADMIN}/kms/status` },
  )
  const reply = readJson(StatusReply, bytes)
  return {
    name: reply.name,
    defaultKey: reply['default-key-id'] || null,
    endpoints: Object.entries(reply.endpoints).map(([url, state]) => ({ url, state })),
  }
}

const KeyStatusReply = z.object({
  'key-id': z.string(),
  'encryption-error': z._default(z.string(), ''),
  'decryption-error': z._default(z.string(), ''),
})

/**
 * Has MinIO make a data key and open it again; kms:KeyStatus, or admin:KMSKeyStatus. MinIO answers 200 when that fails.
 *
 * @param name the default key when absent
 * @returns `error`: MinIO's own words for what failed, or null
 * @throws AppError `kms-not-configured`
 */
export async function keyStatus(minio: Minio, credentials: Credentials, name?: string) {
  const query = name === undefined ? {} : { 'key-id': name }
  const { bytes } = await eitherFamily(
    minio,
    { method: 'GET', path: `${KMS}/key/status`, query, credentials, action: 'kms:KeyStatus' },
    { method: 'GET', path: `${ADMIN}/kms/key/status` },
  )
  const reply = readJson(KeyStatusReply, bytes)
  const error = reply['encryption-error'] || reply['decryption-error'] || null
  return { key: reply['key-id'], works: error === null, error }
}

/**
 * Names of keys; kms:ListKeys. Not complete: MinIO passes KES's first page on.
 *
 * @param prefix `*` alone means all; a star elsewhere stands for itself
 */
export async function listKmsKeys(minio: Minio, credentials: Credentials, prefix = ''): Promise<string[]> {
  const query = { pattern: prefix }
  const { bytes } = await minio.send({
    method: 'GET',
    path: `${KMS}/key/list`,
    query,
    credentials,
    action: 'kms:ListKeys',
    asksKms: true,
    timeoutMs: TIMEOUT_MS,
  })
  return readJson(z.nullable(z.array(z.object({ name: z.string() }))), bytes)?.map(({ name }) => name) ?? []
}

/** kms:CreateKey, or admin:KMSCreateKey. @throws AppError `already-exists`, `conflict` (a static key is the only one there can be), `kms-not-configured` */
export async function createKmsKey(minio: Minio, credentials: Credentials, name: string) {
  try {
    await eitherFamily(
      minio,
      { method: 'POST', path: `${KMS}/key/create`, query: { 'key-id': name }, credentials, action: 'kms:CreateKey' },
      { method: 'POST', path: `${ADMIN}/kms/key/create` },
    )
  } catch (error) {
    // A 500 like any other; only the words tell, with MinIO's spelling.
    const cause = minioErrorIn(error)
    const message = cause?.message
    if (message && /already exi(s)?ts/.test(message))
      throw new AppError('already-exists', 'The KMS of MinIO has a key of that name.', { cause })
    if (message && /functionality is not supported/.test(message))
      throw new AppError('conflict', 'MinIO runs on a static key: it can’t have a second one.', { cause })
    throw error
  }
}

/** The version that the KMS tells; null where it tells none. kms:Version */
export async function kmsVersion(minio: Minio, credentials: Credentials): Promise<string | null> {
  const { bytes } = await minio.send({
    method: 'GET',
    path: `${KMS}/version`,
    credentials,
    action: 'kms:Version',
    asksKms: true,
    timeoutMs: TIMEOUT_MS,
  })
  const { version } = readJson(z.object({ version: z._default(z.string(), '') }), bytes)
  return version === '' || version === '<unknown>' ? null : version
}

/** The `kms:` and the `admin:KMS…` permissions are independent: a refusal of the first is final only after the second. */
async function eitherFamily(
  minio: Minio,
  first: MinioCall,
  twin: Pick<MinioCall, 'method' | 'path'>,
): Promise<MinioReply> {
  try {
    return await minio.send({ asksKms: true, timeoutMs: TIMEOUT_MS, ...first })
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'not-allowed')) throw error
    return minio.send({ asksKms: true, timeoutMs: TIMEOUT_MS, ...first, ...twin }).catch((second: unknown) => {
      const silent = second instanceof AppError && second.code === 'upstream-unreachable'
      throw silent ? second : error
    })
  }
}
