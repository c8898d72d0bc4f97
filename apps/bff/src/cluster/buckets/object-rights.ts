export const READING = [
  ...[
    'ListBucket',
    'ListBucketVersions',
    'GetBucketVersioning',
    'GetObject',
    'GetObjectVersion',
    'GetObjectTagging',
    'GetObjectVersionTagging',
  ],
  ...['GetObjectRetention', 'GetObjectLegalHold'],
]
export const ENCRYPTING = [
  ...READING,
  ...['PutObject', 'PutObjectTagging', 'PutObjectVersionTagging', 'PutObjectRetention', 'PutObjectLegalHold'],
  'AbortMultipartUpload',
]
export const REMOVING = [...READING, 'DeleteObject', 'DeleteObjectVersion']

/** What a job may do under credentials of its own: to this bucket alone, and ask whether the KMS works. */
export const policyFor = (bucket: string, actions: readonly string[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: actions.map((action) => `s3:${action}`),
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
      },
      { Effect: 'Allow', Action: ['kms:KeyStatus'] },
    ],
  })
