import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Request } from '@playwright/test'
import { startConsole } from '../apps/sandbox/src/console.ts'
import { freePort } from '../apps/sandbox/src/ports.ts'
import { open, readDrives } from './acts.ts'
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
    await page.goto('about:blank') // What the page asks of a console that is gone would count as its error.
    await child.stop()
    rmSync(dir, { recursive: true })
  }
})

const FIRST_READS = [
  { path: '/', reads: ['/session', '/overview'] },
  { path: '/buckets/invoices', reads: ['/session', '/buckets?limit=40'] },
  { path: '/kms', reads: ['/session', '/kms'] },
  { path: '/keys', reads: ['/session', '/keys?limit=100'] },
  { path: '/iam', reads: ['/session', '/iam/audits/latest', '/iam/audits/latest/items?limit=100'] },
]

test('what a page reads first is asked before the app is here, in turn, and once', async ({ page, demo }) => {
  await signIn(page, demo)
  await readDrives(page)
  for (const { path, reads } of FIRST_READS)
    await test.step(path, async () => {
      const asked: string[] = []
      const note = (request: Request) => {
        const [, read] = request.url().split('/api/v1')
        if (read !== undefined) asked.push(read)
      }
      page.on('request', note)
      // Without its code the app asks for nothing.
      await page.route(/\/assets\/base-.*\.js$/, async (route) => {
        await expect.poll(() => asked).toEqual(reads)
        await route.continue()
      })
      await page.goto(path)
      await expect(page.getByRole('link', { name: /^Verdict: / })).toBeVisible()
      for (const read of reads)
        expect(
          asked.filter((each) => each === read),
          read,
        ).toHaveLength(1)
      await page.unrouteAll()
      page.off('request', note)
    })
})

test('the first page comes in eight requests at most', async ({ page, demo }) => {
  await signIn(page, demo)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.reload({ waitUntil: 'networkidle' })
  await expect(page.getByRole('region', { name: 'Verdict' })).toBeVisible()
  expect(asked.length, asked.join('\n')).toBeLessThanOrEqual(8)
})
