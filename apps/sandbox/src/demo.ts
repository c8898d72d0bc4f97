import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DemoOptions } from './arguments.ts'
import { root } from './binaries.ts'
import { type Cluster, furnish, type Start, startCluster } from './cluster.ts'
import { buildConsole, startConsole } from './console.ts'
import { consoleEnv } from './console-env.ts'
import { Household } from './household.ts'
import type { Kes } from './kes.ts'
import { stopLeftovers } from './leftovers.ts'
import type { Minio } from './minio.ts'
import { freePort, portIsFree } from './ports.ts'
import { openState, remember, resetState } from './state.ts'

export type { DemoOptions } from './arguments.ts'

/** What a script needs to know; certificates, keys, `ca`, `envFile`, `drives` and `dir` are paths. */
export interface Ready {
  readonly url: string
  readonly accessKey: string
  readonly secretKey: string
  readonly minio: Pick<Minio, 'endpoint' | 'pid' | 'drives' | 'version'> & { readonly envFile: string }
  readonly kes: Pick<Kes, 'endpoint' | 'pid' | 'kind' | 'adminCert' | 'adminKey' | 'ca'>
  readonly dir: string
}

export interface Demo {
  readonly ready: Ready
  /** Stops the console, MinIO and KES, in this order. */
  stop(): Promise<void>
}

export interface DemoSetting {
  /** Told of progress, and of servers that die. Default: nobody. */
  readonly report?: (line: string) => void
  /** Stops everything, also in the middle of the start. */
  readonly signal?: AbortSignal
  /** A program to run in place of the built console. */
  readonly consoleMain?: string
}

/**
 * Starts KES, MinIO on the drives of an archive, and the console.
 * @throws Error with a sentence for people when one of them does not come up; what was started is stopped again
 */
export async function startDemo(options: DemoOptions = {}, setting: DemoSetting = {}): Promise<Demo> {
  const { report = () => {}, signal = new AbortController().signal, consoleMain } = setting
  const dir = options.state ?? join(root, '.sandbox', 'demo')
  const left = await stopLeftovers(dir)
  if (left.length > 0) report(`Stopped what an earlier demo had left running: ${left.join(', ')}.`)
  if (options.port !== undefined && !(await portIsFree(options.port))) {
    throw new Error(`Port ${options.port} is taken. Give --port another, or leave it out.`)
  }
  if (options.reset) resetState(dir)
  const earlier = openState(dir)
  const household = new Household(dir, report)
  signal.addEventListener('abort', () => void household.stop(), { once: true })
  try {
    const ready = await start({ options, dir, earlier, household, report, signal }, consoleMain)
    return { ready, stop: () => household.stop() }
  } catch (error) {
    await household.stop()
    throw error
  }
}

async function start(context: Start, consoleMain: string | undefined): Promise<Ready> {
  const { options, dir, earlier, signal } = context
  if (consoleMain === undefined) await buildConsole(context.report, signal)
  const cluster = await startCluster(context)
  signal.throwIfAborted()
  await furnish(context, cluster)
  signal.throwIfAborted()
  const consolePort = options.port ?? (await freePort(earlier.consolePort))
  const url = await openConsole(context, cluster, consolePort, consoleMain)
  remember(dir, {
    consolePort,
    minioPort: Number(new URL(cluster.minio.endpoint).port),
    kesEndpoint: cluster.kes.endpoint,
    envDigest: cluster.env.digest,
    objectsPut: options.seed === undefined,
  })
  return readyOf(url, cluster, dir)
}

async function openConsole({ dir, household }: Start, cluster: Cluster, port: number, main: string | undefined) {
  const console = await startConsole({
    port,
    logFile: join(dir, 'logs', 'console.log'),
    env: consoleEnv({ dir, ...cluster }),
    secrets: household.secrets,
    onStart: household.add,
    ...(cluster.tls && { ca: readFileSync(cluster.tls.cert, 'utf8') }),
    ...(main !== undefined && { main }),
  })
  household.watch(console.child)
  return console.url
}

function readyOf(url: string, { login, minio, kes, env }: Cluster, dir: string): Ready {
  const { endpoint, pid, drives, version } = minio
  const { adminCert, adminKey, ca, kind } = kes
  return {
    url,
    ...login,
    minio: { endpoint, pid, drives, envFile: env.path, version },
    kes: { endpoint: kes.endpoint, pid: kes.pid, kind, adminCert, adminKey, ca },
    dir,
  }
}
