import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, startChild } from '@strongroom/sandbox/child'
import { clientFiles } from '@strongroom/sandbox/pem-files'
import { untilReady } from '@strongroom/sandbox/ready'
import { pino } from 'pino'
import { createApp } from '../src/app.ts'
import { KeyDeletions } from '../src/cluster/key-deletions.ts'
import { readConfig } from '../src/config/config.ts'
import { createConsole } from '../src/console.ts'
import { Client } from './client.ts'
import { type House, openHouse } from './house.ts'

export const DEFAULT_KEY = 'everyday'
export const VIEWER = 'vera'
export const DELETER = 'console-delete'

interface Rules {
  /** Lines below `deny:`, by policy. */
  readonly deny?: Readonly<Record<string, readonly string[]>>
  /** Further policies that may use all keys, by name, each with its identity. */
  readonly others?: Readonly<Record<string, string>>
}

/** An empty cluster on KES, whose policies can be changed, and consoles beside it whose clock can be set. */
export class KeyDeletionHouse {
  readonly house: House
  /** What the waiting times are measured by. */
  now = new Date()
  #kes: Child | undefined
  readonly #yaml: string
  readonly #roles: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'strongroom-deleter-'))
  readonly #deleter: ReturnType<typeof clientFiles>

  private constructor(house: House) {
    this.house = house
    this.#yaml = readFileSync(this.#config, 'utf8')
    this.#roles = join(this.#folder, 'roles.json')
    this.setRole('deleter')
    this.#deleter = clientFiles(this.#folder, DELETER)
  }

  static async open() {
    const house = await openHouse({
      fixture: 'plaintext-latest',
      onKes: { keyName: DEFAULT_KEY },
      prepare: (drives) => {
        for (const drive of drives)
          for (const name of readdirSync(drive)) rmSync(join(drive, name), { recursive: true, force: true })
      },
    })
    const opened = new KeyDeletionHouse(house)
    await opened.runKes({})
    return opened
  }

  get #config() {
    return join(this.house.dir, 'kes', 'kes.yml')
  }

  /** Runs KES with other policies, at the same address. */
  async runKes({ deny = {}, others = {} }: Rules) {
    const { kes } = this.house
    if (kes === undefined) throw new Error('the house has no KES')
    await (this.#kes?.stop() ?? kes.stop())
    let yaml = this.#yaml
    for (const [policy, lines] of Object.entries(deny)) {
      if (lines.length === 0) continue
      const list = lines.map((line) => `      - ${line}\n`).join('')
      yaml = yaml.replace(`  ${policy}:\n`, `  ${policy}:\n    deny:\n${list}`)
    }
    const more = Object.entries({ ...others }).map(
      ([name, identity]) =>
        `  ${name}:\n    allow:\n      - /v1/key/generate/*\n      - /v1/key/decrypt/*\n    identities:\n      - ${identity}\n`,
    )
    more.push(
      `  ${DELETER}:\n    allow:\n      - /v1/key/delete/*\n    identities:\n      - ${this.#deleter.identity}\n`,
    )
    writeFileSync(this.#config, yaml.replace('cache:\n', `${more.join('')}cache:\n`))
    const [command, ...args] = kes.child.commandLine
    this.#kes = await startChild({ name: 'KES', command: command!, args, env: {}, logFile: kes.child.logFile })
    const trust = {
      ca: readFileSync(kes.ca, 'utf8'),
      cert: readFileSync(kes.adminCert, 'utf8'),
      key: readFileSync(kes.adminKey, 'utf8'),
    }
    await untilReady(this.#kes, `${kes.endpoint}/v1/ready`, { trust, timeoutMs: 30_000 })
  }

  /** What the role file says of root; {@link VIEWER} may look in any case. */
  setRole(role: 'deleter' | 'importer') {
    const roles = [
      { identity: this.house.truth.rootUser, role, prefix: '' },
      { identity: VIEWER, role: 'viewer', prefix: '' },
    ]
    writeFileSync(this.#roles, JSON.stringify({ roles }), { mode: 0o600 })
  }

  /** A console, started anew on the state of the one before. */
  async console({ deletionIdentity = true } = {}): Promise<{ browser: Client; otherBrowser: () => Client }> {
    const { cert, key } = this.#deleter
    const env = {
      ...this.house.consoleEnv,
      STRONGROOM_ROLES_FILE: this.#roles,
      ...(deletionIdentity && { STRONGROOM_KES_DELETE_CERT_FILE: cert, STRONGROOM_KES_DELETE_KEY_FILE: key }),
    }
    const config = readConfig(env)
    const made = await createConsole(config, pino({ level: 'silent' }))
    const deletions = new KeyDeletions(config.stateDir, made.recordSeal, () => this.now)
    await deletions.load()
    const console = { ...made, deletions }
    const app = createApp(console, null)
    const otherBrowser = () => new Client((path, init) => app.request(path, init))
    const browser = otherBrowser()
    const { rootUser, rootPassword } = this.house.truth
    await browser.signIn(rootUser, rootPassword)
    return { browser, otherBrowser }
  }

  /** MinIO runs on another default key. */
  restart(keyName: string) {
    const { rootUser: MINIO_ROOT_USER, rootPassword: MINIO_ROOT_PASSWORD } = this.house.truth
    return this.house.startMinio({ MINIO_ROOT_USER, MINIO_ROOT_PASSWORD, ...this.house.kesLines(keyName) })
  }

  async close() {
    await this.#kes?.stop()
    await this.house.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
