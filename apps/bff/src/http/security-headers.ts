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
  return createMiddleware<Env>(async (c, next) => {
    await next()
    c.header('Content-Security-Policy', policy)
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'no-referrer')
    c.header('Cross-Origin-Opener-Policy', 'same-origin')
    c.header('Cross-Origin-Resource-Policy', 'same-origin')
    c.header('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=()')
    if (frameAncestors.length === 0) c.header('X-Frame-Options', 'DENY')
  })
}
