import * as z from 'zod/mini'
import type { Secret } from '../secret.ts'
import { ADMIN, readJson, sealBody } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'

const names = z._default(z.array(z.string()), [])
const failures = z._default(z.array(z.object({ name: z._default(z.string(), '') })), [])

const ImportReply = z.object({
  skipped: z._default(z.object({ users: names, groups: names, serviceAccounts: names }), {
    users: [],
    groups: [],
    serviceAccounts: [],
  }),
  failed: z._default(z.record(z.string(), failures), {}),
})

export interface Imported {
  /** What MinIO did not take: `serviceAccounts: SVCALICE0000000001`. */
  readonly refused: readonly string[]
}

/**
 * Writes what a zip of {@link exportIam} holds over what is there; files may be missing in it. Nothing is deleted but
 * policies whose document is empty. MinIO does not look at the status of service accounts and groups: each comes on.
 * Service accounts are deleted and made anew. It stops at its first failure, with what was written before in place.
 * MinIO cmd/admin-handlers-users.go importIAM, from late 2024 on; admin:ImportIAM
 */
export async function importIam(minio: Minio, credentials: Credentials, zip: Uint8Array): Promise<Imported> {
  const { bytes } = await minio.send({
    method: 'PUT',
    path: `${ADMIN}/import-iam-v2`,
    body: zip,
    credentials,
    action: 'admin:ImportIAM',
    timeoutMs: 600_000,
  })
  const { skipped, failed } = readJson(ImportReply, bytes)
  return {
    refused: [
      ...Object.entries(failed).flatMap(([kind, list]) => list.map(({ name }) => `${kind}: ${name}`)),
      ...Object.entries(skipped).flatMap(([kind, list]) => list.map((name) => `${kind}: ${name}`)),
    ],
  }
}

export interface ServiceAccountAsItWas {
  readonly secretKey: Secret<string>
  /** JSON; null: all rights of its parent. It has no default: without it in the call, MinIO would remove it. */
  readonly sessionPolicy: string | null
}

/** Switches a service account off and gives it its secret key in the same write. admin:UpdateServiceAccount */
export async function switchOffServiceAccount(
  minio: Minio,
  credentials: Credentials,
  accessKey: string,
  { secretKey, sessionPolicy }: ServiceAccountAsItWas,
) {
  const body = secretKey.expose((newSecretKey) =>
    sealBody(
      credentials,
      JSON.stringify({
        newStatus: 'off',
        newSecretKey,
        ...(sessionPolicy !== null && { newPolicy: JSON.parse(sessionPolicy) as object }),
      }),
    ),
  )
  await minio.send({
    method: 'POST',
    path: `${ADMIN}/update-service-account`,
    query: { accessKey },
    body,
    credentials,
    action: 'admin:UpdateServiceAccount',
    timeoutMs: 15_000,
  })
}
