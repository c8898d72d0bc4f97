import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root as repository } from '@strongroom/sandbox/binaries'
import type { Child } from '@strongroom/sandbox/child'
import { startConsole } from '@strongroom/sandbox/console'
import { freePort } from '@strongroom/sandbox/ports'
import { type Job, jobEnded, listJobs, readJob } from '@strongroom/shared/jobs'
import { type MigrationReport, readMigrationReport, startMigration } from '@strongroom/shared/migrations'
import { Client } from '../client.ts'
import { readStored } from '../drives.ts'
import { openersOf } from '../fixture.ts'
import { type House, openHouse } from '../house.ts'
import { importUsers } from '../many-users.ts'
import { meaningOf, settingsIn } from '../meaning.ts'
import { keystoreKeys, openItem, sealOf } from '../opening.ts'

export const KEY = 'iam-2027'
const ACCOUNTS = /^config\/iam\/(users|groups|policies|policydb|service-accounts)\//
const CONFIG = 'config/config.json'

/** Enough that a run takes some seconds and can be hit twenty times before its end. */
const MORE_USERS = 3_000

/** A cluster of 2021 with four drives under the root password, later users in plaintext, now on KES, and a real console. */
export class World {
  readonly house: House
  #server: { url: string; child: Child } | undefined
  /** Content of items by the hash of what seals it: root credentials take long, and most items stay for a while. */
  readonly #opened = new Map<string, string>()
  before = new Map<string, string>()

  constructor(house: House) {
    this.house = house
  }

  static async open(): Promise<World> {
    const house = await openHouse({ fixture: 'acme-2021', kes: true, variables: {} })
    await house.mc((mc) => importUsers(mc, MORE_USERS, house.dir))
    const { rootUser, rootPassword } = house.truth
    await house.startMinio({ MINIO_ROOT_USER: rootUser, MINIO_ROOT_PASSWORD: rootPassword, ...house.kesLines(KEY) })
    const world = new World(house)
    world.before = await world.meanings()
    return world
  }

  async close() {
    await this.#server?.child.stop()
    await this.house.close()
  }

  /** Starts a console of its own process; `state` names another one on the same state folder. */
  async startConsole(): Promise<{ url: string; child: Child }> {
    return startConsole({
      port: await freePort(),
      logFile: join(this.house.dir, 'console.log'),
      env: { ...this.house.consoleEnv, NODE_OPTIONS: '--import tsx' },
      secrets: [],
      main: join(repository, 'apps/bff/test/serve.ts'),
    })
  }

  /** The console's own process, started when there is none, and a browser of the root user. */
  async console(): Promise<Client> {
    if (this.#server?.child.running() !== true) this.#server = await this.startConsole()
    return this.signIn(this.#server.url)
  }

  async signIn(url: string): Promise<Client> {
    const client = new Client((path, init) => fetch(url + path, init))
    const { rootUser, rootPassword } = this.house.truth
    await client.signIn(rootUser, rootPassword)
    return client
  }

  async killConsole() {
    process.kill(this.#server!.child.pid, 'SIGKILL')
    await this.#server!.child.exited
  }

  /** What every item says now, opened without a line of the console's. @throws Error where one can't be read or opened */
  async meanings(): Promise<Map<string, string>> {
    const keys = keystoreKeys(this.house.keystore)
    const root = openersOf(this.house.truth).root!
    const found = new Map<string, string>()
    for (const [path, stored] of readStored(this.house.drives)) {
      if (!ACCOUNTS.test(path) && path !== CONFIG) continue
      const seal = stored.toString('latin1')
      const meaning = this.#opened.get(seal) ?? say(path, await openItem(path, stored, { root, keys }))
      if (sealOf(path, stored).by === 'root') this.#opened.set(seal, meaning)
      found.set(path, meaning)
    }
    return found
  }

  /** How many items lie under the key. */
  moved(): number {
    return [...readStored(this.house.drives)].filter(([path, stored]) => {
      const seal = sealOf(path, stored)
      return (ACCOUNTS.test(path) || path === CONFIG) && seal.by === 'kms' && seal.key === KEY
    }).length
  }

  /** Nothing lost, nothing changed but what `but` names. @throws Error that names the first item that differs */
  async assertWhole(but: (path: string) => boolean = () => false) {
    const now = await this.meanings()
    for (const [path, said] of this.before) {
      if (but(path)) continue
      if (!now.has(path)) throw new Error(`${path} is gone.`)
      if (now.get(path) !== said && path !== CONFIG) throw new Error(`${path} says something else.`)
    }
  }

  /** Starts a migration, waiting out what stands in its way; a running one is joined. */
  async start(client: Client, patienceMs = 90_000): Promise<Job> {
    const body = JSON.stringify({ secretKey: this.house.truth.rootPassword })
    let said = ''
    for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(500)) {
      const response = await client.request(startMigration.path, { method: 'POST', body })
      if (response.status === 202) return startMigration.reply.parse(await response.json())
      said = await response.text()
    }
    throw new Error(`No migration could be started for ${patienceMs / 1000} s. The console says: ${said}`)
  }

  /** Waits until so many items are done; the job may end before. */
  async until(client: Client, { id }: Job, done: number): Promise<Job> {
    for (;;) {
      const job = await client.call(readJob, { id })
      if (job.done >= done || jobEnded(job)) return job
      await sleep(5)
    }
  }

  /** Waits for the end of a job, or until it stands still for somebody's sake. */
  async end(client: Client, { id }: Job, patienceMs = 240_000): Promise<Job> {
    for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(50)) {
      const job = await client.call(readJob, { id })
      if (jobEnded(job)) return job
    }
    const job = await client.call(readJob, { id })
    throw new Error(`The job has not ended within ${patienceMs / 1000} s: ${job.state}, ${job.message}`)
  }

  /** The next run, to its end: everything movable lies under the key, and says what it said. */
  async finish(client: Client): Promise<Job> {
    const job = await this.end(client, await this.start(client))
    if (job.state !== 'done' || job.failed > 0) throw new Error(`The next run: ${job.state}. ${job.message}`)
    if (this.moved() !== (await this.meanings()).size) throw new Error('Not everything lies under the key after it.')
    return job
  }

  async report(client: Client, { id }: Pick<Job, 'id'>): Promise<MigrationReport> {
    return (await client.call(readMigrationReport, { id })).report
  }

  async latestJob(client: Client): Promise<Job | undefined> {
    return (await client.call(listJobs, {})).jobs.find(({ kind }) => kind === 'iam-migration')
  }
}

const say = (path: string, plain: Buffer) =>
  JSON.stringify(path === CONFIG ? settingsIn(plain) : meaningOf(path, plain))
