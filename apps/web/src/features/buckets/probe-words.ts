import type { BucketProbe, FailedProbe, ProbeSummary } from '@strongroom/shared/bucket-probes'
import type { Bucket } from '@strongroom/shared/buckets'

/** What a probe is evidence of, as the list of buckets has it. */
export function probeOutcome(probe: BucketProbe | FailedProbe): ProbeSummary['outcome'] {
  if ('reason' in probe || !probe.readBack) return 'failed'
  if (probe.asPromised === false) return 'not-as-promised'
  if (!probe.encrypted) return 'plain'
  return probe.asPromised === null ? 'unpromised' : 'as-promised'
}

type Known = Pick<Bucket, 'locking' | 'replication'>

/** Why the console can't be told to probe a bucket by itself; null: it can. */
export function whyNotScheduled({ locking, replication }: Known, accessKey: string | null): string | null {
  if (locking) return 'Object lock is on: probe objects would stay. Probe it by hand, under the shortest retention.'
  if (replication) return 'The bucket is replicated: each probe would be copied elsewhere. Probe it by hand.'
  return accessKey === null ? 'The console has no access key for probes of its own.' : null
}

/** All that has to be set, and the console started anew. */
export const scheduleVariables = (everyHours: number) => [
  'STRONGROOM_PROBE_ACCESS_KEY=ACCESS-KEY',
  'STRONGROOM_PROBE_SECRET_KEY_FILE=/PATH/TO/SECRET-KEY',
  `STRONGROOM_PROBE_EVERY_HOURS=${everyHours}`,
]
