import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findMinio } from '@strongroom/sandbox/binaries'
import { type Child, startChild } from '@strongroom/sandbox/child'
import { type Client as Mc, withClient } from '@strongroom/sandbox/client'
import { envFileText, kesVariables, type Variables } from '@strongroom/sandbox/env-file'
import { type Kes, startKes } from '@strongroom/sandbox/kes'
import { untilIamLoaded } from '@strongroom/sandbox/objects'
import { freePort } from '@strongroom/sandbox/ports'
import { statusOf, untilReady } from '@strongroom/sandbox/ready'
import { unpackDrives } from '@strongroom/sandbox/seed'
import { archiveOf, type FixtureName, type Truth, truthOf } from './fixture.ts'
import { importByKes } from './kes-client.ts'
import type { KeyMaterial } from './opening.ts'

export interface SeveralNodesOptions {
  /** One with four drives. */
  readonly fixture: FixtureName
  /** The four drives are dealt out to them in order. */
  readonly nodes: 2 | 4
  /** A KES beside them, with these keys. */
  readonly keys?: KeyMaterial
  /** What each node is told of its KMS; `kes` gives the lines of that KES for a default key. */
  readonly kms: (node: number, kes: (keyName: string) => Variables) => Variables
  /** They will not load their users: do not wait for it. */
  readonly broken?: boolean
}

export interface Node {
  /** `host:port`, as MinIO names it. */
  readonly name: string
  readonly drives: readonly string[]
  child: Child | undefined
}

/**
 * One cluster of several real servers on one machine: they differ by their port. A fixture's drives do not care which
 * server has them.
 */
export class SeveralNodes {
  readonly dir = mkdtempSync(join(tmpdir(), 'strongroom-nodes-'))
  readonly truth: Truth
  readonly #options: SeveralNodesOptions
  nodes: readonly Node[] = []
  kes: Kes | undefined

  private constructor(options: SeveralNodesOptions) {
    this.#options = options
    this.truth = truthOf(options.fixture)
  }

  static async open(options: SeveralNodesOptions): Promise<SeveralNodes> {
    const house = new SeveralNodes(options)
    try {
      await house.#open()
      return house
    } catch (error) {
      await house.close()
      throw error
    }
  }

  async #open() {
    const { fixture, nodes, keys, broken = false } = this.#options
    const { drives } = await unpackDrives(archiveOf(fixture), join(this.dir, 'drives'))
    const each = drives.length / nodes
    const ports = await Promise.all(Array.from({ length: nodes }, () => freePort()))
    this.nodes = ports.map((port, node) => ({
      name: `127.0.0.1:${port}`,
      drives: drives.slice(node * each, (node + 1) * each),
      child: undefined,
    }))
    if (keys) {
      this.kes = await startKes({ dir: join(this.dir, 'kes') })
      for (const [name, material] of keys) await importByKes(this.kes, name, material)
    }
    await Promise.all(this.nodes.map((_, node) => this.start(node)))
    if (broken) return
    const loaded = await this.mc((mc) => untilIamLoaded(mc, new AbortController().signal))
    if (!loaded) throw new Error('MinIO has not loaded its users within 30 s.')
  }

  get drives(): readonly string[] {
    return this.nodes.flatMap(({ drives }) => drives)
  }

  /** As MinIO names a drive: `127.0.0.1:9000/srv/d1`. */
  driveNames(node: number): string[] {
    const { name, drives } = this.nodes[node]!
    return drives.map((drive) => name + drive)
  }

  /** Starts a node, and waits until it serves; with other nodes away it may wait for them: then do not `wait`. */
  async start(node: number, kms = this.#options.kms(node, this.kesLines), wait = true) {
    const { name, child } = this.nodes[node]!
    if (child?.running()) throw new Error(`${name} runs.`)
    const certs = join(this.dir, 'no-certs')
    mkdirSync(certs, { recursive: true })
    const started = await startChild({
      name: `MinIO ${name}`,
      command: findMinio(),
      args: ['server', '--quiet', '--certs-dir', certs, '--address', name, ...this.#urls],
      env: {
        MINIO_BROWSER: 'off',
        MINIO_CI_CD: '1',
        // In a container MinIO waits for a name that is not the loopback's, unless it is told which one it is.
        _MINIO_SERVER_LOCAL: name,
        ...this.#login,
        ...kms,
      },
      logFile: join(this.dir, `node${node + 1}.log`),
    })
    this.nodes[node]!.child = started
    if (wait) await untilReady(started, `http://${name}/minio/health/cluster`)
  }

  get #urls() {
    return this.nodes.flatMap(({ name, drives }) => drives.map((drive) => `http://${name}${drive}`))
  }

  get #login() {
    return { MINIO_ROOT_USER: this.truth.rootUser, MINIO_ROOT_PASSWORD: this.truth.rootPassword }
  }

  /** As a power cut would. */
  async kill(node: number) {
    const { child } = this.nodes[node]!
    process.kill(child!.pid, 'SIGKILL')
    await child!.exited
  }

  serves = async (node: number) => (await statusOf(`http://${this.nodes[node]!.name}/minio/health/cluster`)) === 200

  kesLines = (keyName: string): Variables => {
    const { endpoint, minioCert: cert, minioKey: key, ca } = this.kes!
    return kesVariables({ endpoint, cert, key, ca }, keyName)
  }

  /** Of a console that asks the first node. */
  get consoleEnv(): Variables {
    const envFile = join(this.dir, 'minio.env')
    const kms = this.#options.kms(0, this.kesLines)
    writeFileSync(envFile, envFileText({ ...this.#login, ...kms }), { mode: 0o600 })
    const keyName = kms.MINIO_KMS_KES_KEY_NAME
    const asConsole = this.kes && keyName && { cert: this.kes.consoleCert, key: this.kes.consoleKey, ca: this.kes.ca }
    return {
      STRONGROOM_MINIO_ENDPOINT: `http://${this.nodes[0]!.name}`,
      STRONGROOM_ENV_FILE: envFile,
      STRONGROOM_STATE_DIR: join(this.dir, 'console'),
      ...(asConsole && kesVariables({ endpoint: this.kes!.endpoint, ...asConsole }, keyName)),
    }
  }

  mc<Result>(use: (mc: Mc) => Promise<Result>, node = 0) {
    const { rootUser: accessKey, rootPassword: secretKey } = this.truth
    return withClient(
      { endpoint: `http://${this.nodes[node]!.name}`, accessKey, secretKey },
      join(this.dir, `mc${node}`),
      use,
    )
  }

  async close() {
    await Promise.all(this.nodes.map(({ child }) => child?.stop()))
    await this.kes?.stop()
    rmSync(this.dir, { recursive: true, force: true })
  }
}
