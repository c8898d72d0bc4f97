/** Probe objects have names of their own below this. */
export const PROBE_FOLDER = '.strongroom-probe/'

/**
 * All that the access key of the console's own probes needs, and no more: it can write, read and remove below its own folder
 * alone. For fewer buckets put their names in the place of the first `*` of each resource.
 */
export const PROBE_POLICY = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'],
      Resource: [`arn:aws:s3:::*/${PROBE_FOLDER}*`],
    },
    {
      Effect: 'Allow',
      Action: [
        's3:GetEncryptionConfiguration',
        's3:GetBucketObjectLockConfiguration',
        's3:GetReplicationConfiguration',
      ],
      Resource: ['arn:aws:s3:::*'],
    },
    {
      Effect: 'Allow',
      Action: ['s3:ListBucketVersions'],
      Resource: ['arn:aws:s3:::*'],
      Condition: { StringLike: { 's3:prefix': [`${PROBE_FOLDER}*`] } },
    },
  ],
} as const
