import type { Readable } from 'node:stream'
import type { KeyCache } from './key-cache.ts'
import type { Log, LogSubject } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Access } from './policy.ts'
import type { Timestamp } from './timestamp.ts'

/** What handlers work on. */
export type Server = {
  access: Access
  keys: KeyCache
  log: Log
  metrics: Metrics
  startedAt: Timestamp
  routes: readonly Route[]
}

/** A request that passed its route's method and authentication. */
export type ApiRequest = LogSubject & {
  /** What follows the route's path, decoded. */
  resource: string
  /** By `performance.now()`. */
  receivedAt: number
  /** Whether the client announced a body; a chunked one counts even when it turns out empty. */
  hasBody: boolean
  /** The body, cut off at the route's limit. */
  body(): Promise<{ text: string; tooLarge: boolean }>
}

/** Without a body the reply is empty and has no content type. */
export type Reply = { status: number; headers?: Record<string, string>; body?: string | Readable }

export type Handler = (request: ApiRequest, server: Server) => Reply | Promise<Reply>

export type Route = {
  /** POST is taken wherever PUT is expected. */
  method: 'GET' | 'PUT' | 'DELETE'
  /** A path that ends in `/` takes all paths below it. */
  path: string
  maxBody: number
  /** 0: none */
  timeoutMs: number
  /** `policy`: admin or a policy that allows the path. `identify`: anybody, known if possible. `none`: anybody. */
  auth: 'policy' | 'identify' | 'none'
  /** Whether `/v1/metrics` counts these requests. */
  metered: boolean
  handler: Handler
}
