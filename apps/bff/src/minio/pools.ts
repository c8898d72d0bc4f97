import * as z from 'zod/mini'
import { minioErrorIn } from './failures.ts'
import { ADMIN, readJson } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'

const Decommission = z.object({
  startTime: z.string(),
  complete: z._default(z.boolean(), false),
  failed: z._default(z.boolean(), false),
  canceled: z._default(z.boolean(), false),
})

const PoolsReply = z.nullable(z.array(z.object({ cmdline: z.string(), decommissionInfo: z.optional(Decommission) })))

export interface Pool {
  /** As the server was started with it: `/p1/d{1...4}`. */
  readonly name: string
  readonly decommission: 'none' | 'running' | 'failed' | 'complete'
}

/** How Go writes a time that was never set. */
const NEVER = '0001-01-01T00:00:00Z'

/**
 * The pools of drives, in order; admin:ServerInfo. Empty where the server knows no pools: on a single drive, and on
 * releases that came before them.
 */
export async function readPools(minio: Minio, credentials: Credentials): Promise<readonly Pool[]> {
  const path = `${ADMIN}/pools/list`
  const reply = await orNone(minio.send({ method: 'GET', path, credentials, action: 'admin:ServerInfo' }))
  const pools = reply === undefined ? [] : readJson(PoolsReply, reply.bytes)
  return (pools ?? []).map(({ cmdline, decommissionInfo }) => ({
    name: cmdline,
    decommission: decommissionInfo === undefined ? 'none' : stateOf(decommissionInfo),
  }))
}

function stateOf({ startTime, complete, failed, canceled }: z.infer<typeof Decommission>): Pool['decommission'] {
  if (complete) return 'complete'
  if (failed) return 'failed'
  return canceled || startTime === NEVER ? 'none' : 'running'
}

const RebalanceReply = z.object({
  stoppedAt: z._default(z.string(), NEVER),
  pools: z.array(z.object({ status: z._default(z.string(), '') })),
})

/**
 * Whether MinIO moves objects between its pools; admin:Rebalance, which would start and stop that too: there is no right to
 * look only. So it is asked only of clusters with several pools.
 */
export async function isRebalancing(minio: Minio, credentials: Credentials): Promise<boolean> {
  const path = `${ADMIN}/rebalance/status`
  const reply = await orNone(minio.send({ method: 'GET', path, credentials, action: 'admin:Rebalance' }))
  return reply !== undefined && rebalanceRuns(reply.bytes)
}

/** Reads the reply to `rebalance/status`: a pool that takes no part, or is done, has another status. */
export function rebalanceRuns(bytes: Uint8Array): boolean {
  const { stoppedAt, pools } = readJson(RebalanceReply, bytes)
  return stoppedAt === NEVER && pools.some(({ status }) => status === 'Started')
}

/** "There is no such thing here" in the three forms MinIO has for it. */
const NONE = new Set(['XMinioAdminVersionMismatch', 'NotImplemented', 'XMinioAdminRebalanceNotStarted'])

async function orNone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (NONE.has(minioErrorIn(error)?.code ?? '')) return undefined
    throw error
  }
}
