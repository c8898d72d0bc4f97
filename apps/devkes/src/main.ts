import { parseArgs } from 'node:util'
import { parseAddress, readConfig } from './config.ts'
import { startDevKes } from './server.ts'

const HELP = `The development KES: the KES protocol over mutual TLS with a file keystore.
For trying and testing only: keys lie unencrypted on disk.

Usage: npm run devkes -- --config FILE [--addr IP:PORT]

  --config FILE     KES configuration (YAML, version v1, keystore.fs); paths in it are relative to the working directory
  --addr IP:PORT    address to listen on; overrides the one configured; 127.0.0.1:7373 if neither is given.
                    Port 0 takes a free port.
  --help            this text
`

async function main(): Promise<void> {
  const options = { config: { type: 'string' }, addr: { type: 'string' }, help: { type: 'boolean' } } as const
  const { config: path, addr, help } = parseArgs({ options }).values
  if (help) {
    process.stdout.write(HELP)
    return
  }
  process.stderr.write('This is the development KES, for trying and testing only: keys lie unencrypted on disk.\n')
  const config = await readConfig(path ?? '')
  const kes = await startDevKes({ config, ...(addr !== undefined && { address: parseAddress(addr) }) })
  process.stdout.write(`Development KES listens on ${kes.url} (development only)\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void kes.close())
}

main().catch((error: unknown) => {
  process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
