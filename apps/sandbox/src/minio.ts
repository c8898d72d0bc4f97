import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findMinio, minioVersion } from './binaries.ts'
import { type Child, startChild } from './child.ts'
import { secretValues } from './log-tail.ts'
import { freePort } from './ports.ts'
import { untilReady } from './ready.ts'

export interface MinioOptions {
  /** The server to run; found by itself when absent. */
  readonly binary?: string
  /** Drive folders, in order. */
  readonly drives: readonly string[]
  /** `MINIO_*` variables of the process. */
  readonly env: Readonly<Record<string, string>>
  /** Loopback port; the next free one when absent or taken. */
  readonly port?: number
  /** The file that MinIO reads again at each restart (`MINIO_CONFIG_ENV_FILE`). */
  readonly envFile?: string
  /** Serve HTTPS with this pair, in PEM. */
  readonly tls?: { readonly certPem: string; readonly keyPem: string }
  /** Default: `minio.log` beside the first drive. */
  readonly logFile?: string
  /** Where the TLS pair is put; default: `certs` beside the first drive. */
  readonly certsDir?: string
  /** Values that must not appear when the end of the log is shown, e.g. those of `envFile`. */
  readonly secrets?: readonly string[]
  /** Called as soon as the process exists, before it is ready. */
  readonly onStart?: (child: Child) => void
}

export interface Minio {
  readonly endpoint: string
  readonly pid: number
  readonly drives: readonly string[]
  readonly version: string
  readonly child: Child
  stop(): Promise<void>
}

/**
 * Starts a real MinIO on the loopback and waits for `/minio/health/live`. Nothing of our own `MINIO_*` reaches it.
 * @throws Error with the end of MinIO's log when it does not come up within a minute
 */
export async function startMinio(options: MinioOptions): Promise<Minio> {
  const { drives, tls, envFile } = options
  if (drives[0] === undefined) throw new Error('MinIO needs at least one drive folder.')
  const binary = options.binary ?? findMinio()
  const port = await freePort(options.port)
  const work = dirname(drives[0])
  const child = await startChild({
    name: 'MinIO',
    command: binary,
    args: [
      'server',
      '--quiet',
      '--address',
      `127.0.0.1:${port}`,
      '--certs-dir',
      certificates(options.certsDir ?? join(work, 'certs'), tls),
      ...drives,
    ],
    env: {
      MINIO_BROWSER: 'off',
      // Several folders of one disk are "not found" for ever without it; a single one is served without.
      ...(drives.length > 1 && { MINIO_CI_CD: '1' }),
      ...(envFile !== undefined && { MINIO_CONFIG_ENV_FILE: envFile }),
      ...options.env,
    },
    logFile: options.logFile ?? join(work, 'minio.log'),
  })
  options.onStart?.(child)
  const endpoint = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`
  const secrets = [...secretValues(options.env), ...(options.secrets ?? [])]
  await untilReady(child, `${endpoint}/minio/health/live`, { secrets, ...(tls && { trust: { ca: tls.certPem } }) })
  return { endpoint, pid: child.pid, drives, version: minioVersion(binary), child, stop: () => child.stop() }
}

/** A folder of our own: MinIO's default is one in the home folder, whose certificates would turn TLS on. */
function certificates(folder: string, tls: MinioOptions['tls']): string {
  const [cert, key] = [join(folder, 'public.crt'), join(folder, 'private.key')]
  mkdirSync(folder, { recursive: true })
  for (const file of [cert, key]) rmSync(file, { force: true })
  if (tls) {
    writeFileSync(cert, tls.certPem)
    writeFileSync(key, tls.keyPem, { mode: 0o600 })
  }
  return folder
}
