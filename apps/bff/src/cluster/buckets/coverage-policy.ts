/** MinIO takes no longer session policy. */
const MOST_CHARACTERS = 2048

/**
 * What a counting needs, as the session policy of its own credentials: to list some buckets, and to read their objects,
 * without which MinIO leaves out of its lists what seals them. For all buckets where the names are too many for a policy.
 */
export function coveragePolicy(buckets: readonly string[]): string {
  const named = policyOf(buckets)
  return named.length <= MOST_CHARACTERS ? named : policyOf(['*'])
}

const policyOf = (buckets: readonly string[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['s3:ListBucketVersions'],
        Resource: buckets.map((bucket) => `arn:aws:s3:::${bucket}`),
      },
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: buckets.map((bucket) => `arn:aws:s3:::${bucket}/*`) },
    ],
  })
