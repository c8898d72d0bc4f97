import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { open } from './acts.ts'
import { expect, signIn, test } from './fixtures.ts'
import { shoot } from './screenshots.ts'

test.use({ cluster: 'iam' })

const PASSPHRASE = 'a passphrase of the test'

test('from the first reading to a report that can be checked', async ({ page, demo }) => {
  test.slow()
  await signIn(page, demo, '/iam')
  const job = page.getByRole('region', { name: 'Job' })

  await test.step('opens every item, and says whether the root password may be changed', async () => {
    await page.getByLabel('Depth of reading').selectOption('opened')
    await page.getByRole('button', { name: 'Read the drives' }).click()
    const audit = page.getByRole('region', { name: 'Audit', exact: true })
    await expect(audit.getByRole('button', { name: /^Opened/ })).toBeVisible({ timeout: 60_000 })
    await expect(page.getByRole('region', { name: 'Verdict' })).toContainText('encrypted with the root password')
    await expect(page.getByRole('region', { name: 'May the root password be changed now?' })).toContainText('No')
    await shoot(page, '50-iam-opened')
  })

  await test.step('seals a backup under a passphrase that is then nowhere', async () => {
    await page.getByRole('button', { name: 'Migrate', exact: true }).click()
    await page.getByRole('button', { name: 'Make a sealed backup' }).click()
    await expect(page).toHaveURL(/act=backup/)
    await page.getByLabel('Whoever knows a passphrase').check()
    await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
    await page.getByLabel('The same again').fill(`${PASSPHRASE}, mistyped`)
    await page.getByRole('button', { name: 'Make the backup' }).click()
    await expect(page.getByText('The two differ; type it again')).toBeVisible()
    await page.getByLabel('The same again').fill(PASSPHRASE)
    await page.getByRole('button', { name: 'Make the backup' }).click()
    await expect(page.getByRole('dialog', { name: 'The backup is sealed' })).toBeVisible({ timeout: 30_000 })
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: /^Download / }).click()
    expect(readFileSync(await (await download).path(), 'latin1')).toMatch(/^age-encryption\.org\/v1\n/)
    expect(await page.content()).not.toContain(PASSPHRASE)
  })

  await test.step('asks for the password, and says in a dry run what would be done', async () => {
    await page.getByRole('button', { name: 'To the migration' }).click()
    const dialog = page.getByRole('dialog', { name: 'Migrate IAM data' })
    await expect(dialog).toContainText('Last sealed backup')
    await expect(dialog).toContainText('can’t be moved, and why')
    await dialog.getByRole('button', { name: 'Start migration' }).click()
    await expect(dialog.getByText(/^Type your secret key/)).toBeVisible()
    const secret = dialog.getByLabel(`Secret key of ${demo.accessKey}`)
    await expect(secret).toBeFocused()
    await secret.fill(demo.secretKey)
    await dialog.getByLabel('Dry run').check()
    await dialog.getByRole('button', { name: 'Start migration' }).click()
    await expect(job.getByRole('heading', { name: 'IAM migration: done' })).toBeVisible({ timeout: 60_000 })
    await expect(job).toContainText('Nothing was written')
    await expect(job).toContainText('a run would take about')
  })

  await test.step('migrates under credentials of its own, and survives a reload', async () => {
    await page.getByRole('button', { name: 'Migrate', exact: true }).click()
    await page.getByLabel(`Secret key of ${demo.accessKey}`).fill(demo.secretKey)
    await page.getByRole('button', { name: 'Start migration' }).click()
    await expect(page.getByRole('dialog')).toBeHidden()
    await page.reload()
    await expect(job.getByRole('heading', { name: 'IAM migration: done' })).toBeVisible({ timeout: 60_000 })
    await expect(page.getByText('Nothing is left to move.')).toBeVisible()
  })

  await test.step('has a report whose file is the one that was told', async () => {
    await job.getByRole('link', { name: 'Open the report' }).click()
    await expect(page.getByRole('region', { name: 'Summary' })).toContainText('each read back from the drives')
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download JSON' }).click()
    const file = readFileSync(await (await download).path())
    await expect(page.getByText(createHash('sha256').update(file).digest('hex'), { exact: true })).toBeVisible()
    await page.getByRole('button', { name: /^Can’t be moved/ }).click()
    await expect(page).toHaveURL(/part=left/)
    await expect(page.getByText('config/iam/format.json', { exact: true })).toBeVisible()
    await shoot(page, '51-migration-report')
    await page.getByRole('link', { name: 'Past migrations' }).click()
    await expect(page.getByRole('table', { name: 'Past migrations' }).getByRole('link')).toHaveCount(2)
  })

  await test.step('compares the audits before and after', async () => {
    await open(page, 'IAM migration')
    await page.getByRole('link', { name: 'Compare with the audit before' }).click()
    const changed = page.getByRole('region', { name: 'Changes' })
    await expect(changed.getByRole('button', { name: 'Regressed 0' })).toBeVisible()
    await changed.getByRole('button', { name: /^Moved/ }).click()
    await expect(page).toHaveURL(/change=moved/)
    await expect(changed.getByRole('table', { name: 'Changes' })).toContainText('Root credentials')
  })
})
