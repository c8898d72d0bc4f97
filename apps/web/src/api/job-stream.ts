import { listAudits, readAudit, readRootRotation } from '@strongroom/shared/iam'
import { followJob, Job, jobEnded, listJobs, readJob } from '@strongroom/shared/jobs'
import { listMigrations } from '@strongroom/shared/migrations'
import { readOverview } from '@strongroom/shared/overview'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { apiUrl } from './base.ts'
import { invalidate, query, queryClient } from './query.ts'

const POLL_MS = 3_000
const REOPEN_MS = 10_000
/** More than ten pictures a second tell nobody more. */
const SHOWN_EVERY_MS = 100

/** Puts a snapshot where the pages read it. An older one than is known already is dropped. */
export function keepJob(job: Job) {
  const known = queryClient.getQueryData(query(readJob, { id: job.id }).queryKey)
  if (known && known.version > job.version) return
  queryClient.setQueryData(query(readJob, { id: job.id }).queryKey, job)
  queryClient.setQueryData(query(listJobs, {}).queryKey, (list) => list && { jobs: withJob(list.jobs, job) })
}

const withJob = (jobs: readonly Job[], job: Job) =>
  jobs.some(({ id }) => id === job.id) ? jobs.map((each) => (each.id === job.id ? job : each)) : [job, ...jobs]

/** What a job may have changed is read again when it starts and when it ends. The items of one audit never change. */
export const jobChanged = () =>
  invalidate(listJobs, readAudit, listAudits, readRootRotation, listMigrations, readOverview)

/** Follows the stream of job `id`; `onLive` says whether it stands. Returns how to stop. */
function follow(id: string, onLive: (live: boolean) => void) {
  let timer = 0
  let source: EventSource
  let newest = ''
  let showing = 0
  const show = () => {
    showing = 0
    const job = Job.parse(JSON.parse(newest))
    keepJob(job)
    if (jobEnded(job)) source.close()
  }
  const open = () => {
    source = new EventSource(apiUrl(followJob.path.replace(':id', encodeURIComponent(id))))
    source.onmessage = ({ data }: MessageEvent<string>) => {
      onLive(true)
      newest = data
      showing ||= window.setTimeout(show, SHOWN_EVERY_MS)
    }
    source.onerror = () => {
      onLive(false)
      // A refused stream is closed for good by the browser; a broken one it opens again by itself.
      if (source.readyState === EventSource.CLOSED) timer = window.setTimeout(open, REOPEN_MS)
    }
  }
  open()
  return () => {
    clearTimeout(timer)
    clearTimeout(showing)
    source.close()
  }
}

/** One job, live: by its stream, and by asking while the stream is away. */
export function useJob(id: string) {
  const [live, setLive] = useState(false)
  const result = useQuery({
    ...query(readJob, { id }),
    // The list has whole snapshots: what it knows needs no place to be held for it.
    initialData: () => queryClient.getQueryData(query(listJobs, {}).queryKey)?.jobs.find((job) => job.id === id),
    initialDataUpdatedAt: () => queryClient.getQueryState(query(listJobs, {}).queryKey)?.dataUpdatedAt,
    refetchInterval: ({ state: { data } }) => (live || (data && jobEnded(data)) ? false : POLL_MS),
  })
  const ended = result.data !== undefined && jobEnded(result.data)
  const open = result.data !== undefined && !ended
  useEffect(() => (open ? follow(id, setLive) : undefined), [id, open])
  useEffect(() => {
    if (ended) void jobChanged()
  }, [ended])
  return result
}
