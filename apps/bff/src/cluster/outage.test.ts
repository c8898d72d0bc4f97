import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { MinioError, refused } from '../minio/failures.ts'
import { KmsAway, outageIn } from './outage.ts'

const minio = (status: number, code: string, message: string) =>
  refused(new MinioError(status, code, message), undefined)

test.each([
  ['kes', minio(500, 'InternalError', 'failed to generate data key with KMS key: kes: connection error: dial tcp')],
  ['kes', minio(500, 'kms:InternalError', 'it broke')],
  ['kes', new KmsAway('KES does not answer.')],
  ['minio', new AppError('upstream-unreachable', 'MinIO did not answer.')],
  ['minio', new AppError('iam-not-loaded', 'MinIO has not loaded its users.')],
  ['minio', minio(503, 'XMinioServerNotInitialized', 'Server not initialized, please try again.')],
  ['minio', minio(503, 'SlowDownWrite', 'Resource requested is unwritable, please reduce your request rate')],
  ['minio', minio(502, '', 'a reply without an error document')],
  ['sign-in', minio(403, 'InvalidAccessKeyId', 'The Access Key Id you provided does not exist in our records.')],
  [null, minio(500, 'InternalError', 'We encountered an internal error, please try again.')],
  [null, minio(403, 'AccessDenied', 'Access Denied.')],
  [null, minio(400, 'XMinioAdminPolicyChangeAlreadyApplied', 'kms is mentioned here')],
  [null, new Error('a mistake of ours')],
])('%s', (outage, error) => {
  expect(outageIn(error)).toBe(outage)
})
