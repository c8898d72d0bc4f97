import { availableParallelism, cpus } from 'node:os'
import { PassThrough } from 'node:stream'
import type { Handler } from './api.ts'
import { ApiError } from './errors.ts'
import { goJson } from './go-json.ts'
import type { Follower } from './log.ts'
import { EMPTY, json } from './reply.ts'

const VERSION = 'development'
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores'

export const version: Handler = () => json({ version: VERSION, commit: '<unknown>' })

export const ready: Handler = async (request, { keys, log }) => {
  await keys.ping().catch((error: unknown) => {
    log.debug(String(error), request)
    throw new ApiError(504, 'key store is not reachable')
  })
  return EMPTY
}

/** Stays 200 when the keystore is gone. Latency is in milliseconds and never below 1; uptime in seconds. */
export const status: Handler = async (_, { keys, metrics }) => {
  const keystore = await keys.ping().then(
    (ms) => ({ keystore_latency: Math.max(1, Math.round(ms)) }),
    () => ({ keystore_unreachable: true }),
  )
  const { heapUsed, rss, heapTotal } = process.memoryUsage()
  return json({
    version: VERSION,
    os: process.platform,
    arch: process.arch === 'x64' ? 'amd64' : process.arch,
    uptime: Math.round(metrics.uptime()),
    num_cpu: cpus().length,
    num_cpu_used: availableParallelism(),
    mem_heap_used: heapUsed,
    mem_stack_used: Math.max(0, rss - heapTotal),
    ...keystore,
  })
}

export const metrics: Handler = (_, server) => ({
  status: 200,
  headers: { 'Content-Type': METRICS_TYPE },
  body: server.metrics.toText(),
})

/** Timeouts are told in seconds. */
export const listApis: Handler = (_, { routes }) =>
  json(
    routes.map(({ method, path, maxBody, timeoutMs }) => ({
      method,
      path,
      max_body: maxBody,
      timeout: Math.floor(timeoutMs / 1000),
    })),
  )

/** One JSON object a line from now on. KES means to do this, but its own stream never delivers a byte. */
export const followLog =
  (kind: 'error' | 'audit'): Handler =>
  (_, { log, metrics: counters }) => {
    const body = new PassThrough()
    const follow: Follower = (event) => {
      counters.countEvent(kind)
      body.write(`${goJson(event)}\n`)
    }
    log.followers[kind].add(follow)
    body.once('close', () => log.followers[kind].delete(follow))
    return { status: 200, headers: { 'Content-Type': 'application/x-ndjson' }, body }
  }
