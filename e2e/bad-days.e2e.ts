import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { withClient } from '../apps/sandbox/src/client.ts'
import { open, readDrives, startMigration } from './acts.ts'
import { expect, signIn, test } from './fixtures.ts'
import { shoot } from './screenshots.ts'
import { killKes, killMinio, stopRestarted } from './servers.ts'

test.use({ cluster: 'bad-days' })
test.afterAll(stopRestarted)

/** A page that can't be read anew says since when, and keeps what it has. */
const stale = (page: Page) => page.getByText(/As of \d\d:\d\d UTC: it could not be read again since/)

test.describe('signing in', () => {
  test('wrong credentials are told; the secret has to be typed again', async ({ page, watch }) => {
    watch.expect(/\/session:.* 401 /)
    await page.goto('/buckets')
    await page.getByLabel('Access key').fill('acme-root')
    await page.getByLabel('Secret key').fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('alert')).toContainText('MinIO refused these credentials')
    await expect(page.getByLabel('Access key')).toHaveValue('acme-root')
    await expect(page.getByLabel('Secret key')).toHaveValue('')
    await shoot(page, '30-sign-in-refused')
  })

  test('a session that ends in mid-work is renewed over the page, and nothing typed is lost', async ({
    page,
    demo,
    watch,
  }) => {
    watch.expect(/: .* 401 /)
    await signIn(page, demo, '/keys?act=create')
    const dialog = page.getByRole('dialog', { name: 'Create key' })
    await dialog.getByLabel('Name').fill('half-typed')
    const sessions = join(demo.dir, 'console/sessions')
    for (const name of readdirSync(sessions)) rmSync(join(sessions, name))

    await dialog.getByRole('button', { name: 'Create key' }).click()
    const again = page.getByRole('dialog', { name: 'Sign in again' })
    await expect(again.getByLabel('Access key')).toHaveValue(demo.accessKey)
    await shoot(page, '31-sign-in-again')
    await again.getByLabel('Secret key').fill(demo.secretKey)
    await again.getByRole('button', { name: 'Sign in' }).click()
    await expect(again).toBeHidden()
    await expect(page).toHaveURL(/\/keys\?act=create$/)
    await expect(dialog.getByLabel('Name')).toHaveValue('half-typed')

    await dialog.getByRole('button', { name: 'Create key' }).click()
    await expect(page.getByRole('complementary', { name: 'half-typed' })).toBeVisible()
  })
})

test.describe('key names', () => {
  test('a name that KES refuses is told at the field, and what was typed stays', async ({ page, demo }) => {
    await signIn(page, demo, '/keys?act=create')
    const dialog = page.getByRole('dialog', { name: 'Create key' })
    for (const name of ['', 'with space', '-begins', 'ends-', '_', 'x'.repeat(81)]) {
      await dialog.getByLabel('Name').fill(name)
      await dialog.getByRole('button', { name: 'Create key' }).click()
      await expect(dialog.getByLabel('Name'), `“${name}”`).toHaveAttribute('aria-invalid', 'true')
      await expect(dialog.getByLabel('Name')).toHaveValue(name)
    }
    await expect(dialog.getByLabel('Name')).toHaveAccessibleDescription(/80/)
    await shoot(page, '32-key-name-refused')
  })

  test('a key that exists is told at the field, and what was typed stays', async ({ page, demo, watch }) => {
    watch.expect(/\/keys:.* 409 /)
    await signIn(page, demo, '/keys?act=create')
    const dialog = page.getByRole('dialog', { name: 'Create key' })
    const create = async () => {
      await dialog.getByLabel('Name').fill('taken')
      await dialog.getByRole('button', { name: 'Create key' }).click()
    }
    await create()
    await expect(page.getByRole('complementary', { name: 'taken' })).toBeVisible()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Create key' }).click()
    await create()
    await expect(dialog.getByLabel('Name')).toHaveAccessibleDescription(/already/)
    await expect(dialog.getByLabel('Name')).toHaveValue('taken')
  })
})

