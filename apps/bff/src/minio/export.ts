import { ADMIN, openReply } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'

/** MinIO reads every item once more for it, and opens each data key. */
const TIMEOUT_MS = 120_000
const MAX_REPLY_BYTES = 128 * 2 ** 20

/**
 * Policies, users, groups, service accounts and mappings: a zip of JSON files below `iam-assets/`, with the secret keys of
 * all users and service accounts in clear. Temporary credentials are not in it. An export that fails midway still says
 * 200: see that every file is there. MinIO cmd/admin-handlers-users.go ExportIAM; admin:ExportIAM
 *
 * @returns to be wiped by the caller
 */
export async function exportIam(minio: Minio, credentials: Credentials): Promise<Uint8Array> {
  const { bytes } = await minio.send({
    method: 'GET',
    path: `${ADMIN}/export-iam`,
    credentials,
    action: 'admin:ExportIAM',
    timeoutMs: TIMEOUT_MS,
    maxReplyBytes: MAX_REPLY_BYTES,
  })
  return bytes
}

/**
 * All settings as `mc admin config export` gives them, secrets in clear: one line for each sub-system, what is at its
 * default as a comment. While MinIO could not read its configuration it answers with defaults. admin:ConfigUpdate
 *
 * @returns UTF-8, to be wiped by the caller
 */
export async function exportConfig(minio: Minio, credentials: Credentials): Promise<Uint8Array> {
  const { bytes } = await minio.send({
    method: 'GET',
    path: `${ADMIN}/config`,
    credentials,
    action: 'admin:ConfigUpdate',
    timeoutMs: 30_000,
  })
  return openReply(credentials, bytes)
}
