import { cleanUpBatchJob, listBatchJobs, readBatchJob, startBatchJob } from '@strongroom/shared/batch-jobs'
import { asEncryption } from '../cluster/buckets/as-encryption.ts'
import { cleanUpBatchJob as cleanUp } from '../cluster/buckets/batch-cleanup.ts'
import { observeBatchJob, observeBatchJobs } from '../cluster/buckets/batch-observation.ts'
import { startKeyRotation, startReplication } from '../cluster/buckets/batch-start.ts'
import { watchBatchJob } from '../cluster/buckets/batch-watch.ts'
import { type Console, intentOf, minioFor } from '../console.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'

export function batchJobRoutes(router: Router, console: Console) {
  const accessOf = (c: RequestContext) => ({ ...minioFor(console, c), orders: console.batchOrders })

  bind(router, listBatchJobs, async (_, c) => {
    const { jobs, leftovers } = await observeBatchJobs(accessOf(c))
    return { jobs, leftovers: [...leftovers] }
  })

  bind(router, readBatchJob, async ({ id }, c) => observeBatchJob(accessOf(c), id))

  bind(router, startBatchJob, async ({ order }, c) => {
    const access = accessOf(c)
    const { account, root } = c.var.caller
    const starter = { ...access, cleaner: { account, root }, endpoint: console.config.minio.endpoint }
    const sealing = { ...order, encryption: asEncryption(order.mode, order.key, '/order/key') }
    const started = await console.trail.recorded(
      intentOf(c, 'start-batch-job', order.bucket),
      () =>
        order.kind === 'replicate'
          ? startReplication(starter, { ...sealing, target: order.target })
          : startKeyRotation(starter, { ...sealing, tagsLost: order.accepted.includes('tags-lost') }),
      ({ job }) =>
        `${order.kind === 'replicate' ? `Copies it into ${order.target}` : 'Changes the key of its objects'}, as job ${job.id}.`,
    )
    void watchBatchJob({ ...access, cleaner: { account, root }, log: console.log }, started)
    return started.job
  })

  bind(router, cleanUpBatchJob, async ({ id }, c) => {
    const { account, root } = c.var.caller
    await console.trail.recorded(intentOf(c, 'clean-up-batch-job', id), () =>
      cleanUp(accessOf(c), id, { account, root }),
    )
    return null
  })
}
