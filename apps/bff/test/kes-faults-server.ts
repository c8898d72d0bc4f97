import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serverCertificate } from '@strongroom/devkes/certificate'
import { type Child, startChild } from '@strongroom/sandbox/child'
import { type Kes, startKes } from '@strongroom/sandbox/kes'

/** A KES that can be ill: the real one where there is one, else the development KES. */
export class FaultyKes {
  readonly kes: Kes
  readonly dir: string
  readonly #yaml: string
  #child: Child

  private constructor(kes: Kes, dir: string) {
    this.kes = kes
    this.dir = dir
    this.#yaml = readFileSync(join(dir, 'kes.yml'), 'utf8')
    this.#child = kes.child
  }

  static async start(options: Parameters<typeof startKes>[0]): Promise<FaultyKes> {
    return new FaultyKes(await startKes(options), options.dir)
  }

  get pid(): number {
    return this.#child.pid
  }

  /** Starts it anew under a changed configuration; it need not become ready. */
  async restart(change: (yaml: string) => string = (yaml) => yaml): Promise<void> {
    await this.#child.stop()
    writeFileSync(join(this.dir, 'kes.yml'), change(this.#yaml))
    const [command, ...args] = this.kes.child.commandLine
    const logFile = join(this.dir, 'kes.log')
    this.#child = await startChild({ name: 'KES', command: command!, args, env: {}, logFile, cwd: this.#root() })
    await this.#listens()
  }

  /** Shows another certificate from its next start on. Replies it, PEM. */
  certify(names: Parameters<typeof serverCertificate>[0]): string {
    const { certPem, keyPem } = serverCertificate(names)
    writeFileSync(join(this.dir, 'server.crt'), certPem)
    writeFileSync(join(this.dir, 'server.key'), keyPem)
    return certPem
  }

  stop(): Promise<void> {
    return this.#child.stop()
  }

  /** The development KES is found from there. */
  #root(): string {
    return new URL('../../..', import.meta.url).pathname
  }

  async #listens(): Promise<void> {
    const { hostname, port } = new URL(this.kes.endpoint)
    for (let attempts = 0; attempts < 200; attempts++) {
      if (!this.#child.running())
        throw new Error(`KES ended: ${readFileSync(join(this.dir, 'kes.log'), 'utf8').slice(-500)}`)
      const open = await new Promise<boolean>((resolve) => {
        const socket = connect(Number(port), hostname)
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
        socket.once('connect', () => socket.destroy())
      })
      if (open) return
      await sleep(50)
    }
    throw new Error('KES does not listen.')
  }
}
