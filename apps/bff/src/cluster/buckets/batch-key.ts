import { randomBytes } from 'node:crypto'
import { AppError } from '../../errors.ts'
import { addServiceAccount } from '../../minio/service-accounts.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import { Secret } from '../../secret.ts'
import type { BucketShape } from './batch-target.ts'

/** MinIO takes up a job again after each of its restarts, as long as its key works. */
const LIFETIME_MS = 7 * 24 * 3_600_000

/** The name and the end of a key to be made. MinIO takes 20 characters at most. */
export const newBatchKey = () => ({
  accessKey: `srbatch${randomBytes(6).toString('hex')}`,
  expiresAt: new Date(Date.now() + LIFETIME_MS).toISOString(),
})

/**
 * Makes the access key that a job writes its target with: of the caller, for that bucket alone, and only for what MinIO does
 * there. MinIO reads the source itself, with no key.
 *
 * @returns its secret; the caller wipes it
 */
export async function makeBatchKey(
  access: { readonly minio: Minio; readonly credentials: Credentials },
  { accessKey, expiresAt }: ReturnType<typeof newBatchKey>,
  { bucket, target, shape }: { readonly bucket: string; readonly target: string; readonly shape: BucketShape },
): Promise<Secret<string>> {
  const secretKey = new Secret(randomBytes(30).toString('base64url'))
  try {
    await addServiceAccount(access.minio, access.credentials, {
      ...{ accessKey, secretKey, expiresAt: new Date(expiresAt) },
      name: 'strongroom-batch',
      description: `Copies bucket ${bucket} into ${target}. Made for one batch job; remove it when that is over.`,
      sessionPolicy: batchKeyPolicy(target, shape),
    })
    return secretKey
  } catch (error) {
    secretKey[Symbol.dispose]()
    if (!(error instanceof AppError) || error.code !== 'not-allowed') throw error
    throw new AppError(
      'not-allowed',
      'The job needs an access key of yours, and a policy denies you admin:CreateServiceAccount.',
      { cause: error.cause },
    )
  }
}

/** The least that MinIO needs: with less, it fails versions, and delete markers without calling the job failed. Tried. */
export const batchKeyPolicy = (target: string, { versions, locking }: BucketShape): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['s3:GetBucketLocation', 's3:GetBucketVersioning'],
        Resource: [`arn:aws:s3:::${target}`],
      },
      {
        Effect: 'Allow',
        Action: [
          ...['s3:PutObject', 's3:AbortMultipartUpload'],
          // A delete marker is made by deleting.
          ...(versions ? ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:ReplicateDelete'] : []),
          ...(locking ? ['s3:PutObjectRetention', 's3:PutObjectLegalHold'] : []),
        ],
        Resource: [`arn:aws:s3:::${target}/*`],
      },
    ],
  })
