import type { Http2SecureServer, Http2Session } from 'node:http2'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Outgoing } from './http.ts'

/** As long as KES waits at its end for requests under way. */
const GRACE_MS = 1_000

/** What is open on a server, so that it can be ended: Node itself waits for clients that keep a connection. */
export class Connections {
  readonly #server: Http2SecureServer
  readonly #sockets = new Set<Socket>()
  readonly #sessions = new Set<Http2Session>()
  readonly #answers = new Set<Promise<void>>()

  constructor(server: Http2SecureServer) {
    this.#server = server
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    server.on('session', (session) => {
      this.#sessions.add(session)
      session.once('close', () => this.#sessions.delete(session))
    })
    server.on('request', (_, outgoing: Outgoing) => {
      const ended = new Promise<void>((resolve) => outgoing.once('close', resolve))
      this.#answers.add(ended)
      void ended.then(() => this.#answers.delete(ended))
    })
  }

  /** Takes no new connections, lets requests under way end within a second, and resolves when the port is free. */
  async end(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    await Promise.race([Promise.all(this.#answers), sleep(GRACE_MS, undefined, { ref: false })])
    for (const session of this.#sessions) session.destroy()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}
