import { AppError } from '../../errors.ts'
import { minioErrorIn } from '../../minio/failures.ts'
import type { BatchOrder } from './batch-orders.ts'

/** The nodes could not reach their own cluster, in the words of Go. */
const UNREACHED =
  /dial tcp|no such host|lookup |connection re(fused|set)|i\/o timeout|deadline exceeded|no route|x509|certificate|tls:|HTTP response to HTTPS|malformed HTTP|EOF/i

/** What MinIO's refusal of a new job means. It asks its target first, so some refusals are the target's. */
export function startRefused(error: unknown, order: BatchOrder, endpoint: URL): unknown {
  const said = minioErrorIn(error)
  if (!(error instanceof AppError) || said === undefined) return error
  const { code, message } = said
  const refused = (as: AppError['code'], detail: string, pointer?: string) =>
    new AppError(as, detail, { cause: said, fields: pointer === undefined ? [] : [{ pointer, detail }] })
  if (/NoSuchSourceBucket/.test(code) || /source bucket does not exist/.test(message))
    return refused('not-found', 'MinIO has no bucket of this name.', '/order/bucket')
  if (code === 'NoSuchTargetBucket') return refused('not-found', 'The target bucket is gone.', '/order/target')
  if (code === 'kms:KeyNotFound') return refused('not-found', 'The KMS of MinIO has no key of that name.', '/order/key')
  if (code === 'InvalidBucketState')
    return refused('conflict', 'The versioning of one of the two buckets was changed meanwhile. Look, and try again.')
  if (order.kind !== 'replicate') return error
  if (['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidTokenId'].includes(code))
    return refused(
      'upstream-failed',
      `MinIO refused the access key that was just made for the job, at ${endpoint.origin}. Does this address lead to the same cluster?`,
    )
  if (said.status === 403)
    return refused(
      'not-allowed',
      'MinIO refused the job at its target: the account may not do s3:GetBucketVersioning there, so the job’s key may not either.',
    )
  if (UNREACHED.test(message))
    return refused(
      'upstream-failed',
      `MinIO’s nodes do not reach their own cluster at ${endpoint.origin}, the address that the console has for it. They said: “${wordsOf(message)}” Give the console an address that the nodes know too, and whose certificate they trust (STRONGROOM_MINIO_ENDPOINT).`,
    )
  return error
}

/** Go tells a URL and what came of it; the request itself, with its secret, is not in it. */
const wordsOf = (message: string) =>
  (/cause\((.*)\)/s.exec(message)?.[1] ?? message).replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 240)
