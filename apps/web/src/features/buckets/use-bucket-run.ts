import { startBucketRun } from '@strongroom/shared/bucket-runs'
import { useLocation } from 'wouter'
import { jobChanged, keepJob } from '../../api/job-stream.ts'
import { useCall } from '../../api/query.ts'
import { paths } from '../../lib/paths.ts'
import { type PlanStep, tried } from './bulk-plan.ts'

/** Starts an act on many buckets, and goes where it can be watched. */
export function useBucketRun() {
  const [, navigate] = useLocation()
  return useCall(startBucketRun, (job) => {
    keepJob(job)
    void jobChanged()
    navigate(paths.bucketRun(job.id))
  })
}

/** As many names as one run takes. */
const MOST = 5_000

/** Why an act can't be started on the buckets that it would be tried in; null: it can. */
export function whyNotStart(steps: readonly PlanStep[]) {
  if (steps.length > MOST) return 'One run takes 5,000 buckets at most: select fewer.'
  if (tried(steps).length > 0) return null
  return steps.some(({ fate }) => fate === 'fails')
    ? 'It would fail in every one: see why above.'
    : 'There is nothing to do in these buckets.'
}
