import { encryptBucket, importKey, open, restartMinio, startMigration, step, writeLines } from './acts.ts'
import { expect, signIn, test } from './fixtures.ts'
import { shoot } from './screenshots.ts'

test.use({ cluster: 'walk' })

const UNDER_ROOT = '69 IAM and config items are still encrypted with the root password. Do not change it.'

test('a newcomer goes from findings to sealed, by clicks alone', async ({ page, demo, watch }) => {
  test.setTimeout(240_000)
  watch.expect(/ 50[24] /) // MinIO is away for a moment when it restarts.
  const verdict = page.getByRole('region', { name: 'Verdict' })

  await test.step('signs in', async () => {
    await page.goto('/')
    await shoot(page, '01-sign-in')
    await signIn(page, demo)
  })

  await test.step('is told that nothing is verified yet', async () => {
    await expect(verdict).toContainText('Not verified: the drives have not been read yet')
    await shoot(page, '02-overview-not-verified')
    await open(page, 'IAM migration')
    await expect(page.getByRole('region', { name: 'No audit yet' })).toBeVisible()
    await shoot(page, '03-iam-not-read')
    await open(page, 'KMS')
    await expect(page.getByRole('region', { name: 'Default key' })).toContainText('Static key')
    await expect(page.getByRole('region', { name: 'Standby KES' })).toContainText('Answers')
    await shoot(page, '04-kms-static')
    await open(page, 'Keys')
    await expect(page.getByText('KES has none yet')).toBeVisible()
    await shoot(page, '05-keys-none')
  })

  await test.step('reads the drives', async () => {
    await open(page, 'Overview')
    await page.getByRole('button', { name: 'Read the drives' }).click()
    await expect(page.getByRole('region', { name: 'Audit' })).toContainText('66 items to the key acme-key')
    await shoot(page, '06-iam-audit')
    await page.getByRole('button', { name: /^Root credentials 69/ }).click()
    await expect(page).toHaveURL(/seal=root-credentials/)
    await page.getByRole('link', { name: /iam\/users\/amelia/ }).click()
    await expect(page.getByRole('complementary', { name: /amelia/ })).toContainText('A migration can move it')
    await shoot(page, '07-iam-item')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('complementary')).toHaveCount(0)
    await open(page, 'Overview')
    await expect(verdict).toContainText(UNDER_ROOT)
    await shoot(page, '08-overview-root-credentials')
  })

  await test.step('moves the key into KES', async () => {
    await open(page, 'Move to KES')
    await expect(step(page, '1. KES answers and knows the console')).toContainText('Holds')
    await shoot(page, '09-move-import')
    await importKey(page)
    await shoot(page, '10-move-proof')
  })

  await test.step('gives MinIO the lines, and only then restarts it', async () => {
    await expect(step(page, '5. MinIO runs on KES')).toContainText('Waiting')
    await expect(page.getByText('MINIO_KMS_SECRET_KEY=', { exact: false }).first()).toBeVisible()
    await shoot(page, '11-move-lines')
    await writeLines(page)
    await restartMinio(page)
    await shoot(page, '12-move-restarted')
    await open(page, 'KMS')
    await expect(page.getByRole('region', { name: 'Default key' })).toContainText('works')
    await expect(page.getByRole('region', { name: 'The KES that MinIO runs on' })).toContainText('Answers')
    await shoot(page, '13-kms-kes')
  })

  await test.step('migrates IAM with a bar that moves', async () => {
    await open(page, 'IAM migration')
    await page.getByRole('button', { name: 'Migrate', exact: true }).click()
    await shoot(page, '14-migrate-dialog')
    await page.keyboard.press('Escape')
    await startMigration(page, demo.secretKey)
    const done = page.getByRole('progressbar', { name: 'IAM migration: progress' })
    const seen = new Set<number>()
    await expect
      .poll(
        async () => {
          seen.add(Number(await done.getAttribute('aria-valuenow')))
          return page.getByRole('heading', { name: 'IAM migration: done' }).isVisible()
        },
        { timeout: 60_000, intervals: [50] },
      )
      .toBe(true)
    expect([...seen].length, `values of the bar: ${[...seen].join(', ')}`).toBeGreaterThan(3)
    await expect(page.getByRole('region', { name: 'Job' })).toContainText('each read back from the drives')
    await shoot(page, '15-migration-done')
  })

  await test.step('seals a bucket, and has it proven by an object', async () => {
    await open(page, 'Buckets')
    await expect(page.getByRole('row', { name: /hr-records/ })).toBeVisible()
    await shoot(page, '16-buckets')
    await encryptBucket(page, 'hr-records', 'acme-key')
    const panel = page.getByRole('complementary', { name: 'hr-records' })
    await expect(panel).toContainText('SSE-KMS')
    await panel.getByRole('link', { name: 'Proof', exact: true }).click()
    await panel.getByRole('button', { name: 'Write a probe' }).click()
    await expect(panel).toContainText('The probe was sealed as the bucket promises.')
    await expect(panel).toContainText('SSE-KMS, acme-key')
    await expect(panel.getByRole('rowheader', { name: 'x-amz-server-side-encryption', exact: true })).toBeVisible()
    await shoot(page, '17-bucket-probe')
    await page.keyboard.press('Escape')
  })

  await test.step('reads what is left', async () => {
    await open(page, 'Overview')
    await expect(verdict).not.toContainText(UNDER_ROOT)
    await expect(verdict.getByRole('link', { name: 'See the items' })).toBeVisible()
    await expect(page.getByText('Key acme-key has no proven backup')).toBeVisible()
    await shoot(page, '18-overview-after')
    await open(page, 'Move to KES')
    await expect(page.getByText('Every step holds')).toBeVisible()
    await shoot(page, '19-move-holds')
    await open(page, 'Keys')
    await page.getByRole('link', { name: 'acme-key' }).click()
    const key = page.getByRole('complementary', { name: 'acme-key' })
    await key.getByRole('button', { name: 'Prove' }).click()
    await expect(key).toContainText('Proven')
    await shoot(page, '20-key-proof')
    await page.goto('/jobs')
    await expect(page.getByRole('cell', { name: 'IAM migration' })).toBeVisible()
    await shoot(page, '21-jobs')
    await page.getByRole('table', { name: 'Jobs' }).getByRole('link').first().click()
    await expect(page.getByRole('heading', { name: /: done$/ })).toBeVisible()
    await shoot(page, '22-job')
  })
})
