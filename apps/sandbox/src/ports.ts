import { createServer } from 'node:net'

/** A free port on the loopback: `wanted` when nobody has it, else one that the system chooses. */
export async function freePort(wanted = 0): Promise<number> {
  return (await bind(wanted)) ?? (await bind(0))!
}

/** Whether a port of the loopback can be had. */
export const portIsFree = async (port: number) => (await bind(port)) !== undefined

function bind(port: number): Promise<number | undefined> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      const bound = typeof address === 'object' && address ? address.port : undefined
      server.close(() => resolve(bound))
    })
  })
}
