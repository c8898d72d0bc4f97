import { listBuckets, readBucket } from '@strongroom/shared/buckets'
import { readCoverage } from '@strongroom/shared/coverage'
import { type Job, type JobKind, jobEnded, listJobs } from '@strongroom/shared/jobs'
import { readEncryptionPlan, readObjectRun } from '@strongroom/shared/object-encryption'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { every, invalidate, query } from '../../api/query.ts'

const JOBS_MS = 5_000

/** The newest job of a kind on a bucket, running or ended; undefined: there was none since the console began. */
export const newestOn = (jobs: readonly Job[], kind: JobKind, bucket: string) =>
  jobs.find((job) => job.kind === kind && job.target === bucket)

/** The newest jobs on the objects of a bucket. When one of them ends, what it may have changed is read again. */
export function useBucketJobs(bucket: string) {
  const jobs = useQuery({ ...query(listJobs, {}), refetchInterval: every(JOBS_MS) }).data?.jobs ?? []
  const counting = newestOn(jobs, 'coverage', bucket)
  const encrypting = newestOn(jobs, 'object-encryption', bucket)
  const removing = newestOn(jobs, 'plain-removal', bucket)
  const ended = [counting, encrypting, removing].map((job) => (job && jobEnded(job) ? job.id : '')).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another set of ended jobs is what there is to react to
  useEffect(() => {
    void invalidate(readCoverage, readEncryptionPlan, readObjectRun, listBuckets, readBucket)
  }, [ended])
  return { counting, encrypting, removing }
}
