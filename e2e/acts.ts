import { expect, type Page } from '@playwright/test'

/** Steps of the move, by number and title; the words behind them tell the state. */
export const step = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`^${name}`) })

/** The acts of the walk, each as a person does it from whatever page is open. */

export const open = (page: Page, screen: string) =>
  page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: screen }).click()

/** Reads the drives from the IAM page, and waits for the report. */
export async function readDrives(page: Page) {
  await open(page, 'IAM migration')
  const read = page.getByRole('region', { name: 'Verdict' }).getByText(/ observed, read at /)
  await expect(read.or(page.getByRole('region', { name: 'No audit yet' }))).toBeVisible()
  const before = (await read.isVisible()) ? await read.innerText() : ''
  await page.getByRole('button', { name: 'Read the drives' }).click()
  await expect(page).toHaveURL(/job=/)
  await expect(read).not.toHaveText(before)
}

/** Step 2 of the move: the static key goes into KES under its own name, and is proven there. */
export async function importKey(page: Page) {
  await page.getByRole('button', { name: 'Import key', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Proof' })).toContainText('Proven: acme-key in KES opens')
}

/** Step 4: the lines are written into the env file of the demo's one node. */
export async function writeLines(page: Page) {
  await page.getByRole('button', { name: 'Write the lines', exact: true }).click()
  await expect(step(page, '4. Every node’s environment names KES')).toContainText('Holds')
}

/** Step 5: MinIO restarts on KES; the page sees it come back by itself. */
export async function restartMinio(page: Page) {
  await page.getByRole('button', { name: 'Restart MinIO', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Restart MinIO' })
  const word = /“(.+)”/.exec(await dialog.getByText(/^Type “/).innerText())![1]!
  await dialog.getByLabel(/^Type “/).fill(word)
  await dialog.getByRole('button', { name: 'Restart MinIO', exact: true }).click()
  await expect(dialog).toBeHidden()
  await expect(step(page, '5. MinIO runs on KES')).toContainText('Holds', { timeout: 60_000 })
}

/** From the IAM page: starts the migration under credentials of its own. */
export async function startMigration(page: Page, secretKey: string) {
  await page.getByRole('button', { name: 'Migrate', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Migrate IAM data' })
  await dialog.getByLabel(/^Secret key of /).fill(secretKey)
  await dialog.getByRole('button', { name: 'Start migration' }).click()
  await expect(dialog).toBeHidden()
}

/** From the IAM page: says what a migration would do, under the credentials of the session, and leaves a report. */
export async function dryRun(page: Page) {
  await page.getByRole('button', { name: 'Migrate', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Migrate IAM data' })
  await dialog.getByLabel('Dry run').check()
  await dialog.getByLabel('Those of this session').check()
  await dialog.getByRole('button', { name: 'Start migration' }).click()
  await expect(page.getByRole('heading', { name: 'IAM migration: done' })).toBeVisible({ timeout: 60_000 })
}

/** Default encryption with the key `key`, by choosing it in the bucket's own dialog. */
export async function encryptBucket(page: Page, bucket: string, key: string) {
  await open(page, 'Buckets')
  await page.getByRole('link', { name: bucket }).click()
  await page.getByRole('complementary', { name: bucket }).getByRole('button', { name: 'Encrypt', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: `Encrypt ${bucket}` })
  await dialog.getByLabel('SSE-KMS').check()
  await dialog.getByRole('combobox', { name: 'Key' }).fill(key)
  await dialog.getByRole('button', { name: 'Encrypt', exact: true }).click()
  await expect(dialog).toBeHidden()
}
