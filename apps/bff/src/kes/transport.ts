import { Agent, request } from 'undici'
import { AppError } from '../errors.ts'
import { KesAnswer, readAnswer, refusal } from './answer.ts'
import { diagnose, Unanswered } from './diagnosis.ts'
import type { KesIdentity } from './identity.ts'

export interface KesConfig {
  readonly urls: readonly URL[]
  readonly identity: KesIdentity
  /** PEM; absent trusts what Node trusts. */
  readonly ca?: string
  /** For one endpoint's answer; KES's own limit is 15 s. */
  readonly timeoutMs: number
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

export interface KesCall {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  /** With the slash at the end where KES wants one: it redirects otherwise. */
  readonly path: string
  /** Only for calls that take one: KES drops the connection of a body it does not want. */
  readonly body?: Json
  /** Completes "The console's KES identity may not …". */
  readonly act: string
  /** Asking twice is not the same as asking once: never sent again once it may have arrived. */
  readonly once?: boolean
}

export interface Kes {
  readonly urls: readonly URL[]
  /** Hex id of the console's identity. */
  readonly identity: string
  /** Asks the endpoints in order until one answers with less than 500. Replies the parsed JSON, `null` for an empty reply. */
  call(call: KesCall): Promise<unknown>
  /** Asks one endpoint. */
  ask(url: URL, call: KesCall): Promise<unknown>
  close(): Promise<void>
}

const REPLY_LIMIT_BYTES = 2 * 1024 * 1024
/** As MinIO has it: an endpoint that failed is asked last for this long. */
const REST_MS = 30_000

/**
 * Opens the mTLS door to KES: HTTP/1.1 with keep-alive, no proxies, no redirects. The client key stays in the TLS agent
 * for the life of the process and goes nowhere else.
 */
export function connectKes({ urls, identity, ca, timeoutMs }: KesConfig): Kes {
  const tls = identity.key.expose((key) => ({ cert: identity.cert, key, ...(ca !== undefined && { ca }) }))
  const agent = new Agent({ connect: { ...tls, timeout: timeoutMs } })
  const failedAt = new Map<string, number>()

  async function ask(url: URL, call: KesCall): Promise<unknown> {
    const asked = { path: call.path, act: call.act, host: url.host, identity: identity.id }
    let reply: { status: number; body: Buffer }
    try {
      reply = await send(agent, url, call, timeoutMs)
    } catch (error) {
      if (error instanceof AppError) throw error
      const cause = await diagnose(error, url, tls, timeoutMs)
      throw new AppError('upstream-unreachable', cause.diagnosis, { cause })
    }
    const { status, body } = reply
    try {
      if (status === 200) return body.length === 0 ? null : JSON.parse(body.toString('utf8'))
    } catch {
      throw new AppError(
        'upstream-failed',
        `What answers at ${url.host} does not speak as KES does: check the endpoint.`,
      )
    } finally {
      if (status === 200) body.fill(0) // may hold a data key
    }
    throw refusal(readAnswer(status, body.toString('utf8')), asked)
  }

  /** Those that failed lately come last; the order given holds among equals. */
  const inOrder = () => {
    const rests = (url: URL) => Number(Date.now() - (failedAt.get(url.host) ?? -REST_MS) < REST_MS)
    return urls.toSorted((a, b) => rests(a) - rests(b))
  }

  async function call(call: KesCall): Promise<unknown> {
    let failure: unknown
    for (const url of inOrder()) {
      try {
        const reply = await ask(url, call)
        failedAt.delete(url.host)
        return reply
      } catch (error) {
        if (!isEndpointsFault(error)) throw error
        failedAt.set(url.host, Date.now())
        if (call.once && error.cause instanceof Unanswered && error.cause.mayHaveArrived) throw perhapsDone(error)
        failure ??= error
      }
    }
    throw failure
  }

  return { urls, identity: identity.id, ask, call, close: () => agent.close() }
}

/** Another endpoint may do better. */
const isEndpointsFault = (error: unknown): error is AppError =>
  error instanceof AppError &&
  (error.code === 'upstream-unreachable' || (error.cause instanceof KesAnswer && error.cause.status >= 500))

function perhapsDone(error: AppError): AppError {
  const detail = `${error.detail} It may have been done all the same: look before you try again.`
  return new AppError(error.code, detail, { cause: error.cause })
}

async function send(agent: Agent, url: URL, { method, path, body }: KesCall, timeoutMs: number) {
  const response = await request(new URL(path, url), {
    method,
    dispatcher: agent,
    signal: AbortSignal.timeout(timeoutMs),
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > REPLY_LIMIT_BYTES) {
      throw new AppError(
        'upstream-failed',
        `What answers at ${url.host} sent more than KES ever does: check the endpoint.`,
      )
    }
    chunks.push(chunk)
  }
  return { status: response.statusCode, body: Buffer.concat(chunks) }
}
