import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importUsers } from '../apps/bff/test/many-users.ts'
import { withClient } from '../apps/sandbox/src/client.ts'
import { type Demo, type Ready, startDemo } from '../apps/sandbox/src/demo.ts'
import { envFileText } from '../apps/sandbox/src/env-file.ts'
import { startMinio } from '../apps/sandbox/src/minio.ts'
import { readDrives, startMigration } from './acts.ts'
import { test as base, expect, signIn } from './fixtures.ts'
import { scroll, stepsWithoutLongTasks } from './main-thread.ts'

const USERS = 10_000
const ROOT = { MINIO_ROOT_USER: 'many-root', MINIO_ROOT_PASSWORD: 'many-root-password' }
const KEY = { MINIO_KMS_SECRET_KEY: 'many-key:bWFueS1zdGF0aWMta21zLWtleS1vZi0zMi1ieXRlcyE=' }

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

  const step = await stepsWithoutLongTasks(browser, page, annotations)
  const items = page.getByRole('region', { name: 'Items', exact: true })
  const table = items.getByRole('table', { name: 'IAM and config items', exact: true })
  const all = () => expect(items.getByRole('status')).toHaveText(/^10\u202f\d{3} items$/)
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
    await expect(page.getByRole('dialog').getByText('user 10\u202f000')).toBeVisible()
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
