import { cancelJob, followJob, listJobs, readJob } from '@strongroom/shared/jobs'
import type { Console } from '../console.ts'
import { bind, bindEvents, type Router } from '../http/bind.ts'

export function jobRoutes(router: Router, { jobs }: Console) {
  bind(router, listJobs, async () => ({ jobs: jobs.list() }))
  bind(router, readJob, async ({ id }) => jobs.get(id))
  bindEvents(router, followJob, ({ id }) => jobs.watch(id))
  bind(router, cancelJob, async ({ id }) => {
    jobs.cancel(id)
    return null
  })
}
