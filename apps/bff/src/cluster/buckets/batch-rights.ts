import type { ClusterInfo } from '../../minio/info.ts'
import type { CallerPolicy } from '../caller-policy.ts'
import { pluginIn } from '../caller-policy-plugin.ts'

/** To start a job, see it, and clear up after it. */
const ACTIONS = ['admin:StartBatchJob', 'admin:ListBatchJobs', 'admin:DescribeBatchJob', 'admin:CancelBatchJob']

/**
 * Whether MinIO would let the caller start batch jobs, as far as policies tell; null: they don't. Where MinIO asks an
 * authorisation plugin, policies say nothing, and MinIO decides at the act.
 *
 * @param policy null: it can't be read
 * @param nodes null: they can't be seen
 */
export function mayStartBatchJobs(
  caller: { readonly root: boolean },
  policy: CallerPolicy | null,
  nodes: ClusterInfo['nodes'] | null,
): boolean | null {
  if (policy === null) return null
  if (policy.mayHidePlugin && !caller.root) {
    const told = nodes?.map(({ env }) => env).filter((env) => env !== null) ?? []
    if (told.length === 0 || pluginIn(told) !== null) return null
  }
  const verdicts = ACTIONS.map((action) => policy.decide(action, 'no-key'))
  if (verdicts.includes('deny')) return false
  return verdicts.every((verdict) => verdict === 'allow') ? true : null
}
