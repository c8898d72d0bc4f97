import { sessionPolicy } from './session-policy.ts'

/**
 * What a counting needs, as the session policy of its own credentials: to list some buckets, and to read their objects,
 * without which MinIO leaves out of its lists what seals them.
 */
export const coveragePolicy = (buckets: readonly string[]): string =>
  sessionPolicy(buckets, (allow) => [allow(['s3:ListBucketVersions']), allow(['s3:GetObject'], '/*')])
