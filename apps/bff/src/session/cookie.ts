import { getCookie } from 'hono/cookie'
import type { RequestContext } from '../http/env.ts'

/** `__Host-`: only this host set it, over a trustworthy connection (loopback counts), for the whole host. */
const NAME = '__Host-strongroom'

export const readTicket = (c: RequestContext) => getCookie(c, NAME)

/** Framed by another site, the cookie must be `SameSite=None; Partitioned`; otherwise no other site ever sends it. */
export function writeTicket(c: RequestContext, ticket: string, framed: boolean) {
  c.header(
    'Set-Cookie',
    `${NAME}=${ticket}; Path=/; Secure; HttpOnly; ${framed ? 'SameSite=None; Partitioned' : 'SameSite=Strict'}`,
  )
}

export const clearTicket = (c: RequestContext, framed: boolean) =>
  c.header(
    'Set-Cookie',
    `${NAME}=; Path=/; Max-Age=0; Secure; HttpOnly; ${framed ? 'SameSite=None; Partitioned' : 'SameSite=Strict'}`,
  )
