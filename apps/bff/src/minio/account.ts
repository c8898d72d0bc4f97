import * as z from 'zod/mini'
import { ADMIN, readJson } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'

const AccountInfo = z.object({ AccountName: z.string(), Policy: z.optional(z.unknown()) })

/**
 * `GET accountinfo`, which any valid identity may call: the parent account, and the policy of that account.
 *
 * Not what the credentials may do: a session policy is not applied to it, an authorisation plugin makes everybody an
 * administrator here, and it fails as a whole (500) while IAM is not loaded or one bucket's metadata can't be read.
 *
 * @returns `policy`, the policy document as MinIO sent it, unchecked
 */
export async function readAccount(minio: Minio, credentials: Credentials) {
  const { bytes } = await minio.send({
    method: 'GET',
    path: `${ADMIN}/accountinfo`,
    credentials,
    timeoutMs: 10_000,
    // 400 bytes for each bucket.
    maxReplyBytes: 64 * 2 ** 20,
  })
  const { AccountName, Policy } = readJson(AccountInfo, bytes)
  return { account: AccountName, policy: Policy ?? null }
}
