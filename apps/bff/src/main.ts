import { existsSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serve } from '@hono/node-server'
import { createApp } from './app.ts'
import type { TlsPair } from './config/certificates.ts'
import { readConfig } from './config/config.ts'
import { ConfigError } from './config/config-error.ts'
import { createConsole } from './console.ts'
import { KesIdentityError } from './kes/identity.ts'
import { createLog } from './log.ts'
import { collectEarly } from './native/heap.ts'

/** Open requests get this long to end before their connections are cut. */
const GRACE_MS = 5_000
const SWEEP_MS = 10 * 60_000

/** The SDK warns on Node 20 of versions to come; the lock file says which one runs here. */
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

async function main() {
  collectEarly()
  const config = readConfig(process.env, ({ variable, unusable }) => {
    if (unusable) log.warn({ variable, err: unusable }, 'changed certificates of an authority can’t be used')
    else log.info({ variable }, 'certificates of an authority read again')
  })
  const log = createLog(config.logLevel)
  const console = await createConsole(config, log)
  const app = createApp(console, webDir())
  const { host, port } = config.listen
  const { fetch } = app
  const at = { fetch, hostname: host, port }
  const server =
    config.tls === null
      ? serve({ ...at, createServer: createHttp })
      : serve({ ...at, createServer: createHttps, serverOptions: pemOf(config.tls) })
  server.once('listening', () =>
    log.info({ listen: `${host}:${port}`, minio: config.minio.endpoint.origin }, 'listening'),
  )
  server.once('error', (error: NodeJS.ErrnoException) =>
    fail(`STRONGROOM_LISTEN: ${host}:${port} can't be used (${error.code}).`),
  )
  const sweep = setInterval(() => {
    console.sessions.sweep().catch((err: unknown) => log.error({ err }, 'old sessions could not be removed'))
  }, SWEEP_MS)

  console.kesHistory.start()
  if (config.kes?.keyName != null) console.canaries.want(config.kes.keyName)
  console.canaries.start()
  console.probeSchedule.start()

  const stop = () => {
    clearInterval(sweep)
    console.kesHistory.stop()
    console.canaries.stop()
    console.probeSchedule.stop()
    log.info('stopping')
    const closed = new Promise((resolve) => server.close(resolve))
    void Promise.all([closed, console.jobs.stop(), console.kesDoors.close()]).then(() => process.exit(0))
    setTimeout(() => process.exit(0), GRACE_MS).unref()
    if ('closeIdleConnections' in server) server.closeIdleConnections()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

const pemOf = ({ cert, key }: TlsPair) => ({ cert, key: key.expose((pem) => pem), minVersion: 'TLSv1.2' as const })

/** Beside the bundle (`apps/bff/dist`) as beside the source (`apps/bff/src`). */
function webDir(): string {
  const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'web', 'dist')
  if (!existsSync(folder)) fail(`The web app is not built: ${folder} is missing. Run npm run build.`)
  return folder
}

function fail(sentence: string): never {
  process.stderr.write(`strongroom: ${sentence}\n`)
  process.exit(1)
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError || error instanceof KesIdentityError) fail(error.message)
  throw error
})
