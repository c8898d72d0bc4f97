import { readFileSync, writeFileSync } from 'node:fs'
import { open } from './acts.ts'
import { expect, signIn, test } from './fixtures.ts'
import { shoot } from './screenshots.ts'
import { killMinio, stopRestarted } from './servers.ts'

test.use({ cluster: 'no-kms' })
test.afterAll(stopRestarted)

test('a KMS that was removed leaves IAM unloaded: it is told, and healed by putting the key back', async ({
  page,
  context,
  demo,
  watch,
}) => {
  test.setTimeout(120_000)
  watch.expect(/ 50[24] /, / 401 /, / 409 /)
  await signIn(page, demo) // MinIO keeps the session's credentials under the key that goes away now.
  const verdict = page.getByRole('region', { name: 'Verdict' })
  await expect(verdict).toContainText('Not verified')

  const withKey = readFileSync(demo.minio.envFile, 'utf8')
  const without = await killMinio(demo)
  writeFileSync(demo.minio.envFile, withKey.replace(/^MINIO_KMS_SECRET_KEY=.*\n/m, ''))
  await without.restart()
  await expect(verdict).toContainText('MinIO is running but has not loaded its users. Do not change anything.', {
    timeout: 40_000,
  })
  await shoot(page, '40-overview-iam-not-loaded')
  await open(page, 'KMS')
  await expect(page.getByRole('region', { name: 'Default key' })).toContainText('MinIO has not loaded its users')
  await shoot(page, '41-kms-iam-not-loaded')

  await test.step('who signs in now sees why', async () => {
    const fresh = await context.browser()!.newPage()
    await signIn(fresh, demo, demo.url)
    await expect(fresh.getByRole('main')).toContainText(
      'No KMS is configured: items that a KMS key sealed can’t be read.',
    )
    await shoot(fresh, '42-overview-no-kms')
    await open(fresh, 'Move to KES')
    await expect(fresh.getByText('MinIO has no KMS, so there is no key to move.')).toBeVisible()
    await fresh.close()
  })

  const back = await killMinio(demo)
  writeFileSync(demo.minio.envFile, withKey)
  await back.restart()
  await open(page, 'Overview')
  await expect(verdict).toContainText('Not verified', { timeout: 40_000 })
  await open(page, 'KMS')
  await expect(page.getByRole('region', { name: 'Default key' })).toContainText('works')
})
