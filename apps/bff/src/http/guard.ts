import { createMiddleware } from 'hono/factory'
import { AppError } from '../errors.ts'
import type { Env } from './env.ts'

const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/**
 * Refuses state-changing requests that another site's page sent. Browsers put `Sec-Fetch-Site` (and on such requests
 * `Origin`) on what a page sends; scripts send neither and carry no ambient cookie, so they pass.
 */
export const sameOriginOnly = createMiddleware<Env>(async (c, next) => {
  if (CHANGING.has(c.req.method)) {
    const site = c.req.header('Sec-Fetch-Site')
    if (site !== undefined && site !== 'same-origin' && site !== 'none') throw foreign()
    const origin = c.req.header('Origin')
    if (origin !== undefined && !sameHost(origin, c.req.header('Host'))) throw foreign()
  }
  await next()
})

/**
 * Refuses bodies that are not JSON: a form of another site can send three content types without asking, and JSON is
 * none of them. A POST or PUT says so even when its body is `{}`.
 */
export const jsonOnly = createMiddleware<Env>(async (c, next) => {
  if (c.req.method === 'POST' || c.req.method === 'PUT') {
    const type = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase()
    if (type !== 'application/json') {
      throw new AppError(
        'unsupported-body',
        'Send Content-Type: application/json, and {} where there is nothing to say.',
      )
    }
  }
  await next()
})

/** Compares host and port only: a proxy that ends TLS leaves the scheme of `Origin` unlike ours. */
function sameHost(origin: string, host: string | undefined) {
  return URL.canParse(origin) && new URL(origin).host === host
}

const foreign = () =>
  new AppError('foreign-origin', 'This request came from a page of another site, so it was not carried out.')
