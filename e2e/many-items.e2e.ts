import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { importUsers } from '../apps/bff/test/many-users.ts'
import { withClient } from '../apps/sandbox/src/client.ts'
import { type Demo, type Ready, startDemo } from '../apps/sandbox/src/demo.ts'
import { envFileText } from '../apps/sandbox/src/env-file.ts'
import { startMinio } from '../apps/sandbox/src/minio.ts'
import { readDrives, startMigration } from './acts.ts'
import { test as base, expect, signIn } from './fixtures.ts'
import { type Work, workDuring } from './main-thread.ts'

const USERS = 10_000
const ROOT = { MINIO_ROOT_USER: 'many-root', MINIO_ROOT_PASSWORD: 'many-root-password' }
const KEY = { MINIO_KMS_SECRET_KEY: 'many-key:bWFueS1zdGF0aWMta21zLWtleS1vZi0zMi1ieXRlcyE=' }

/** What browsers call a long task. The longest one seen here takes half of it: the rest is left to collections of garbage. */
const LONG_MS = 50
/** What `yardstick` takes on the machine on which that was seen; a slower one gets longer. */
const YARDSTICK_MS = 60
/** Figures that grow by a digit move a pixel or two; a box that came or went would be ten times as much. */
const STILL = 0.02

/** One drive with many users in plaintext, as MinIO writes them that has no KMS. @returns an archive for the demo */
async function archiveOfMany(folder: string) {
  const drive = join(folder, 'many', 'drive1')
  mkdirSync(drive, { recursive: true })
  const minio = await startMinio({ drives: [drive], env: ROOT })
  const root = { endpoint: minio.endpoint, accessKey: ROOT.MINIO_ROOT_USER, secretKey: ROOT.MINIO_ROOT_PASSWORD }
  await withClient(root, join(folder, 'mc'), (mc) => importUsers(mc, USERS, folder)).finally(() => minio.stop())
  const archive = join(folder, 'many.tar')
  execFileSync('tar', ['-cf', archive, '-C', folder, 'many/drive1'])
  return archive
}

const test = base.extend<object, { demo: Ready }>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what the fixture needs
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'strongroom-many-items-'))
      let demo: Demo | undefined
      try {
        const env = join(folder, 'minio.env')
        writeFileSync(env, envFileText({ ...ROOT, ...KEY }), { mode: 0o600 })
        demo = await startDemo({ state: join(folder, 'demo'), seed: await archiveOfMany(folder), env })
        await use(demo.ready)
      } finally {
        await demo?.stop()
        rmSync(folder, { recursive: true, force: true })
      }
    },
    { scope: 'worker', timeout: 180_000 },
  ],
})

test.use({ trace: 'off' }) // Tracing copies the page at each act, and would be measured along.

test('ten thousand items: no long task while they are read, searched, scrolled and migrated', async ({
  page,
  demo,
  browser,
}, { annotations }) => {
  test.setTimeout(180_000)
  await signIn(page, demo)
  await readDrives(page)

  const measured = await workDuring(browser, page, () => yardstick(page))
  const longest = Math.max(0, ...measured.cpuMs)
  expect(longest, 'the measure sees a task that is long').toBeGreaterThan(YARDSTICK_MS / 3)
  const limit = LONG_MS * Math.max(1, longest / YARDSTICK_MS)
  annotations.push({
    type: 'main thread',
    description: `yardstick: ${longest.toFixed(1)} ms; long from ${limit.toFixed(1)} ms`,
  })
  const step = (name: string, act: () => Promise<unknown>): Promise<Work> =>
    test.step(name, async () => {
      const work = await workDuring(browser, page, act)
      const top = work.cpuMs.slice(0, 3).map((ms) => ms.toFixed(1))
      const wall = work.longMs.join(', ') || 'none'
      const description = `${name}: longest ${top.join(', ')} ms of CPU; by the wall clock long: ${wall}`
      annotations.push({ type: 'main thread', description })
      expect(
        work.cpuMs.filter((ms) => ms > limit),
        `long tasks: ${name}`,
      ).toEqual([])
      return work
    })

  const items = page.getByRole('region', { name: 'Items', exact: true })
  const table = items.getByRole('table', { name: 'IAM and config items', exact: true })
  const all = () => expect(items.getByRole('status')).toHaveText(/^10\u2009\d{3} items$/)
  const find = async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('user-0077', { delay: 60 })
    await expect(items.getByRole('status')).toHaveText('100 items')
    await items.getByRole('button', { name: 'Show all' }).click()
    await all()
  }

  await step('open', async () => {
    await page.goto('/iam')
    await all()
    await expect(table).toHaveAttribute('aria-rowcount', /^10\d{3}$/)
  })
  await step('scroll', () => scroll(page))
  expect(await table.getByRole('row').count()).toBeLessThan(90)
  await step('type a filter, and clear it', find)
  await step('open what a migration would do', async () => {
    await page.getByRole('button', { name: 'Migrate', exact: true }).click()
    await expect(page.getByRole('dialog').getByText('user 10\u2009000')).toBeVisible()
    await page.keyboard.press('Escape')
  })

  const bar = page.getByRole('progressbar', { name: 'IAM migration: progress' })
  const done = async () => Number(await bar.getAttribute('aria-valuenow'))
  await step('start a migration', async () => {
    await startMigration(page, demo.secretKey)
    await expect.poll(done).toBeGreaterThan(0)
  })
  await page.evaluate('scrollTo(0, 0)')
  const before = await done()
  const watched = await step('watch it for 15 s', () => page.waitForTimeout(15_000))
  expect(await done()).toBeGreaterThan(before)
  expect(watched.shift, 'what the page shifted by itself').toBeLessThan(STILL)
  await step('type a filter while it runs', find)
  await step('scroll while it runs', () => scroll(page))
  await step('reload while it runs', async () => {
    await page.reload()
    await all()
  })
  await expect(page.getByRole('heading', { name: 'IAM migration: running' })).toBeVisible()
})

/** Down to where a hand gets in some seconds: in steps of the height of a window, one a frame. */
const scroll = (page: Page) =>
  page.locator('html').evaluate(async (html) => {
    const window = html.ownerDocument.defaultView
    for (let top = 0; top < Math.min(html.scrollHeight, 150_000); top += 900) {
      window.scrollTo(0, top)
      await new Promise((resolve) => window.requestAnimationFrame(resolve))
    }
    window.scrollTo(0, 0)
  })

/** Work of the kind that pages do, always the same: how fast is this machine? */
const yardstick = (page: Page) =>
  page.locator('html').evaluate((html) => {
    const window = html.ownerDocument.defaultView
    return new Promise<number>((resolve) =>
      window.setTimeout(() => {
        let sum = 0
        for (let round = 0; round < 150; round++) {
          const rows = Array.from({ length: 1_000 }, (_, at) => ({
            at,
            name: `user-${at * round}`,
            state: 'plaintext',
          }))
          sum += JSON.parse(JSON.stringify(rows)).sort((a: { name: string }, b: { name: string }) =>
            a.name < b.name ? -1 : 1,
          ).length
        }
        resolve(sum)
      }, 0),
    )
  })
