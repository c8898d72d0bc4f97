import { IncomingMessage, type ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { Readable, type Writable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { ApiRequest, Reply, Route, Server } from './api.ts'
import { ApiError, notAllowed, wrongMethod } from './errors.ts'
import type { LogSubject } from './log.ts'
import { identityOfPeer } from './peer.ts'
import { allows } from './policy.ts'
import { errorReply } from './reply.ts'
import { findRoute } from './router.ts'

export type Incoming = IncomingMessage | Http2ServerRequest
export type Outgoing = ServerResponse | Http2ServerResponse

/** Answers one request of either HTTP version. Checks go: path, method, certificate and policy, then the handler. */
export async function answer(server: Server, incoming: Incoming, outgoing: Outgoing): Promise<void> {
  const receivedAt = performance.now()
  const method = incoming.method ?? ''
  const routed = findRoute(server.routes, method, incoming.url ?? '')
  if ('reply' in routed) return send(incoming, outgoing, routed.reply)
  const { route, path, resource } = routed
  const deadline = route.timeoutMs > 0 ? setTimeout(() => abort(incoming), route.timeoutMs) : undefined
  outgoing.once('close', () => clearTimeout(deadline))
  const subject: LogSubject = { method, path, ip: incoming.socket.remoteAddress ?? '', identity: undefined }
  try {
    if (method !== route.method && !(method === 'POST' && route.method === 'PUT')) {
      throw wrongMethod(method, route.method)
    }
    subject.identity = authenticate(server, route, subject, incoming)
    const body = () => readBody(incoming, route.maxBody)
    const request: ApiRequest = { ...subject, resource, receivedAt, hasBody: announcesBody(incoming), body }
    send(incoming, outgoing, await handle(server, route, request))
  } catch (error) {
    send(incoming, outgoing, errorReply(toApiError(server, error, subject)))
  }
}

async function handle(server: Server, route: Route, request: ApiRequest): Promise<Reply> {
  const end = route.metered ? server.metrics.begin() : undefined
  let status = 500
  try {
    const reply = await route.handler(request, server)
    status = reply.status
    return reply
  } catch (error) {
    if (error instanceof ApiError) status = error.status
    throw error
  } finally {
    end?.(status)
  }
}

/** Strangers and the forbidden get the same answer; which it was is for the debug log. */
function authenticate(server: Server, { auth }: Route, subject: LogSubject, incoming: Incoming): string | undefined {
  if (auth === 'none') return undefined
  const socket = tlsSocketOf(incoming)
  if (auth === 'identify') {
    try {
      return identityOfPeer(socket)
    } catch {
      return undefined
    }
  }
  const identity = identityOfPeer(socket)
  const { access, log } = server
  if (identity === access.admin) return identity
  const policy = access.policyOf(identity)
  if (policy && allows(policy, subject.path)) return identity
  const reason = policy ? `rejected by policy '${policy.name}'` : 'identity not found'
  log.debug(`access denied: ${reason}`, { ...subject, identity })
  throw notAllowed()
}

function toApiError(server: Server, error: unknown, subject: LogSubject): ApiError {
  if (error instanceof ApiError) return error
  server.log.error(error instanceof Error ? (error.stack ?? error.message) : String(error), subject)
  return new ApiError(500, 'internal server error')
}

const isHttp1 = (incoming: Incoming): incoming is IncomingMessage => incoming instanceof IncomingMessage

const tlsSocketOf = (incoming: Incoming) =>
  (isHttp1(incoming) ? incoming.socket : (incoming.stream.session?.socket ?? incoming.socket)) as TLSSocket

function announcesBody(incoming: Incoming): boolean {
  const length = incoming.headers['content-length']
  if (length !== undefined) return Number(length) > 0
  return isHttp1(incoming) ? incoming.headers['transfer-encoding'] !== undefined : !incoming.stream.endAfterHeaders
}

/** Resolves as soon as the limit is passed; the rest is not waited for. */
async function readBody(incoming: Incoming, limit: number): Promise<{ text: string; tooLarge: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length > limit) break
  }
  return { text: Buffer.concat(chunks).subarray(0, limit).toString('utf8'), tooLarge: length > limit }
}

function send(incoming: Incoming, outgoing: Outgoing, { status, headers = {}, body = '' }: Reply): void {
  if (outgoing.destroyed || outgoing.headersSent) return
  outgoing.statusCode = status
  for (const [name, value] of Object.entries(headers)) {
    if (isHttp1(incoming) || name !== 'Connection') outgoing.setHeader(name, value)
  }
  // Node would add Connection and Keep-Alive to each HTTP/1.1 reply; KES says only when it closes.
  if (isHttp1(incoming) && !headers.Connection && incoming.headers.connection?.toLowerCase() !== 'close') {
    outgoing.removeHeader('Connection')
  }
  if (body instanceof Readable) {
    outgoing.once('close', () => body.destroy())
    const target = outgoing as Writable
    target.write('') // sends the headers now: the first line may take long to come
    body.pipe(target)
    return
  }
  outgoing.setHeader('Content-Length', Buffer.byteLength(body))
  if (incoming.method === 'HEAD') outgoing.end()
  else outgoing.end(body)
}

/** KES sets a write deadline: the client sees the connection, or its stream, end without a reply. */
function abort(incoming: Incoming): void {
  if (isHttp1(incoming)) incoming.socket.destroy()
  else incoming.stream.close()
}
