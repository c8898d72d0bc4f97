import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeKeyFile } from '@strongroom/devkes/key-file'
import { now } from '@strongroom/devkes/timestamp'
import type { Child } from '@strongroom/sandbox/child'
import { startConsole } from '@strongroom/sandbox/console'
import { envFileText, kesVariables } from '@strongroom/sandbox/env-file'
import { type Kes, startKes } from '@strongroom/sandbox/kes'
import { type Minio, startMinio } from '@strongroom/sandbox/minio'
import { freePort } from '@strongroom/sandbox/ports'
import { statusOf } from '@strongroom/sandbox/ready'
import { ROOT_USER } from './cluster.ts'

const ROOT = { MINIO_ROOT_USER: ROOT_USER.accessKey, MINIO_ROOT_PASSWORD: ROOT_USER.secretKey }
const DEFAULT_KEY = 'bench-default'
/** Two thousand and five hundred names each: a listing of KES ends after 1,024. */
export const STEMS = ['archive', 'billing', 'media', 'tenant']
const DIGITS = 4

export const keyNames = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => {
    const number = String(Math.floor(at / STEMS.length)).padStart(DIGITS, '0')
    return `${STEMS[at % STEMS.length]}-${number}`
  })

/** A KES that holds many keys, MinIO on it, and the built console before both. */
export class House {
  readonly dir = mkdtempSync(join(tmpdir(), 'strongroom-bench-kes-'))
  readonly #envFile = join(this.dir, 'minio.env')
  #kes: Kes | undefined
  #minio: Minio | undefined

  get kes(): Kes {
    return this.#kes!
  }

  get minioEndpoint(): string {
    return this.#minio!.endpoint
  }

  async start(kind: Kes['kind'], names: readonly string[]) {
    const keystore = join(this.dir, 'keys')
    mkdirSync(keystore)
    for (const name of [DEFAULT_KEY, ...names]) {
      const [secret, hmacSecret] = [randomBytes(32), randomBytes(32)]
      const key = { cipher: 'AES256', secret, hmacSecret, createdAt: now(), createdBy: '' } as const
      writeFileSync(join(keystore, name), encodeKeyFile(key), { mode: 0o600 })
    }
    const kes = await startKes({ dir: join(this.dir, 'kes'), keystore, kind })
    this.#kes = kes
    const access = { endpoint: kes.endpoint, cert: kes.minioCert, key: kes.minioKey, ca: kes.ca }
    writeFileSync(this.#envFile, envFileText({ ...ROOT, ...kesVariables(access, DEFAULT_KEY) }), { mode: 0o600 })
    mkdirSync(join(this.dir, 'd1'))
    this.#minio = await startMinio({ drives: [join(this.dir, 'd1')], env: {}, envFile: this.#envFile })
  }

  /** As it is run: nothing is loaded into it. @returns with the milliseconds until it was ready */
  async startConsole(): Promise<{ url: string; child: Child; startedMs: number }> {
    const { endpoint, consoleCert: cert, consoleKey: key, ca } = this.kes
    const port = await freePort()
    const begin = performance.now()
    const ready = untilAnswers(`http://127.0.0.1:${port}/readyz`)
    const started = startConsole({
      port,
      logFile: join(this.dir, 'console.log'),
      secrets: [],
      env: {
        STRONGROOM_MINIO_ENDPOINT: this.minioEndpoint,
        STRONGROOM_ENV_FILE: this.#envFile,
        STRONGROOM_STATE_DIR: join(this.dir, 'console'),
        ...kesVariables({ endpoint, cert, key, ca }, DEFAULT_KEY),
      },
    })
    const [{ url, child }, at] = await Promise.all([started, ready])
    return { url, child, startedMs: at - begin }
  }

  async close() {
    await this.#minio?.stop()
    await this.#kes?.stop()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** Looks more often than whoever only waits. @returns the moment, by `performance.now()` */
async function untilAnswers(url: string): Promise<number> {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if ((await statusOf(url)) === 200) return performance.now()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`${url} has not answered within a minute.`)
}

/** Bytes of memory that the process holds. Linux tells. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kilobytes === undefined) throw new Error('The system does not tell how large the console is.')
  return Number(kilobytes) * 1024
}
