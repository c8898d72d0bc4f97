import { cancelJob, followJob, listJobs, readJob } from '@strongroom/shared/jobs'
import { requireWriteRights } from '../cluster/migrate/write-rights.ts'
import { type Console, minioFor, requireDriveReading } from '../console.ts'
import { bind, bindEvents, type Router } from '../http/bind.ts'

/** Jobs name users and policies, so they are for those who may read the drives; a migration is stopped by who could run it. */
export function jobRoutes(router: Router, console: Console) {
  const { jobs } = console

  bind(router, listJobs, async (_, c) => {
    await requireDriveReading(console, c)
    return { jobs: await jobs.list() }
  })

  bind(router, readJob, async ({ id }, c) => {
    await requireDriveReading(console, c)
    return jobs.get(id)
  })

  bindEvents(router, followJob, {
    allowed: (c) => requireDriveReading(console, c),
    open: ({ id }) => jobs.watch(id),
  })

  bind(router, cancelJob, async ({ id }, c) => {
    await requireDriveReading(console, c)
    const { kind, ranBy } = await jobs.get(id)
    const { root, account } = c.var.caller
    if (kind === 'iam-migration' && !root && !ranBy.includes(account)) await requireWriteRights(minioFor(console, c))
    await jobs.cancel(id)
    return null
  })
}
