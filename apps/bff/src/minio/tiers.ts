import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { minioErrorIn } from './failures.ts'
import { ADMIN, readJson, sealBody } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'

/** MinIO writes, reads and removes a probe object at the tier before it answers. */
const CHECK_TIMEOUT_MS = 30_000

const Place = z.optional(z.object({ Endpoint: z._default(z.string(), '') }))
const Tier = z.object({
  Type: z.string(),
  Name: z.string(),
  MinIO: Place,
  Azure: Place,
  GCS: Place,
  S3: z.optional(
    z.object({
      Endpoint: z._default(z.string(), ''),
      AWSRole: z._default(z.boolean(), false),
      AWSRoleARN: z._default(z.string(), ''),
    }),
  ),
})

export interface RemoteTier {
  readonly name: string
  /** `minio`, `s3`, `azure` or `gcs`. */
  readonly type: string
  readonly endpoint: string
  /** By what MinIO signs in there; it has no secret of its own with a role. */
  readonly by: 'access-key' | 'role' | 'other'
}

/** Tiers, without their secrets; admin:ListTier. */
export async function listTiers(minio: Minio, credentials: Credentials): Promise<readonly RemoteTier[]> {
  const call = { method: 'GET', path: `${ADMIN}/tier`, credentials, action: 'admin:ListTier' } as const
  const { bytes } = await minio.send(call)
  return (readJson(z.nullable(z.array(Tier)), bytes) ?? []).map(describe)
}

function describe({ Name, Type, S3, MinIO, Azure, GCS }: z.infer<typeof Tier>): RemoteTier {
  const place = { s3: S3, minio: MinIO, azure: Azure, gcs: GCS }[Type]
  const head = { name: Name, type: Type, endpoint: place?.Endpoint ?? '' }
  if (Type === 's3') return { ...head, by: S3?.AWSRole || S3?.AWSRoleARN ? 'role' : 'access-key' }
  return { ...head, by: Type === 'minio' ? 'access-key' : 'other' }
}

export interface AccessKeyPair {
  readonly accessKey: string
  readonly secretKey: Secret<string>
}

/**
 * Gives a tier other credentials, or the same again. MinIO tries them at the tier, then saves all tiers anew, sealed by the
 * default key. For tiers with an access key (`minio`, `s3`); admin:SetTier
 *
 * When the tier refuses them MinIO keeps the wrong ones in memory, though not on the drives, and can't reach the tier until
 * it reads its drives again (tried on the release of February 2026). So that is brought about before this throws.
 *
 * @throws AppError `not-found`, `upstream-failed` where the tier refused them or can’t be reached
 */
export async function setTierCredentials(minio: Minio, credentials: Credentials, name: string, pair: AccessKeyPair) {
  const { accessKey: access } = pair
  const body = pair.secretKey.expose((secret) => sealBody(credentials, JSON.stringify({ access, secret })))
  try {
    await editTier(minio, credentials, name, body)
  } catch (error) {
    const reread = await rereadTiers(minio, credentials)
    throw meaningOf(error, reread)
  }
}

/**
 * Saves all tiers anew, sealed by the default key, with the secrets they have: MinIO takes an edit without any credentials
 * for that, but only of tiers of type `s3` (tried) and `azure` (read in its source). It tries the stored ones at the tier
 * first. admin:SetTier
 */
export async function rewriteTiers(minio: Minio, credentials: Credentials, name: string) {
  await editTier(minio, credentials, name, sealBody(credentials, '{}')).catch((error: unknown) => {
    throw meaningOf(error, true)
  })
}

const editTier = (minio: Minio, credentials: Credentials, name: string, body: Uint8Array) =>
  minio.send({
    method: 'POST',
    path: `${ADMIN}/tier/${name}`,
    body,
    credentials,
    action: 'admin:SetTier',
    timeoutMs: CHECK_TIMEOUT_MS,
  })

/** Tiers have names in capitals, so there is none of this one: MinIO reads its tiers from the drives, then finds no such. */
const NO_TIER = 'read-the-tiers-again'

async function rereadTiers(minio: Minio, credentials: Credentials): Promise<boolean> {
  try {
    await editTier(minio, credentials, NO_TIER, sealBody(credentials, '{}'))
    return false
  } catch (error) {
    return minioErrorIn(error)?.code === 'XMinioAdminTierNotFound'
  }
}

const STALE = ' But MinIO may go on trying these ones until it reads its tiers again: enter the right ones now.'

function meaningOf(error: unknown, reread: boolean): unknown {
  const cause = minioErrorIn(error)
  const after = reread ? ' Nothing was changed.' : ` The drives hold what they held.${STALE}`
  switch (cause?.code) {
    case 'XMinioAdminTierInsufficientPermissions':
    case 'XMinioAdminTierInvalidCredentials':
      return new AppError('upstream-failed', `MinIO tried these credentials at the tier and was refused.${after}`, {
        cause,
      })
    case 'XMinioBackendDown':
      return new AppError('upstream-failed', `MinIO could not reach the tier to try the credentials.${after}`, {
        cause,
      })
    case 'XMinioAdminTierBucketNotFound':
      return new AppError('upstream-failed', `The tier has no such bucket any more.${after}`, { cause })
    case 'XMinioAdminTierNotFound':
      return new AppError('not-found', 'MinIO has no tier of that name.', { cause })
    default:
      return error
  }
}
