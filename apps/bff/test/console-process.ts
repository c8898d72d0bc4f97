import { join } from 'node:path'
import { root as repository } from '@strongroom/sandbox/binaries'
import type { Child } from '@strongroom/sandbox/child'
import { startConsole } from '@strongroom/sandbox/console'
import { freePort } from '@strongroom/sandbox/ports'
import { Client } from './client.ts'
import type { House } from './house.ts'

/** A console that runs as a process of its own, so that it can be killed and started again. */
export class ConsoleProcess implements AsyncDisposable {
  readonly #house: House
  #server: { url: string; child: Child } | undefined

  private constructor(house: House) {
    this.#house = house
  }

  static async open(house: House): Promise<ConsoleProcess> {
    const console = new ConsoleProcess(house)
    await console.#start()
    return console
  }

  /** A browser of the root user; the process is started where there is none. */
  async client(): Promise<Client> {
    if (this.#server?.child.running() !== true) await this.#start()
    const { url } = this.#server!
    const client = new Client((path, init) => fetch(url + path, init))
    await client.signIn(this.#house.truth.rootUser, this.#house.truth.rootPassword)
    return client
  }

  /** As a power cut would. */
  async kill() {
    const { child } = this.#server!
    process.kill(child.pid, 'SIGKILL')
    await child.exited
  }

  async [Symbol.asyncDispose]() {
    await this.#server?.child.stop()
  }

  async #start() {
    this.#server = await startConsole({
      port: await freePort(),
      logFile: join(this.#house.dir, 'console.log'),
      env: { ...this.#house.consoleEnv, NODE_OPTIONS: '--import tsx' },
      secrets: [],
      main: join(repository, 'apps/bff/test/serve.ts'),
    })
  }
}
