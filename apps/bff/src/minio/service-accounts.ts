import * as z from 'zod/mini'
import type { Secret } from '../secret.ts'
import { ADMIN, readSealedJson, sealBody } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'

const Info = z.object({
  parentUser: z.string(),
  accountStatus: z.enum(['on', 'off']),
  impliedPolicy: z.boolean(),
  policy: z._default(z.string(), ''),
  name: z._default(z.string(), ''),
  description: z._default(z.string(), ''),
  expiration: z.nullish(z.string()),
})

export interface ServiceAccount {
  readonly parent: string
  readonly status: 'on' | 'off'
  /** The session policy embedded in it, its sets in another order at each call; null: it has all rights of its parent. */
  readonly sessionPolicy: string | null
  readonly name: string
  readonly description: string
  readonly expiresAt: string | null
}

/** @throws AppError `not-found`; admin:ListServiceAccounts */
export async function infoServiceAccount(
  minio: Minio,
  credentials: Credentials,
  accessKey: string,
): Promise<ServiceAccount> {
  const { bytes } = await minio.send({
    method: 'GET',
    path: `${ADMIN}/info-service-account`,
    query: { accessKey },
    credentials,
    action: 'admin:ListServiceAccounts',
    timeoutMs: 10_000,
  })
  const info = await readSealedJson(Info, credentials, bytes)
  return {
    parent: info.parentUser,
    status: info.accountStatus,
    sessionPolicy: info.impliedPolicy ? null : info.policy,
    name: info.name,
    description: info.description,
    expiresAt: info.expiration ?? null,
  }
}

/**
 * Rewrites a service account; secret, status, name and expiry stay.
 *
 * @param sessionPolicy what {@link infoServiceAccount} just told. It has no default on purpose: MinIO takes an update
 *   without a policy as the order to remove it, which widens the account to all rights of its parent.
 * @throws RangeError where the policy is no JSON object, AppError `not-found`; admin:UpdateServiceAccount
 */
export async function updateServiceAccount(
  minio: Minio,
  credentials: Credentials,
  accessKey: string,
  { sessionPolicy }: Pick<ServiceAccount, 'sessionPolicy'>,
) {
  await minio.send({
    method: 'POST',
    path: `${ADMIN}/update-service-account`,
    query: { accessKey },
    body: sealBody(credentials, sessionPolicy === null ? '{}' : `{"newPolicy":${jsonObject(sessionPolicy)}}`),
    credentials,
    action: 'admin:UpdateServiceAccount',
    timeoutMs: 15_000,
  })
}

/** The text goes in as it came, so that nothing of it changes; that it is one JSON object is all that has to be sure. */
function jsonObject(text: string): string {
  const value: unknown = JSON.parse(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return text
  throw new RangeError('a session policy must be a JSON object')
}

export interface NewServiceAccount {
  /** 3 to 20 characters. */
  readonly accessKey: string
  /** 8 to 40 characters. */
  readonly secretKey: Secret<string>
  /** 32 characters at most: letters, digits, `-` and `_`, a letter first. */
  readonly name: string
  /** 256 bytes at most. */
  readonly description: string
  /** JSON of 2,048 characters at most: what it may do of what its parent may. */
  readonly sessionPolicy: string
  readonly expiresAt: Date
}

/**
 * Makes a service account of the caller; of temporary credentials, and of root's, it belongs to the account behind them.
 * Everybody may, to whom no policy denies admin:CreateServiceAccount.
 *
 * @throws AppError `already-exists`
 */
export async function addServiceAccount(minio: Minio, credentials: Credentials, account: NewServiceAccount) {
  const { accessKey, name, description, sessionPolicy, expiresAt } = account
  const body = account.secretKey.expose((secretKey) =>
    sealBody(
      credentials,
      JSON.stringify({
        ...{ accessKey, secretKey, name, description },
        policy: JSON.parse(sessionPolicy) as unknown,
        expiration: expiresAt.toISOString(),
      }),
    ),
  )
  const { bytes } = await minio.send({
    method: 'PUT',
    path: `${ADMIN}/add-service-account`,
    body,
    credentials,
    action: 'admin:CreateServiceAccount',
    asksKms: true,
    timeoutMs: 15_000,
  })
  // Sealed, and nothing in it that is not known here.
  bytes.fill(0)
}

/**
 * Removes a service account. MinIO says `not-found` also of one that belongs to somebody else, to a caller who lacks
 * admin:RemoveServiceAccount; of their own anybody may remove them.
 *
 * @throws AppError `not-found`
 */
export async function deleteServiceAccount(minio: Minio, credentials: Credentials, accessKey: string): Promise<void> {
  await minio.send({
    method: 'DELETE',
    path: `${ADMIN}/delete-service-account`,
    query: { accessKey },
    credentials,
    action: 'admin:RemoveServiceAccount',
    timeoutMs: 15_000,
  })
}
