import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { minioErrorIn } from './failures.ts'
import { ADMIN, readJson, sealBody } from './replies.ts'
import type { AccessKeyPair } from './tiers.ts'
import type { Credentials, Minio } from './transport.ts'

/** MinIO asks the target for its bucket, its versioning, and whether it is alive, which alone may take 3 s. */
const CHECK_TIMEOUT_MS = 30_000

const Target = z.object({
  sourcebucket: z.string(),
  arn: z.string(),
  type: z._default(z.string(), ''),
  endpoint: z.string(),
  targetbucket: z.string(),
  secure: z._default(z.boolean(), false),
  credentials: z.optional(z.object({ accessKey: z._default(z.string(), '') })),
})

export interface RemoteTarget {
  readonly bucket: string
  readonly arn: string
  readonly type: string
  /** `host:port` */
  readonly endpoint: string
  readonly targetBucket: string
  readonly secure: boolean
  /** Empty where MinIO does not tell it. */
  readonly accessKey: string
}

/** The targets of all buckets, or of one; without their secrets. admin:GetBucketTarget */
export async function listRemoteTargets(
  minio: Minio,
  credentials: Credentials,
  bucket = '',
): Promise<readonly RemoteTarget[]> {
  const { bytes } = await minio.send({
    method: 'GET',
    path: `${ADMIN}/list-remote-targets`,
    query: { bucket, type: '' },
    credentials,
    action: 'admin:GetBucketTarget',
  })
  return (readJson(z.nullable(z.array(Target)), bytes) ?? []).map((target) => ({
    bucket: target.sourcebucket,
    arn: target.arn,
    type: target.type,
    endpoint: target.endpoint,
    targetBucket: target.targetbucket,
    secure: target.secure,
    accessKey: target.credentials?.accessKey ?? '',
  }))
}

/**
 * Gives a target other credentials, or the same again. MinIO tries them there, then saves all targets of the bucket anew,
 * sealed by the default key. While sites replicate, MinIO leaves the credentials out without a word. admin:SetBucketTarget
 *
 * @throws AppError `not-found`, `upstream-failed` where the target refused them or can't be reached
 */
export async function setTargetCredentials(
  minio: Minio,
  credentials: Credentials,
  target: RemoteTarget,
  { accessKey, secretKey }: AccessKeyPair,
) {
  const body = secretKey.expose((secret) =>
    sealBody(credentials, JSON.stringify({ ...wireOf(target), credentials: { accessKey, secretKey: secret } })),
  )
  await update(minio, credentials, target, { body, creds: true })
}

/**
 * Saves all targets of a bucket anew, sealed by the default key, with the secrets they have: an update that names nothing to
 * be changed. MinIO tries the stored credentials at the target first. admin:SetBucketTarget
 */
export async function rewriteTargets(minio: Minio, credentials: Credentials, target: RemoteTarget) {
  await update(minio, credentials, target, {
    body: sealBody(credentials, JSON.stringify(wireOf(target))),
    creds: false,
  })
}

/** With new credentials MinIO takes endpoint, bucket and TLS from the same body, so they are sent as they are. */
const wireOf = ({ arn, type, endpoint, targetBucket, secure }: RemoteTarget) => ({
  arn,
  type,
  endpoint,
  targetbucket: targetBucket,
  secure,
})

async function update(
  minio: Minio,
  credentials: Credentials,
  { bucket }: RemoteTarget,
  { body, creds }: { readonly body: Uint8Array; readonly creds: boolean },
) {
  try {
    await minio.send({
      method: 'PUT',
      path: `${ADMIN}/set-remote-target`,
      query: { bucket, update: 'true', ...(creds && { creds: 'true' }) },
      body,
      credentials,
      action: 'admin:SetBucketTarget',
      timeoutMs: CHECK_TIMEOUT_MS,
    })
  } catch (error) {
    throw meaningOf(error, creds ? 'these credentials' : 'the stored credentials')
  }
}

function meaningOf(error: unknown, tried: string): unknown {
  const cause = minioErrorIn(error)
  switch (cause?.code) {
    case 'XMinioAdminReplicationRemoteConnectionError': {
      // One code for both; with a refusal of the target MinIO repeats its words.
      const detail = /signature|access key|access denied|account is disabled|InvalidAccessKeyId/i.test(cause.message)
        ? `MinIO tried ${tried} at the target and was refused. Nothing was changed.`
        : `MinIO could not reach the target to try ${tried}. Nothing was changed.`
      return new AppError('upstream-failed', detail, { cause })
    }
    case 'XMinioAdminRemoteTargetNotFoundError':
      return new AppError('not-found', 'The bucket has no such target, or the target no such bucket.', { cause })
    default:
      return error
  }
}
