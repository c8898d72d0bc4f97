import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findBinary } from '../../sandbox/bin/binaries.mjs'

/** A KES that can be started; `--config FILE` is to follow. */
export interface KesProgram {
  readonly name: 'the development KES' | 'the real KES'
  readonly command: string
  readonly args: readonly string[]
}

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
export const development: KesProgram = {
  name: 'the development KES',
  command: process.execPath,
  args: ['--import', 'tsx', main],
}

/** That of `KES_BIN` or the PATH. @throws Error when `KES_BIN` names something else: falling back would hide the mistake */
const binary = findBinary('kes')
export const real: KesProgram | undefined =
  binary === undefined ? undefined : { name: 'the real KES', command: binary, args: ['server'] }

/** What there is to test here: a real KES that is not there has no tests, so that none is skipped. */
export const programs: readonly KesProgram[] = real === undefined ? [development] : [development, real]

/** A KES under way, or at its end. */
export class RunningKes implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly ended: Promise<number | null>
  out = ''
  err = ''

  constructor({ command, args }: KesProgram, config: string, address?: string) {
    const addr = address === undefined ? [] : ['--addr', address]
    const child = spawn(command, [...args, '--config', config, ...addr], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.ended = once(child, 'close').then(([code]) => code as number | null)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.err += text
    })
  }

  /** Resolves when it has said so. @throws Error with what it did say after 10 s, or when it ends before */
  async said(words: string): Promise<void> {
    let over = false
    void this.ended.then(() => {
      over = true
    })
    for (const end = Date.now() + 10_000; Date.now() < end; await sleep(20)) {
      if (this.out.includes(words) || this.err.includes(words)) return
      if (over) break
    }
    throw new Error(`KES did not say "${words}", but: ${this.out}${this.err}`)
  }

  /** Forgets what was said so far. */
  signal(name: NodeJS.Signals) {
    this.out = ''
    this.err = ''
    this.#child.kill(name)
  }

  async [Symbol.asyncDispose]() {
    this.#child.kill('SIGKILL')
    await this.ended
  }
}
