import { Agent, type Dispatcher } from 'undici'
import { AppError } from '../errors.ts'
import { readRefusal, refused } from './failures.ts'
import { type Credentials, encodePath, encodeQuery, sign } from './sigv4.ts'

export type { Credentials } from './sigv4.ts'

const TIMEOUT_MS = 10_000
const MAX_REPLY_BYTES = 16 * 2 ** 20
const MAX_REFUSAL_BYTES = 64 * 2 ** 10

export interface MinioTarget {
  /** Scheme, host and port; a path is ignored. */
  readonly endpoint: URL
  /** PEM of the authority that signed MinIO's certificate, or what tells it as it is now, instead of the system's own. */
  readonly ca?: string | (() => string | null)
  /** What requests are signed for; a cluster without a region takes any. */
  readonly region: string
}

export interface MinioCall {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** Not encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** In lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  /** The call goes unsigned without them. */
  readonly credentials?: Credentials
  readonly service?: 's3' | 'sts'
  /** The permission it needs, named when MinIO refuses: `admin:ListUsers`. */
  readonly action?: string
  /** MinIO asks its KMS before it answers, so that it keeps silent while KES does. */
  readonly asksKms?: true
  /** For the whole reply, body included. Default 10 s. */
  readonly timeoutMs?: number
  /** Default 16 MiB. */
  readonly maxReplyBytes?: number
}

/** A request as it goes on the wire. */
interface ReadyRequest extends Pick<MinioCall, 'action' | 'timeoutMs' | 'maxReplyBytes'> {
  readonly method: MinioCall['method']
  /** Path and query, encoded. */
  readonly target: string
  /** In lower case; signed where credentials are needed. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface MinioReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: Uint8Array
}

/** The door to one cluster: what every function of this folder takes as its first argument. */
export interface Minio {
  /** `host:port` */
  readonly host: string
  readonly region: string
  /**
   * @throws AppError for everything that is no 2xx: `upstream-unreachable`, `not-allowed`, `session-expired`,
   *   `wrong-credentials`, `clock-skew`, `not-found`, `kms-not-configured`, `upstream-failed`; a refusal of MinIO's is a
   *   {@link MinioError} in `cause`. Redirects are failures.
   */
  send(call: MinioCall): Promise<MinioReply>
  /**
   * The same door, over the same connections, with another region, or on behalf of a browser whose address MinIO is to
   * see (`aws:SourceIp` in policies; MinIO reads `X-Forwarded-For`).
   */
  with(change: { readonly region?: string; readonly clientAddress?: string }): Minio
  /** The door to one server of the same cluster, past whatever stands in front of all. It is closed with this one. */
  at(node: URL): Minio
  close(): Promise<void>
}

/** Opens the door. Connections are made when they are needed, and kept. */
export function connectMinio({ endpoint, ca, region }: MinioTarget): Minio {
  const trusts = typeof ca === 'function' ? ca : () => ca ?? null
  return door(new Agents(trusts), endpoint, { region })
}

/** The connections, under the authority that counts now: with a new one they are made anew, and the old end with their last call. */
class Agents {
  readonly #trusts: () => string | null
  readonly #retired = new Set<Promise<void>>()
  #ca: string | null
  #agent: Agent

  constructor(trusts: () => string | null) {
    this.#trusts = trusts
    this.#ca = trusts()
    this.#agent = agentFor(this.#ca)
  }

