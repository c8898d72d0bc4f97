import { type AddressInfo, createServer, connect as open, type Server, type Socket } from 'node:net'

/** Stands between the console and MinIO, passes every byte on, and keeps the form of each `inspect-data` call. */
export class Recorder {
  readonly #sent: string[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(target: URL) {
    this.#server = createServer((client) => {
      const upstream = open(Number(target.port), target.hostname)
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.#sockets.add(from)
        from.setNoDelay(true)
        from.pipe(to)
        from.on('error', () => to.destroy())
        from.once('close', () => {
          this.#sockets.delete(from)
          to.destroy()
        })
      }
      const at = this.#sent.push('') - 1
      client.on('data', (chunk: Buffer) => {
        this.#sent[at] += chunk.toString('latin1')
      })
    })
  }

  static async before(endpoint: string): Promise<Recorder> {
    const recorder = new Recorder(new URL(endpoint))
    await new Promise<void>((resolve) => recorder.#server.listen(0, '127.0.0.1', resolve))
    return recorder
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Bodies of the calls so far, connection by connection; they are forgotten then. */
  takeForms(): string[] {
    const forms = this.#sent.flatMap((text) =>
      [...text.matchAll(/POST \S*\/inspect-data HTTP\/1\.1\r\n([\s\S]*?)\r\n\r\n/g)].map(
        ({ 0: head, 1: headers, index }) => {
          const length = Number(/^content-length: (\d+)/im.exec(headers!)?.[1])
          return text.slice(index + head.length, index + head.length + length)
        },
      ),
    )
    this.#sent.fill('')
    return forms
  }

  async close() {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
