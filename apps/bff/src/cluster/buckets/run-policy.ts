import type { BucketAct } from '@strongroom/shared/bucket-runs'
import { PROBE_FOLDER } from '@strongroom/shared/probe-policy'
import { sessionPolicy } from './session-policy.ts'

const ENCRYPTION = ['s3:GetEncryptionConfiguration', 's3:PutEncryptionConfiguration']
const PROBE_BUCKET = [
  's3:GetEncryptionConfiguration',
  's3:GetBucketObjectLockConfiguration',
  's3:GetReplicationConfiguration',
  's3:ListBucketVersions',
]
/** The last two only where object lock is on. */
const PROBE_OBJECT = [
  's3:PutObject',
  's3:GetObject',
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:PutObjectRetention',
  's3:BypassGovernanceRetention',
]

/** The session policy for credentials that somebody brings to a run which waits for a sign-in: what the act needs. */
export const runPolicy = ({ kind }: BucketAct, buckets: readonly string[]): string =>
  sessionPolicy(buckets, (allow) =>
    kind === 'probe' ? [allow(PROBE_BUCKET), allow(PROBE_OBJECT, `/${PROBE_FOLDER}*`)] : [allow(ENCRYPTION)],
  )
