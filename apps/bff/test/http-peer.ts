import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connectMinio, type Minio } from '../src/minio/transport.ts'

const undo: (() => Promise<unknown>)[] = []

/** A door to a peer that answers as MinIO would on a bad day. */
export async function peer(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Minio> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return doorTo((server.address() as AddressInfo).port)
}

/** A door to whatever listens there, or to nobody. */
export function doorTo(port: number): Minio {
  const minio = connectMinio({ endpoint: new URL(`http://127.0.0.1:${port}`), region: 'us-east-1' })
  undo.push(() => minio.close())
  return minio
}

/** Closes every peer and door that a test has opened. */
export async function closePeers() {
  for (const step of undo.splice(0).reverse()) await step()
}