test('a bucket deleted elsewhere is told, and the list goes on', async ({ page, demo, watch }) => {
  watch.expect(/\/buckets\/scratch\/.* 404 /)
  await signIn(page, demo, '/buckets/scratch')
  const panel = page.getByRole('complementary', { name: 'scratch' })
  await panel.getByRole('button', { name: 'Encrypt', exact: true }).click()
  await withClient({ ...demo, endpoint: demo.minio.endpoint }, join(demo.dir, 'mc'), (mc) =>
    mc('rb', '--force', 'demo/scratch'),
  )
  const dialog = page.getByRole('dialog', { name: 'Encrypt scratch' })
  await dialog.getByRole('button', { name: 'Encrypt', exact: true }).click()
  await expect(panel.getByText('It was deleted, or your account may not see it.')).toBeVisible()
  await shoot(page, '33-bucket-gone')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('row', { name: /invoices/ })).toBeVisible()
  await expect(page.getByRole('row', { name: /scratch/ })).toHaveCount(0)
})

test.describe('servers that die', () => {
  test('MinIO: each page keeps what it has, says how old it is, and recovers by itself', async ({
    page,
    demo,
    watch,
  }) => {
    watch.expect(/ 50[24] /)
    await signIn(page, demo, '/kms')
    await expect(page.getByRole('region', { name: 'Default key' })).toContainText('works')
    const minio = await killMinio(demo)
    await expect(stale(page)).toBeVisible({ timeout: 30_000 })
    await expect(page.getByRole('region', { name: 'Default key' })).toContainText('works')
    await shoot(page, '34-kms-minio-down')
    await open(page, 'Overview')
    await expect(stale(page)).toContainText('did not answer', { timeout: 30_000 })
    await expect(page.getByRole('link', { name: /^Verdict: .*not read again since/ })).toBeVisible()
    await shoot(page, '35-overview-minio-down')
    await open(page, 'Buckets')
    await expect(page.getByRole('alert')).toContainText('cannot be reached', { timeout: 30_000 })
    await shoot(page, '36-buckets-minio-down')

    await minio.restart()
    await expect(page.getByRole('row', { name: /hr-records/ })).toBeVisible({ timeout: 30_000 })
    await open(page, 'Overview')
    await expect(page.getByRole('region', { name: 'Verdict' })).toBeVisible()
    await expect(stale(page)).toBeHidden({ timeout: 30_000 })
  })

  test('KES: the KMS page names it, and sees it come back', async ({ page, demo, watch }) => {
    watch.expect(/ 50[24] /)
    await signIn(page, demo, '/kms')
    const standby = page.getByRole('region', { name: 'Standby KES' })
    await expect(standby).toContainText('Answers')
    const kes = await killKes(demo)
    await expect(standby).toContainText('Does not answer', { timeout: 30_000 })
    await shoot(page, '37-kms-kes-down')
    await open(page, 'Keys')
    await expect(page.getByRole('alert').or(stale(page))).toBeVisible({ timeout: 30_000 })
    await shoot(page, '38-keys-kes-down')
    await kes.restart()
    await expect(page.getByRole('row', { name: /taken/ })).toBeVisible({ timeout: 30_000 })
    await expect(page.getByRole('alert').or(stale(page))).toBeHidden({ timeout: 30_000 })
    await open(page, 'KMS')
    await expect(standby).toContainText('Answers')
  })

  test('MinIO during a migration: the job waits, says until when, and goes on by itself', async ({
    page,
    demo,
    watch,
  }) => {
    test.setTimeout(180_000)
    watch.expect(/ 50[24] /)
    await signIn(page, demo)
    await readDrives(page)
    await startMigration(page, demo.secretKey)
    const bar = page.getByRole('progressbar', { name: 'IAM migration: progress' })
    await expect
      .poll(async () => Number(await bar.getAttribute('aria-valuenow')), { intervals: [50] })
      .toBeGreaterThan(5)
    const minio = await killMinio(demo)
    const job = page.getByRole('region', { name: 'Job' })
    await expect(job.getByRole('heading', { name: 'IAM migration: paused' })).toBeVisible({ timeout: 60_000 })
    await expect(job).toContainText(/MinIO .*ries again in \d+ s/)
    await shoot(page, '39-migration-waits')

    await minio.restart()
    await expect(job.getByRole('heading', { name: 'IAM migration: done' })).toBeVisible({ timeout: 120_000 })
    await expect(page.getByText('Nothing is left to move.')).toBeVisible()
  })
})