  get current(): Agent {
    const ca = this.#trusts()
    if (ca === this.#ca) return this.#agent
    const ended = this.#agent.close().finally(() => this.#retired.delete(ended))
    this.#retired.add(ended)
    this.#ca = ca
    this.#agent = agentFor(ca)
    return this.#agent
  }

  async close(): Promise<void> {
    await Promise.all([this.#agent.close(), ...this.#retired])
  }
}

const agentFor = (ca: string | null) => new Agent({ connect: ca === null ? {} : { ca } })

interface Setting {
  readonly region: string
  readonly clientAddress?: string
}

const door = (agents: Agents, endpoint: URL, setting: Setting): Minio => ({
  host: endpoint.host,
  region: setting.region,
  send: async (call) => dispatch(agents.current, endpoint, setting, ready(endpoint.host, setting.region, call)),
  with: (change) => door(agents, endpoint, { ...setting, ...change }),
  at: (node) => door(agents, node, setting),
  close: () => agents.close(),
})

/** Encodes the call, and signs it where it has credentials. */
function ready(host: string, region: string, call: MinioCall): ReadyRequest {
  const { method, path, query = {}, headers = {}, credentials, service = 's3', asksKms: _, ...rest } = call
  const body = typeof call.body === 'string' ? Buffer.from(call.body) : (call.body ?? new Uint8Array())
  if (credentials) {
    const signed = sign({ method, host, path, query, headers, body }, credentials, {
      service,
      region,
      date: new Date(),
    })
    return { ...rest, ...signed, method, body }
  }
  const encoded = encodeQuery(query)
  return { ...rest, method, target: encodePath(path) + (encoded && `?${encoded}`), headers, body }
}

async function dispatch(
  agent: Agent,
  { origin, host }: URL,
  { clientAddress }: Setting,
  request: ReadyRequest,
): Promise<MinioReply> {
  const { method, target, body, action, timeoutMs = TIMEOUT_MS, maxReplyBytes = MAX_REPLY_BYTES } = request
  const headers = {
    ...asUtf8(request.headers),
    ...lengthOf(method, body),
    ...(clientAddress !== undefined && { 'x-forwarded-for': clientAddress }),
  }
  let reply: Dispatcher.ResponseData
  let bytes: Uint8Array
  try {
    reply = await agent.request({
      origin,
      path: target,
      method,
      headers,
      body: body?.length ? body : null,
      signal: AbortSignal.timeout(timeoutMs),
    })
    bytes = await readBody(reply.body, reply.statusCode < 300 ? maxReplyBytes : MAX_REFUSAL_BYTES)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw unreachable(host, timeoutMs, cause)
  }
  if (reply.statusCode >= 200 && reply.statusCode < 300)
    return { status: reply.statusCode, headers: reply.headers, bytes }
  throw refused(readRefusal(reply.statusCode, Buffer.from(bytes).toString(), reply.headers), action)
}

/** MinIO takes header values as UTF-8, also metadata that is not ASCII, and undici writes each character as one byte. */
const asUtf8 = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]))

/** MinIO wants a length with each body, and reads no chunked ones. */
const lengthOf = (method: string, body: Uint8Array = new Uint8Array()) =>
  body.length > 0 || method === 'PUT' || method === 'POST' ? { 'content-length': `${body.length}` } : {}

/** The pieces are wiped once they are joined: the reply may hold secrets, and then the caller wipes one buffer. */
async function readBody(body: AsyncIterable<Buffer>, limit: number): Promise<Uint8Array> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of body) {
    size += piece.length
    if (size > limit) throw new AppError('upstream-failed', `MinIO sent more than ${limit / 2 ** 20} MiB.`)
    pieces.push(piece)
  }
  const joined = new Uint8Array(size)
  let offset = 0
  for (const piece of pieces) {
    joined.set(piece, offset)
    offset += piece.length
    piece.fill(0)
  }
  return joined
}

function unreachable(host: string, timeoutMs: number, cause: unknown): AppError {
  const { name = '', code = '' } = cause instanceof Error ? (cause as Error & { code?: string }) : {}
  const said = (detail: string) => new AppError('upstream-unreachable', `MinIO at ${host} ${detail}`, { cause })
  if (name === 'TimeoutError') return said(`did not answer within ${timeoutMs / 1000} s.`)
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return said('shows a certificate that is for another name.')
  if (/CERT|SIGNATURE|ISSUER/.test(code))
    return said(`shows a certificate that is not trusted (${code}). Name its authority in STRONGROOM_MINIO_CA.`)
  if (/EPROTO|ERR_SSL/.test(code)) return said('does not speak TLS. Is its address http:// after all?')
  return said('did not answer. See whether it runs, and whether the console’s host can reach it.')
}

/** Whether a call ended because its time was up, not because MinIO could not be reached. */
export const isTimeout = (error: unknown) =>
  error instanceof AppError && error.cause instanceof Error && error.cause.name === 'TimeoutError'
