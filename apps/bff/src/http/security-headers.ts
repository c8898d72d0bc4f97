import { createMiddleware } from 'hono/factory'
import type { Env } from './env.ts'

/**
 * What a browser may do with our pages: load from here alone, run no inline script, be framed by nobody but the
 * configured hosts. React sets styles through the DOM, which needs no `unsafe-inline`.
 */
export function securityHeaders(frameAncestors: readonly string[]) {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    `frame-ancestors ${frameAncestors.length > 0 ? frameAncestors.join(' ') : "'none'"}`,
  ].join('; ')
  const headers = [
    ['Content-Security-Policy', policy],
    ['X-Content-Type-Options', 'nosniff'],
    ['Referrer-Policy', 'no-referrer'],
    ['Cross-Origin-Opener-Policy', 'same-origin'],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    ['Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=()'],
    ...(frameAncestors.length === 0 ? [['X-Frame-Options', 'DENY'] as const] : []),
  ] as const
  return createMiddleware<Env>(async (c, next) => {
    await next()
    // `c.header` would make the whole response anew, for each of them.
    for (const [name, value] of headers) c.res.headers.set(name, value)
  })
}
