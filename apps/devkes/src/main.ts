import { parseArgs } from 'node:util'
import { readConfig } from './config.ts'
import { type DevKes, type Loaded, loadConfig, startDevKes } from './server.ts'

const HELP = `The development KES: the KES protocol over mutual TLS with a file keystore.
For trying and testing only: keys lie unencrypted on disk.

Usage: npm run devkes -- --config FILE [--addr IP:PORT]

  --config FILE     KES configuration (YAML, version v1, keystore.fs); paths in it are relative to the working directory
  --addr IP:PORT    address to listen on; overrides the one configured; 127.0.0.1:7373 if neither is given.
                    Port 0 takes a free port.
  --help            this text

SIGHUP reads the configuration again; a bad one changes nothing. SIGINT and SIGTERM end it.
`

async function main(): Promise<void> {
  const options = { config: { type: 'string' }, addr: { type: 'string' }, help: { type: 'boolean' } } as const
  const { config: path = '', addr, help } = parseArgs({ options }).values
  if (help) {
    process.stdout.write(HELP)
    return
  }
  process.stderr.write('This is the development KES, for trying and testing only: keys lie unencrypted on disk.\n')
  const config = await readConfig(path)
  const kes = await startDevKes({ config, ...(addr !== undefined && { address: addr }) })
  process.stdout.write(`Development KES listens on ${kes.url} (development only)\n`)
  obeySignals(kes, path)
}

function obeySignals(kes: DevKes, path: string): void {
  let reloading = Promise.resolve()
  process.on('SIGHUP', () => {
    process.stderr.write('SIGHUP signal received. Reloading configuration...\n')
    reloading = reloading.then(() => reload(kes, path))
  })
  const end = async () => {
    await kes.close()
    process.stdout.write('\n=> Stopping server... Goodbye.\n')
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end())
}

/** Says what came of it in KES's words. */
async function reload(kes: DevKes, path: string): Promise<void> {
  let loaded: Loaded
  try {
    loaded = await loadConfig(await readConfig(path))
  } catch (error) {
    process.stderr.write(`Failed to reload server config: ${messageOf(error)}\n`)
    return
  }
  try {
    await kes.update(loaded)
    process.stdout.write('=> Reloading configuration after SIGHUP signal completed.\n')
  } catch (error) {
    process.stderr.write(`Failed to update server configuration: ${messageOf(error)}\n`)
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

main().catch((error: unknown) => {
  process.stderr.write(`Error: ${messageOf(error)}\n`)
  process.exitCode = 1
})
