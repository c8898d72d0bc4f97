import { API_PREFIX } from '@strongroom/shared/endpoint'
import {
  cancelJob,
  followJob,
  type Job,
  type JobKind,
  jobEnded,
  listJobs,
  readJob,
  resumeJob,
} from '@strongroom/shared/jobs'
import { startMigration } from '@strongroom/shared/migrations'
import { requireWriteRights } from '../cluster/migrate/write-rights.ts'
import { type Console, jobCaller, minioFor, requireDriveReading } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, bindEvents, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import { boxed } from '../secret.ts'

/** They name buckets and objects alone, so that whoever ran them may see them. The others name users and policies. */
const ON_BUCKETS: ReadonlySet<JobKind> = new Set([
  'bucket-encryption',
  'bucket-probe',
  'coverage',
  'object-encryption',
  'plain-removal',
])

/** Jobs are for those who may read the drives, and those on buckets also for whoever ran them; a migration is stopped by who could run it. */
export function jobRoutes(router: Router, console: Console) {
  const { jobs, bucketJobs } = console

  const requireSight = (job: Job, c: RequestContext) =>
    isOwn(job, c) ? Promise.resolve() : requireDriveReading(console, c)

  const seen = async (id: string, c: RequestContext) => {
    const job = await jobs.get(id).catch(async (error: unknown) => {
      // Whether there is such a job is not for everybody either.
      await requireDriveReading(console, c)
      throw error
    })
    await requireSight(job, c)
    return job
  }

  bind(router, listJobs, async (_, c) => {
    const all = await requireDriveReading(console, c).then(() => true, unlessRefused)
    return { jobs: (await jobs.list()).filter((job) => all || isOwn(job, c)) }
  })

  bind(router, readJob, ({ id }, c) => seen(id, c))

  bindEvents(router, followJob, {
    allowed: async ({ id }, c) => {
      await seen(id, c)
    },
    open: ({ id }) => jobs.watch(id),
  })

  bind(router, cancelJob, async ({ id }, c) => {
    const { kind, ranBy } = await seen(id, c)
    const { root, account } = c.var.caller
    if (kind === 'iam-migration' && !root && !ranBy.includes(account)) await requireWriteRights(minioFor(console, c))
    await jobs.cancel(id)
    return null
  })

  bind(router, resumeJob, async ({ id, secretKey, durationSeconds }, c) => {
    using secret = boxed(secretKey)
    requireOnBuckets(await seen(id, c))
    return await bucketJobs.resume(id, jobCaller(console, c), { secretKey: secret, durationSeconds })
  })
}

const isOwn = ({ kind, ranBy }: Job, c: RequestContext) => ON_BUCKETS.has(kind) && ranBy.includes(c.var.caller.account)

/** A migration gets new credentials by its own call, which looks at the cluster again first. */
function requireOnBuckets({ kind, ...job }: Job) {
  if (kind !== 'iam-migration' || jobEnded(job)) return
  const { method, path } = startMigration
  throw new AppError(
    'conflict',
    `A migration is not resumed by this call. When it waits for a sign-in, start it with the choices that it was started with (${method} ${API_PREFIX}${path}, or IAM migration, Migrate): it goes on then where it stands.`,
  )
}

/** While MinIO can't be asked, a list without the others would say that there are none. */
function unlessRefused(error: unknown): false {
  if (error instanceof AppError && error.code === 'not-allowed') return false
  throw error
}
