import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import { admin } from './draft.ts'
import { type KesProgram, RunningKes } from './kes-program.ts'

/** PEM texts; without them the client is nobody. */
export type Who = { readonly certPem: string; readonly keyPem: string } | null

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string }

/** Calls over HTTP/1.1, each client on one connection that stays open. */
export class Calls implements Disposable {
  readonly #url: string
  readonly #agents = new Map<Who, Agent>()

  constructor(url: string) {
    this.#url = url
  }

  /** @throws Error of the connection */
  async ask(
    method: string,
    path: string,
    { who = admin, body = '' }: { who?: Who; body?: string } = {},
  ): Promise<Answer> {
    const identity = who === null ? {} : { cert: who.certPem, key: who.keyPem }
    const agent =
      this.#agents.get(who) ?? new Agent({ ...identity, rejectUnauthorized: false, keepAlive: true, maxSockets: 1 })
    this.#agents.set(who, agent)
    const sent = request(new URL(path, this.#url), { method, agent }).end(body)
    const [reply] = await once(sent, 'response')
    return { status: reply.statusCode, headers: reply.headers, body: await text(reply) }
  }

  /** SHA-256 of the server's certificate, on a new connection. */
  async certificate(): Promise<string> {
    const { hostname, port } = new URL(this.#url)
    const socket = connect({
      host: hostname,
      port: Number(port),
      rejectUnauthorized: false,
      cert: admin.certPem,
      key: admin.keyPem,
    })
    await once(socket, 'secureConnect')
    const { fingerprint256 } = socket.getPeerCertificate()
    socket.destroy()
    return fingerprint256
  }

  /** The next calls go over new connections. */
  hangUp() {
    for (const agent of this.#agents.values()) agent.destroy()
    this.#agents.clear()
  }

  [Symbol.dispose]() {
    this.hangUp()
  }
}

/** Starts a KES and waits until its port is open: its words come before. */
export async function startKes(
  program: KesProgram,
  config: string,
  port: number,
): Promise<{ kes: RunningKes; calls: Calls }> {
  const kes = new RunningKes(program, config, `127.0.0.1:${port}`)
  const calls = new Calls(`https://127.0.0.1:${port}`)
  for (const end = Date.now() + 10_000; ; ) {
    const open = await calls.ask('GET', '/version').then(
      () => true,
      () => false,
    )
    calls.hangUp()
    if (open) return { kes, calls }
    if (Date.now() > end) throw new Error(`KES does not answer: ${kes.err}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
