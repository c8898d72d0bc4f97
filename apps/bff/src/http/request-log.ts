import { createMiddleware } from 'hono/factory'
import type { Logger } from 'pino'
import type { Env } from './env.ts'

/** One line a call: what was asked, not with what. Paths hold names, queries may hold what somebody searched for. */
export const requestLog = (log: Logger) =>
  createMiddleware<Env>(async (c, next) => {
    const started = performance.now()
    await next()
    // `c.var` and `c.header` would each make an object anew.
    const [requestId, clientAddress] = [c.get('requestId'), c.get('clientAddress')]
    c.res.headers.set('X-Request-Id', requestId)
    const ms = Math.round(performance.now() - started)
    log.info({ requestId, method: c.req.method, path: c.req.path, status: c.res.status, ms, clientAddress })
  })
