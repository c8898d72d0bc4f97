import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client as Mc, withClient } from '@strongroom/sandbox/client'
import { consoleEnv } from '@strongroom/sandbox/console-env'
import { envFileText, kesVariables, parseEnvFile, rootCredentials, type Variables } from '@strongroom/sandbox/env-file'
import { type Kes, startKes } from '@strongroom/sandbox/kes'
import { type Minio, startMinio } from '@strongroom/sandbox/minio'
import { untilIamLoaded } from '@strongroom/sandbox/objects'
import { loopbackCertificate, type PemFiles } from '@strongroom/sandbox/pem-files'
import { unpackDrives } from '@strongroom/sandbox/seed'
import { archiveOf, type FixtureName, type Truth, truthOf } from './fixture.ts'
import { importByKes } from './kes-client.ts'
import type { KeyMaterial } from './opening.ts'

export interface HouseOptions {
  readonly fixture: FixtureName
  /** Of MinIO, besides the root credentials. Default: the KMS that the fixture was written with. */
  readonly variables?: Variables
  /** A KES beside MinIO, known to the console. A fixture with a keystore has one in any case. */
  readonly kes?: boolean
  /** MinIO runs on KES with this default key, which it makes itself; `keys` are imported first. Goes before `variables`. */
  readonly onKes?: { readonly keyName: string; readonly keys?: KeyMaterial }
  /** Done to the drives before MinIO sees them. */
  readonly prepare?: (drives: readonly string[]) => void | Promise<void>
  /** MinIO will not load its users: do not wait for it. */
  readonly broken?: boolean
  /** MinIO speaks TLS, without which it takes no SSE-C. */
  readonly tls?: boolean
}

/** Real servers on a copy of a fixture's drives, in a folder of their own. */
export interface House {
  readonly dir: string
  readonly truth: Truth
  readonly drives: readonly string[]
  /** The keystore folder of KES, where there is one. */
  readonly keystore: string
  readonly envFile: string
  readonly minio: Minio
  readonly kes: Kes | undefined
  /** Of MinIO, where it speaks TLS. */
  readonly tls: PemFiles | undefined
  /** Environment of a console for these servers. */
  readonly consoleEnv: Variables
  mc<Result>(use: (mc: Mc) => Promise<Result>): Promise<Result>
  /** Kills MinIO, as a power cut would. */
  killMinio(): Promise<void>
  stopMinio(): Promise<void>
  /** Starts MinIO anew at the same address; the env file gets `variables` when they are given. */
  startMinio(variables?: Variables): Promise<void>
  /** Lines of an env file that point MinIO at this KES. */
  kesLines(keyName: string): Variables
  stopKes(): Promise<void>
  killKes(): Promise<void>
  startKes(): Promise<void>
  close(): Promise<void>
}

export async function openHouse(options: HouseOptions): Promise<House> {
  const dir = mkdtempSync(join(tmpdir(), 'strongroom-house-'))
  const house = new Servers(dir, truthOf(options.fixture))
  try {
    await house.open(options)
    return house
  } catch (error) {
    await house.close()
    throw error
  }
}

class Servers implements House {
  readonly dir: string
  readonly truth: Truth
  readonly envFile: string
  readonly keystore: string
  drives: readonly string[] = []
  kes: Kes | undefined
  tls: PemFiles | undefined
  #minio: Minio | undefined
  #broken = false

  constructor(dir: string, truth: Truth) {
    this.dir = dir
    this.truth = truth
    this.envFile = join(dir, 'minio.env')
    this.keystore = join(dir, 'kes', 'keystore')
  }

  async open({ fixture, variables, kes = false, onKes, prepare, broken = false, tls = false }: HouseOptions) {
    const seed = await unpackDrives(archiveOf(fixture), join(this.dir, 'drives'))
    this.drives = seed.drives
    this.#broken = broken
    if (tls) this.tls = loopbackCertificate(this.dir, 'tls')
    await prepare?.(this.drives)
    const keystore = seed.keystore === undefined ? {} : { keystore: seed.keystore }
    if (kes || onKes || seed.keystore) this.kes = await startKes({ dir: join(this.dir, 'kes'), ...keystore })
    for (const [name, material] of onKes?.keys ?? []) await importByKes(this.kes!, name, material)
    await this.startMinio({
      MINIO_ROOT_USER: this.truth.rootUser,
      MINIO_ROOT_PASSWORD: this.truth.rootPassword,
      ...(onKes ? this.kesLines(onKes.keyName) : (variables ?? this.#ownKms())),
    })
  }

  #ownKms(): Variables {
    const { kms } = this.truth
    if (kms?.type === 'static') return { MINIO_KMS_SECRET_KEY: kms.value }
    return kms?.type === 'kes' ? this.kesLines(kms.keyName) : {}
  }

  kesLines(keyName: string): Variables {
    const { endpoint, minioCert: cert, minioKey: key, ca } = this.kes!
    return kesVariables({ endpoint, cert, key, ca }, keyName)
  }

  get minio(): Minio {
    return this.#minio!
  }

  get consoleEnv(): Variables {
    const { dir, envFile: path, minio, kes } = this
    const variables = parseEnvFile(readFileSync(path, 'utf8'))
    const keyName = (variables.MINIO_KMS_KES_KEY_NAME ?? variables.MINIO_KMS_SECRET_KEY ?? 'no-key').split(':')[0]!
    const trust = this.tls === undefined ? {} : { STRONGROOM_MINIO_CA: this.tls.cert }
    if (kes !== undefined)
      return { ...consoleEnv({ dir, env: { path, variables, keyName, digest: '' }, minio, kes }), ...trust }
    return {
      ...trust,
      STRONGROOM_MINIO_ENDPOINT: minio.endpoint,
      STRONGROOM_ENV_FILE: path,
      STRONGROOM_STATE_DIR: join(dir, 'console'),
    }
  }

  mc<Result>(use: (mc: Mc) => Promise<Result>) {
    const { accessKey, secretKey } = rootCredentials(parseEnvFile(readFileSync(this.envFile, 'utf8')))
    return withClient({ endpoint: this.minio.endpoint, accessKey, secretKey }, join(this.dir, 'mc'), use)
  }

  stopMinio() {
    return this.minio.stop()
  }

  async startMinio(variables?: Variables) {
    if (variables !== undefined) writeFileSync(this.envFile, envFileText(variables), { mode: 0o600 })
    await this.#minio?.stop()
    this.#minio = await startMinio({
      drives: this.drives,
      env: {},
      envFile: this.envFile,
      logFile: join(this.dir, 'minio.log'),
      certsDir: join(this.dir, 'minio-certs'),
      ...(this.tls && {
        tls: { certPem: readFileSync(this.tls.cert, 'utf8'), keyPem: readFileSync(this.tls.key, 'utf8') },
      }),
      ...(this.#minio !== undefined && { port: Number(new URL(this.#minio.endpoint).port) }),
    })
    if (this.#broken) return
    const loaded = await this.mc((mc) => untilIamLoaded(mc, new AbortController().signal))
    if (!loaded) throw new Error('MinIO has not loaded its users within 30 s.')
  }

  async killMinio() {
    process.kill(this.minio.pid, 'SIGKILL')
    await this.minio.child.exited
  }

  async stopKes() {
    await this.kes!.stop()
  }

  async killKes() {
    process.kill(this.kes!.pid, 'SIGKILL')
    await this.kes!.child.exited
  }

  async startKes() {
    this.kes = await startKes({ dir: join(this.dir, 'kes') })
  }

  async close() {
    await this.#minio?.stop()
    await this.kes?.stop()
    // The last snapshot of a job may be written just then.
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}
