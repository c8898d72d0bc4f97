import { API_PREFIX, type Endpoint } from '@strongroom/shared/endpoint'
import type { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import type { Env, RequestContext } from './env.ts'
import { invalidInput } from './problem.ts'

type Schema = z.ZodMiniType
type Fields = z.ZodMiniObject

/** What turns a request into the caller behind its cookie; throws `not-signed-in` or `session-expired`. */
export type Authenticate = (c: RequestContext) => Promise<void>

export interface Router {
  readonly app: Hono<Env>
  readonly authenticate: Authenticate
}

/** Proxies close a stream that stays silent; a comment line now and then keeps it open. */
const KEEP_ALIVE_MS = 15_000

/** Serves `endpoint` from `handle`. Input is checked; the reply is cut down to its schema, so nothing else leaves. */
export function bind<In extends Fields, Out extends Schema>(
  { app, authenticate }: Router,
  endpoint: Endpoint<In, Out>,
  handle: (input: z.output<In>, c: RequestContext) => Promise<z.input<Out>>,
) {
  app.on(endpoint.method, API_PREFIX + endpoint.path, async (c) => {
    if (endpoint.access === 'session') await authenticate(c)
    const reply = endpoint.reply.parse(await handle(await readInput(endpoint, c), c))
    c.header('Cache-Control', 'no-store')
    return endpoint.status === 204 ? c.body(null, 204) : c.json(reply as object, endpoint.status)
  })
}

/** Serves `endpoint` as server-sent events: one for each reply that `open` yields, and the end of the stream at its end. */
export function bindEvents<In extends Fields, Out extends Schema>(
  { app, authenticate }: Router,
  endpoint: Endpoint<In, Out>,
  open: (input: z.output<In>, c: RequestContext) => Promise<AsyncGenerator<z.input<Out>>>,
) {
  app.on(endpoint.method, API_PREFIX + endpoint.path, async (c) => {
    await authenticate(c)
    const replies = await open(await readInput(endpoint, c), c)
    c.header('Cache-Control', 'no-store')
    c.header('X-Accel-Buffering', 'no')
    return streamSSE(c, async (stream) => {
      const beat = setInterval(() => void stream.write(': still here\n\n'), KEEP_ALIVE_MS)
      stream.onAbort(() => void replies.return(undefined))
      try {
        for await (const reply of replies) {
          if (stream.aborted) break
          await stream.writeSSE({ data: JSON.stringify(endpoint.reply.parse(reply)) })
        }
      } finally {
        clearInterval(beat)
      }
    })
  })
}

async function readInput<In extends Fields>(endpoint: Endpoint<In>, c: RequestContext): Promise<z.output<In>> {
  const hasBody = endpoint.method === 'POST' || endpoint.method === 'PUT'
  const sent = hasBody ? await readBody(c) : c.req.query()
  const input = z.safeParse(endpoint.input, { ...sent, ...c.req.param() })
  if (!input.success) throw invalidInput(input.error)
  return input.data
}

async function readBody(c: RequestContext): Promise<object> {
  const body: unknown = await c.req.json().catch((cause: unknown) => {
    if (cause instanceof SyntaxError) throw new AppError('invalid-input', 'The body is not valid JSON.')
    throw cause
  })
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new AppError('invalid-input', 'The body must be a JSON object.')
  }
  return body
}
