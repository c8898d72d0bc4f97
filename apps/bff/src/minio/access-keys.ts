import * as z from 'zod/mini'
import { ADMIN, readSealedJson } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'

const Reply = z.record(
  z.string(),
  z.object({ serviceAccounts: z._default(z.nullable(z.array(z.object({ accessKey: z.string() }))), []) }),
)

/**
 * Access keys of service accounts by the account they belong to: every user, and the root user, also those without any.
 * Not of accounts of an identity provider. A sealed reply. admin:ListUsers and admin:ListServiceAccounts
 */
export async function listServiceAccountKeys(
  minio: Minio,
  credentials: Credentials,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { bytes } = await minio.send({
    method: 'GET',
    path: `${ADMIN}/list-access-keys-bulk`,
    // With `svcacc-only` accounts without any are left out, the root user too.
    query: { listType: 'all', all: 'true' },
    credentials,
    action: 'admin:ListUsers and admin:ListServiceAccounts',
    maxReplyBytes: 64 * 2 ** 20,
  })
  const accounts = await readSealedJson(Reply, credentials, bytes)
  return new Map(
    Object.entries(accounts).map(([name, { serviceAccounts }]) => [
      name,
      (serviceAccounts ?? []).map(({ accessKey }) => accessKey),
    ]),
  )
}
