import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Page, type TestInfo } from '@playwright/test'
import { type Demo, type Ready, startDemo } from '../apps/sandbox/src/demo.ts'
import { Watch } from './watch.ts'

export { expect }

type Worker = {
  /** A file that needs a cluster of its own names it with `test.use`. */
  cluster: string
  /** The demo as a newcomer starts it, in a folder of its own. */
  demo: Ready
}

type Each = {
  watch: Watch
}

export const test = base.extend<Each, Worker>({
  cluster: ['shared', { scope: 'worker', option: true }],

  demo: [
    async ({ cluster }, use) => {
      const folder = mkdtempSync(join(tmpdir(), `strongroom-${cluster}-`))
      let demo: Demo | undefined
      try {
        demo = await startDemo({ state: join(folder, 'demo') })
        await use(demo.ready)
      } finally {
        await demo?.stop()
        rmSync(folder, { recursive: true, force: true })
      }
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  baseURL: async ({ demo }, use) => use(demo.url),

  watch: [
    async ({ context, demo }, use, testInfo) => {
      const watch = new Watch(context)
      await use(watch)
      await watch.settle()
      if (testInfo.status !== testInfo.expectedStatus) await attachLogs(demo, testInfo)
      expect(watch.unexpected(), 'errors and warnings in the browser').toEqual([])
      expect(watch.leaks(), 'secrets that came to the browser').toEqual([])
    },
    { auto: true },
  ],
})

async function attachLogs({ dir }: Ready, testInfo: TestInfo) {
  const logs = join(dir, 'logs')
  for (const name of existsSync(logs) ? readdirSync(logs) : []) await testInfo.attach(name, { path: join(logs, name) })
}

/** Signs in as root by the form, at `path`, and waits for the page behind it. */
export async function signIn(page: Page, { accessKey, secretKey }: Ready, path = '/') {
  await page.goto(path)
  await page.getByLabel('Access key').fill(accessKey)
  await page.getByLabel('Secret key').fill(secretKey)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('button', { name: `Account: ${accessKey}` })).toBeVisible()
}
