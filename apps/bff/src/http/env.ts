import type { Context } from 'hono'
import type { Caller } from '../session/caller.ts'

/** What the middleware puts on each request. */
export interface Env {
  Variables: {
    requestId: string
    /** The address of the browser, behind trusted proxies too. */
    clientAddress: string
    /** Set on calls that need a session, before their handler runs. */
    caller: Caller
  }
}

export type RequestContext = Context<Env>
