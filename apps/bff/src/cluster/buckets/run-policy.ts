import type { BucketAct } from '@strongroom/shared/bucket-runs'
import { PROBE_FOLDER } from '@strongroom/shared/probe-policy'

/** MinIO takes no longer session policy. */
const MOST_CHARACTERS = 2048

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

/**
 * The session policy for credentials that somebody brings to a run which waits for a sign-in: what the act needs, on its
 * buckets alone, or on all where their names would not fit.
 */
export function runPolicy(act: BucketAct, buckets: readonly string[]): string {
  const named = policyOn(act, buckets)
  return named.length <= MOST_CHARACTERS ? named : policyOn(act, ['*'])
}

function policyOn({ kind }: BucketAct, buckets: readonly string[]): string {
  const allow = (Action: readonly string[], below = '') => ({
    Effect: 'Allow',
    Action,
    Resource: buckets.map((bucket) => `arn:aws:s3:::${bucket}${below}`),
  })
  const Statement =
    kind === 'probe' ? [allow(PROBE_BUCKET), allow(PROBE_OBJECT, `/${PROBE_FOLDER}*`)] : [allow(ENCRYPTION)]
  return JSON.stringify({ Version: '2012-10-17', Statement })
}
