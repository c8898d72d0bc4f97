import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { findKes, root } from './binaries.ts'
import { type Child, startChild } from './child.ts'
import { type ExtraPolicy, kesYaml } from './kes-config.ts'
import { clientFiles, loopbackCertificate } from './pem-files.ts'
import { freePort } from './ports.ts'
import { type Trust, untilReady } from './ready.ts'

export interface KesOptions {
  /** Where KES keeps everything: keys, certificates, configuration, log. What an earlier start left is used again. */
  readonly dir: string
  /** Loopback port; that of an earlier start when absent; the next free one when taken. */
  readonly port?: number
  /** A keystore folder whose keys are copied in before the start. Keys that are already there stay. */
  readonly keystore?: string
  readonly extraIdentities?: readonly ExtraPolicy[]
  /** Which KES to run; default: the real one where there is one. */
  readonly kind?: 'real' | 'development'
  /** Called as soon as the process exists, before it is ready. */
  readonly onStart?: (child: Child) => void
}

/** A running KES; certificates, keys and `ca` are paths of PEM files. */
export interface Kes {
  readonly endpoint: string
  readonly kind: 'real' | 'development'
  readonly pid: number
  readonly adminCert: string
  readonly adminKey: string
  readonly ca: string
  readonly minioCert: string
  readonly minioKey: string
  readonly consoleCert: string
  readonly consoleKey: string
  readonly child: Child
  stop(): Promise<void>
}

/**
 * Starts the real KES (`KES_BIN`, or `kes` on the PATH), else the development KES, and waits for `/v1/ready`.
 * @throws Error with the end of its log when it does not come up
 */
export async function startKes(options: KesOptions): Promise<Kes> {
  const { dir } = options
  const keystore = join(dir, 'keystore')
  await mkdir(keystore, { recursive: true, mode: 0o700 })
  if (options.keystore !== undefined) await copyKeys(options.keystore, keystore)

  const server = loopbackCertificate(dir, 'server')
  const [admin, minio, console] = [clientFiles(dir, 'admin'), clientFiles(dir, 'minio'), clientFiles(dir, 'console')]
  const config = join(dir, 'kes.yml')
  const port = await freePort(options.port ?? earlierPort(config))
  const policies = { admin: admin.identity, minio: minio.identity, console: console.identity }
  writeFileSync(config, kesYaml({ port, ...server, keystore, ...policies, extra: options.extraIdentities ?? [] }))

  const { kind, command, args } = program(config, options.kind)
  const logFile = join(dir, 'kes.log')
  const child = await startChild({ name: 'KES', command, args, env: {}, logFile, cwd: root })
  options.onStart?.(child)
  const endpoint = `https://127.0.0.1:${port}`
  await untilReady(child, `${endpoint}/v1/ready`, { trust: trustOf(server.cert, admin), timeoutMs: 30_000 })
  return {
    endpoint,
    kind,
    pid: child.pid,
    adminCert: admin.cert,
    adminKey: admin.key,
    ca: server.cert,
    minioCert: minio.cert,
    minioKey: minio.key,
    consoleCert: console.cert,
    consoleKey: console.key,
    child,
    stop: () => child.stop(),
  }
}

function program(config: string, wanted?: Kes['kind']) {
  const real = wanted === 'development' ? undefined : findKes()
  if (real !== undefined) return { kind: 'real' as const, command: real, args: ['server', '--config', config] }
  if (wanted === 'real') throw new Error('KES was not found. Put kes on the PATH, or name it with KES_BIN.')
  const args = ['--import', 'tsx', join(root, 'apps/devkes/src/main.ts'), '--config', config]
  return { kind: 'development' as const, command: process.execPath, args }
}

async function copyKeys(from: string, to: string) {
  const entries = await readdir(from, { withFileTypes: true })
  for (const { name } of entries.filter((entry) => entry.isFile())) {
    if (!existsSync(join(to, name))) await copyFile(join(from, name), join(to, name))
  }
}

function earlierPort(config: string): number | undefined {
  if (!existsSync(config)) return undefined
  const port = /^address: .*:(\d+)$/m.exec(readFileSync(config, 'utf8'))?.[1]
  return port === undefined ? undefined : Number(port)
}

const trustOf = (ca: string, { cert, key }: { cert: string; key: string }): Trust => ({
  ca: readFileSync(ca, 'utf8'),
  cert: readFileSync(cert, 'utf8'),
  key: readFileSync(key, 'utf8'),
})
