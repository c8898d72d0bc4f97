import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client as Mc, withClient } from '@strongroom/sandbox/client'
import { envFileText, type Variables } from '@strongroom/sandbox/env-file'
import { type Minio, startMinio } from '@strongroom/sandbox/minio'
import { untilIamLoaded } from '@strongroom/sandbox/objects'
import { importUsers } from '../apps/bff/test/many-users.ts'

const ROOT = { MINIO_ROOT_USER: 'bench-root', MINIO_ROOT_PASSWORD: 'bench-root-password' }
export const ROOT_USER = { accessKey: ROOT.MINIO_ROOT_USER, secretKey: ROOT.MINIO_ROOT_PASSWORD }
export const KEY_NAME = 'bench-key'
const KEY = { MINIO_KMS_SECRET_KEY: `${KEY_NAME}:YmVuY2gtc3RhdGljLWttcy1rZXktb2YtMzItYnl0ZXM=` }

/** A fresh cluster with many users in plaintext, and a KMS that nothing is under yet. */
export class Cluster {
  readonly dir = mkdtempSync(join(tmpdir(), 'strongroom-bench-'))
  readonly drives: readonly string[]
  #minio: Minio | undefined

  constructor(drives: number) {
    this.drives = Array.from({ length: drives }, (_, at) => join(this.dir, `d${at + 1}`))
    for (const drive of this.drives) mkdirSync(drive)
  }

  get endpoint(): string {
    return this.#minio!.endpoint
  }

  get envFile(): string {
    return join(this.dir, 'minio.env')
  }

  /** @returns access keys of the users */
  async fill(users: number): Promise<string[]> {
    await this.#start(ROOT)
    const names = await this.mc((mc) => importUsers(mc, users, this.dir))
    await this.#minio!.stop()
    await this.#start({ ...ROOT, ...KEY })
    return names
  }

  /** With the KMS from the start, and nothing in it. */
  open(): Promise<void> {
    return this.#start({ ...ROOT, ...KEY })
  }

  async #start(variables: Variables) {
    writeFileSync(this.envFile, envFileText(variables), { mode: 0o600 })
    this.#minio = await startMinio({
      drives: this.drives,
      env: {},
      envFile: this.envFile,
      logFile: join(this.dir, 'minio.log'),
    })
    const loaded = await this.mc((mc) => untilIamLoaded(mc, new AbortController().signal, 120_000))
    if (!loaded)
      throw new Error(
        `MinIO has not loaded its users: ${readFileSync(join(this.dir, 'minio.log'), 'utf8').slice(-500)}`,
      )
  }

  mc<Result>(use: (mc: Mc) => Promise<Result>) {
    return withClient({ endpoint: this.endpoint, ...ROOT_USER }, join(this.dir, 'mc'), use)
  }

  async close() {
    await this.#minio?.stop()
    rmSync(this.dir, { recursive: true, force: true })
  }
}
