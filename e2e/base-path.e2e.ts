import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startConsole } from '../apps/sandbox/src/console.ts'
import { freePort } from '../apps/sandbox/src/ports.ts'
import { open } from './acts.ts'
import { expect, signIn, test } from './fixtures.ts'

test('below a base path, a deep link leads to its page, and every call stays below it', async ({ page, demo }) => {
  const dir = mkdtempSync(join(tmpdir(), 'strongroom-base-'))
  const { url, child } = await startConsole({
    port: await freePort(),
    logFile: join(dir, 'console.log'),
    env: {
      STRONGROOM_MINIO_ENDPOINT: demo.minio.endpoint,
      STRONGROOM_BASE_PATH: '/strongroom',
      STRONGROOM_STATE_DIR: join(dir, 'state'),
    },
    secrets: [demo.secretKey],
  })
  try {
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await signIn(page, demo, `${url}/strongroom/iam`)
    await expect(page).toHaveURL(`${url}/strongroom/iam`)
    await expect(page.getByRole('region', { name: 'No audit yet' })).toBeVisible()
    await open(page, 'Buckets')
    await page.getByRole('link', { name: 'invoices' }).click()
    await expect(page).toHaveURL(`${url}/strongroom/buckets/invoices`)
    await page.reload()
    await expect(page.getByRole('complementary', { name: 'invoices' })).toBeVisible()
    expect(asked.filter((path) => !path.startsWith('/strongroom/'))).toEqual([])
  } finally {
    await child.stop()
    rmSync(dir, { recursive: true })
  }
})

test('the first page comes in eight requests at most', async ({ page, demo }) => {
  await signIn(page, demo)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.reload({ waitUntil: 'networkidle' })
  await expect(page.getByRole('region', { name: 'Verdict' })).toBeVisible()
  expect(asked.length, asked.join('\n')).toBeLessThanOrEqual(8)
})
