import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What stands in front of all nodes of a cluster: each request goes to the next one. */
export interface Balancer extends AsyncDisposable {
  readonly endpoint: string
  /** How many requests each node got, in the order of the nodes. */
  readonly sent: readonly number[]
}

/** @param nodes `host:port` each; passed on are the headers as they came, since they are signed */
export async function balance(nodes: readonly string[]): Promise<Balancer> {
  const sent = nodes.map(() => 0)
  let turn = 0
  const server: Server = createServer((incoming, outgoing) => {
    const node = turn++ % nodes.length
    sent[node]! += 1
    const [host, port] = nodes[node]!.split(':')
    const { method, url, headers } = incoming
    const onward = request({ host, port, method, path: url, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode!, reply.headers)
      reply.pipe(outgoing)
    })
    onward.once('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    sent,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
