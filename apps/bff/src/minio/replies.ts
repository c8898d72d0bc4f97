import * as z from 'zod/mini'
import { openAdminBody, sealAdminBody } from '../crypto/admin-body.ts'
import { AppError } from '../errors.ts'
import { argon2id } from '../native/argon2id.ts'
import type { Credentials } from './sigv4.ts'

export const ADMIN = '/minio/admin/v3'

/** Reads a plain JSON reply. The failure of JSON.parse is not kept: it quotes the text, which may hold secrets. */
export function readJson<T extends z.ZodMiniType>(schema: T, bytes: Uint8Array): z.output<T> {
  const value = parse(bytes)
  const read = z.safeParse(schema, value)
  if (read.success) return read.data
  throw new AppError('upstream-failed', 'MinIO answered in a form this console does not know.', { cause: read.error })
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch {
    throw new AppError('upstream-failed', 'MinIO answered something that is no JSON. Is there a proxy in between?')
  }
}

/**
 * Opens a reply that MinIO sealed under the caller's secret key; about 50 ms, off the main thread. Which replies are
 * sealed is known per call: all of them say `application/json`.
 */
export async function openReply(credentials: Credentials, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await credentials.secretKey.expose((secret) => openAdminBody(secret, bytes, argon2id))
  } catch (cause) {
    throw new AppError('upstream-failed', 'A reply of MinIO could not be opened with the secret key.', { cause })
  }
}

/** As {@link openReply}, then as {@link readJson}; the opened bytes are wiped. */
export async function readSealedJson<T extends z.ZodMiniType>(schema: T, credentials: Credentials, bytes: Uint8Array) {
  const opened = await openReply(credentials, bytes)
  try {
    return readJson(schema, opened)
  } finally {
    opened.fill(0)
  }
}

/** Seals a request body under the caller's secret key, as MinIO wants it where secrets may travel. */
export const sealBody = (credentials: Credentials, text: string): Uint8Array =>
  credentials.secretKey.expose((secret) => sealAdminBody(secret, new TextEncoder().encode(text)))
