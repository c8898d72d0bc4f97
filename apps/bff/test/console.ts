import type { Variables } from '@strongroom/sandbox/env-file'
import { pino } from 'pino'
import { createApp } from '../src/app.ts'
import { readConfig } from '../src/config/config.ts'
import { type Console, createConsole } from '../src/console.ts'
import { Client } from './client.ts'
import type { House } from './house.ts'

/** A console in this process, without a port: requests are handed to it. */
export interface TestConsole {
  readonly console: Console
  /** A browser that has not signed in. */
  browser(): Client
  /** A browser of the root user. */
  rootBrowser(): Promise<Client>
  /** What a path outside the API answers to whom has no session. */
  get(path: string): Promise<Response>
}

/** What a console needs to know of the servers it is opened for. */
export interface Served extends Pick<House, 'consoleEnv'> {
  readonly truth: Pick<House['truth'], 'rootUser' | 'rootPassword'>
}

/** What a console needs to know of the servers it is opened for. */
export interface Served extends Pick<House, 'consoleEnv'> {
  readonly truth: Pick<House['truth'], 'rootUser' | 'rootPassword'>
}

export async function openConsole(house: Served, more: Variables = {}): Promise<TestConsole> {
  const console = await createConsole(readConfig({ ...house.consoleEnv, ...more }), pino({ level: 'silent' }))
  const app = createApp(console, null)
  const browser = () => new Client((path, init) => app.request(path, init))
  return {
    console,
    browser,
    async rootBrowser() {
      const client = browser()
      await client.signIn(house.truth.rootUser, house.truth.rootPassword)
      return client
    },
    get: async (path) => app.request(path),
  }
}
