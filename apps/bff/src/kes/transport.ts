import { setImmediate as turn } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { AppError } from '../errors.ts'
import { KesAnswer, readAnswer, refusal } from './answer.ts'
import { diagnose, Unanswered } from './diagnosis.ts'
import type { KesIdentity } from './identity.ts'
import { lookAtTls, type TlsLook, type TlsOptions } from './tls-look.ts'

export interface KesConfig {
  readonly urls: readonly URL[]
  /** Or what tells it: it is asked at each call, and a new one is used from then on. */
  readonly identity: KesIdentity | (() => KesIdentity)
  /** PEM, or what tells it as it is now; absent or null trusts what Node trusts. */
  readonly ca?: string | (() => string | null)
  /** For one endpoint's answer; KES's own limit is 15 s. */
  readonly timeoutMs: number
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

export interface KesCall {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  /** With the slash at the end where KES wants one: it redirects otherwise. */
  readonly path: string
  /**
   * Only for calls that take one: KES drops the connection of a body it does not want. JSON that holds key material comes
   * as bytes, which the caller wipes once the call has ended.
   */
  readonly body?: Json | Uint8Array
  /** Completes "The console's KES identity may not …". */
  readonly act: string
  /** Asking twice is not the same as asking once: never sent again once it may have arrived. */
  readonly once?: boolean
  /** Less than the door's own. */
  readonly timeoutMs?: number
}

/** A success as it came. */
export interface KesReply {
  readonly text: string
  /** The clock of KES; null when it did not say. */
  readonly date: Date | null
}

export interface Kes {
  readonly urls: readonly URL[]
  /** The console's identity as it is now: its files may change. */
  readonly identity: string
  /** Asks the endpoints in order until one answers with less than 500. Replies the parsed JSON, `null` for an empty reply. */
  call(call: KesCall): Promise<unknown>
  /** Asks one endpoint. */
  ask(url: URL, call: KesCall): Promise<unknown>
  /** Asks one endpoint for what is no JSON, or what came with it. Not for data keys: nothing is wiped. */
  hear(url: URL, call: KesCall): Promise<KesReply>
  /** Looks at one endpoint by bare TLS, under the console's identity. */
  look(url: URL, timeoutMs: number): Promise<TlsLook>
  /** Ends when the calls under way have. */
  close(): Promise<void>
}

const REPLY_LIMIT_BYTES = 2 * 1024 * 1024
/** As MinIO has it: an endpoint that failed is asked last for this long. */
const REST_MS = 30_000

/**
 * Opens the mTLS door to KES: HTTP/1.1 with keep-alive, no proxies, no redirects. The client key stays in the TLS agent
 * and goes nowhere else; a new identity or authority gets a new agent, and the old one ends with its last call.
 */
export function connectKes({ urls, identity, ca, timeoutMs }: KesConfig): Kes {
  const current = typeof identity === 'function' ? identity : () => identity
  const trusts = typeof ca === 'function' ? ca : () => ca ?? null
  const failedAt = new Map<string, number>()
  const retired = new Set<Promise<void>>()
  let inUse = openAgent(current(), { ca: trusts(), timeoutMs })

  function door(): Door {
    const [identity, ca] = [current(), trusts()]
    if (identity === inUse.identity && ca === inUse.ca) return inUse
    const ended = inUse.agent.close().finally(() => retired.delete(ended))
    retired.add(ended)
    inUse = openAgent(identity, { ca, timeoutMs })
    return inUse
  }

  async function exchange(url: URL, call: KesCall): Promise<Exchange> {
    const { agent, tls, identity } = door()
    const within = Math.min(call.timeoutMs ?? timeoutMs, timeoutMs)
    let reply: Exchange
    try {
      reply = await send(agent, url, call, within)
    } catch (error) {
      if (error instanceof AppError) throw error
      const cause = await diagnose(error, url, () => lookAtTls(url, tls, within))
      throw new AppError('upstream-unreachable', cause.diagnosis, { cause })
    }
    if (reply.status === 200) return reply
    const asked = { path: call.path, act: call.act, host: url.host, identity: identity.id }
    throw refusal(readAnswer(reply.status, reply.body.toString('utf8')), asked)
  }

  async function ask(url: URL, call: KesCall): Promise<unknown> {
    const { body } = await exchange(url, call)
    try {
      return body.length === 0 ? null : JSON.parse(body.toString('utf8'))
    } catch {
      throw new AppError(
        'upstream-failed',
        `What answers at ${url.host} does not speak as KES does: check the endpoint.`,
      )
    } finally {
      body.fill(0) // may hold a data key
    }
  }

  async function hear(url: URL, call: KesCall): Promise<KesReply> {
    const { body, date } = await exchange(url, call)
    return { text: body.toString('utf8'), date }
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

  return {
    urls,
    get identity() {
      return door().identity.id
    },
    ask,
    call,
    hear,
    look: (url, within) => lookAtTls(url, door().tls, within),
    close: async () => void (await Promise.all([inUse.agent.close(), ...retired])),
  }
}

interface Door {
  readonly identity: KesIdentity
  readonly ca: string | null
  readonly tls: TlsOptions
  readonly agent: Agent
}

function openAgent(identity: KesIdentity, { ca, timeoutMs }: { ca: string | null; timeoutMs: number }): Door {
  const tls = identity.key.expose((key) => ({ cert: identity.cert, key, ...(ca !== null && { ca }) }))
  return { identity, ca, tls, agent: new Agent({ connect: { ...tls, timeout: timeoutMs } }) }
}

/** Another endpoint may do better. */
const isEndpointsFault = (error: unknown): error is AppError =>
  error instanceof AppError &&
  (error.code === 'upstream-unreachable' || (error.cause instanceof KesAnswer && error.cause.status >= 500))

function perhapsDone(error: AppError): AppError {
  const detail = `${error.detail} It may have been done all the same: look before you try again.`
  return new AppError(error.code, detail, { cause: error.cause })
}

interface Exchange {
  readonly status: number
  readonly body: Buffer
  readonly date: Date | null
}

async function send(agent: Agent, url: URL, call: KesCall, timeoutMs: number): Promise<Exchange> {
  const { method, path, body } = call
  const response = await request(new URL(path, url), {
    method,
    dispatcher: agent,
    signal: AbortSignal.timeout(timeoutMs),
    ...(body !== undefined && {
      body: body instanceof Uint8Array ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
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
  // undici counts a connection as free a turn after its reply has ended: the next call would open another.
  await turn()
  return { status: response.statusCode, body: Buffer.concat(chunks), date: dateIn(response.headers.date) }
}

function dateIn(header: string | string[] | undefined): Date | null {
  const date = new Date(typeof header === 'string' ? header : Number.NaN)
  return Number.isNaN(date.getTime()) ? null : date
}
