import { API_PREFIX, type Endpoint } from '@strongroom/shared/endpoint'
import type { Hono, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { streamSSE } from 'hono/streaming'
import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import type { Env, RequestContext } from './env.ts'
import { invalidInput } from './problem.ts'

type Schema = z.ZodMiniType
type Fields = z.ZodMiniObject

/** What turns a request into the caller behind its cookie; throws `not-signed-in` or `session-expired`. */
export type Authenticate = (c: RequestContext, use?: 'by-stream') => Promise<void>

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
  app.on(endpoint.method, API_PREFIX + endpoint.path, limited(endpoint), async (c) => {
    if (endpoint.access === 'session') await authenticate(c)
    const reply = endpoint.reply.parse(await handle(await readInput(endpoint, c), c))
    c.header('Cache-Control', 'no-store')
    return endpoint.status === 204 ? c.body(null, 204) : c.json(reply as object, endpoint.status)
  })
}

/** A file for the caller to save. */
export interface Download {
  readonly name: string
  readonly type: string
  readonly content: Uint8Array | ReadableStream<Uint8Array>
}

/** Serves `endpoint` as a file that browsers save instead of showing it. */
export function bindDownload<In extends Fields>(
  { app, authenticate }: Router,
  endpoint: Endpoint<In>,
  read: (input: z.output<In>, c: RequestContext) => Promise<Download>,
) {
  app.on(endpoint.method, API_PREFIX + endpoint.path, async (c) => {
    if (endpoint.access === 'session') await authenticate(c)
    const { name, type, content } = await read(await readInput(endpoint, c), c)
    c.header('Cache-Control', 'no-store')
    c.header('Content-Type', type)
    c.header('Content-Disposition', `attachment; filename="${name.replace(/[^\w.-]/g, '_')}"`)
    return c.body(content instanceof ReadableStream ? content : Buffer.from(content))
  })
}

/** Where the events of a stream come from. */
export interface EventSource<Input, Reply> {
  /** Asked before the stream opens and at each beat while it lasts; throws when the caller may not read it (any more). */
  readonly allowed: (input: Input, c: RequestContext) => Promise<void>
  readonly open: (input: Input, c: RequestContext) => Promise<AsyncGenerator<Reply>>
}

/** Serves `endpoint` as server-sent events: one for each reply that `open` yields, and the end of the stream at its end. */
export function bindEvents<In extends Fields, Out extends Schema>(
  { app, authenticate }: Router,
  endpoint: Endpoint<In, Out>,
  { allowed, open }: EventSource<z.output<In>, z.input<Out>>,
) {
  app.on(endpoint.method, API_PREFIX + endpoint.path, async (c) => {
    await authenticate(c)
    const input = await readInput(endpoint, c)
    await allowed(input, c)
    const replies = await open(input, c)
    c.header('Cache-Control', 'no-store')
    c.header('X-Accel-Buffering', 'no')
    return streamSSE(c, async (stream) => {
      const over = new Promise<undefined>((resolve) => stream.onAbort(() => resolve(undefined)))
      const beat = setInterval(() => {
        still(input, c).then(
          () => stream.write(': still here\n\n'),
          () => stream.close(),
        )
      }, KEEP_ALIVE_MS)
      try {
        for (;;) {
          const next = await Promise.race([replies.next(), over])
          if (next === undefined || next.done || stream.closed) break
          await stream.writeSSE({ data: JSON.stringify(endpoint.reply.parse(next.value)) })
        }
      } finally {
        clearInterval(beat)
        void replies.return(undefined)
      }
    })
  })

  /** A stream ends with the session and with the right that it was opened on. */
  async function still(input: z.output<In>, c: RequestContext) {
    await authenticate(c, 'by-stream')
    await allowed(input, c)
  }
}

/** Only requests that have a body are asked for one, which would make the whole request anew. */
function limited({ method, bodyBytes }: Endpoint): MiddlewareHandler<Env> {
  if (method !== 'POST' && method !== 'PUT') return (_, next) => next()
  return bodyLimit({
    maxSize: bodyBytes,
    onError: () => {
      throw new AppError('too-large', `The body of this request may have ${bodyBytes / 1024} KiB at most.`)
    },
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
