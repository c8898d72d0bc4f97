import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { encryptBucket, importKey, open, readDrives, restartMinio, writeLines } from './acts.ts'
import { expect, signIn, test } from './fixtures.ts'
import { leaksIn, secrets } from './secrets.ts'

test.use({ cluster: 'canary' })

/** What holds secrets by its nature: the cluster's own env file and drives, KES, and mc's own settings. */
const holders = new Set(['minio.env', 'drives', 'kes', 'mc'])

const places = [
  '/',
  '/buckets',
  ...['', '?tab=proof', '?tab=objects'].map((tab) => `/buckets/hr-records${tab}`),
  '/buckets/~house',
  '/buckets/~batch',
  '/kms',
  '/kms/access',
  '/kms/access?policy=console',
  '/kms/draft?policy=console',
  '/kms/drills',
  '/keys',
  '/keys/acme-key',
  ...['details', 'proof', 'canary', 'usage', 'deletion'].map((tab) => `/keys/acme-key?tab=${tab}`),
  '/keys/import',
  '/keys/import?way=wrapped',
  '/keys/import?way=made',
  '/activity',
  '/iam',
  '/iam?item=config%2Fiam%2Fusers%2Famelia%2Fidentity.json',
  '/iam/reports',
  '/iam/compare',
  '/guides/move-to-kes',
  '/jobs',
]

test('no secret of the cluster comes to the browser, nor stays in a file, over the whole walk', async ({
  page,
  demo,
  watch,
}) => {
  test.setTimeout(180_000)
  watch.expect(/ 50[24] /)
  expect(secrets.length).toBeGreaterThan(35)
  expect(leaksIn(`{"secret":${JSON.stringify(demo.secretKey)}}`)).toEqual([0])

  await signIn(page, demo)
  await readDrives(page)
  await open(page, 'Move to KES')
  await importKey(page)
  await writeLines(page)
  await restartMinio(page)
  await open(page, 'IAM migration')
  await page.getByRole('button', { name: 'Migrate', exact: true }).click()
  await page.getByLabel(/^Secret key of /).fill(demo.secretKey)
  await page.getByRole('button', { name: 'Start migration' }).click()
  await expect(page.getByRole('heading', { name: 'IAM migration: done' })).toBeVisible({ timeout: 60_000 })
  await encryptBucket(page, 'hr-records', 'acme-key')

  for (const path of places) {
    await page.goto(path)
    await expect(page.getByRole('link', { name: /^Verdict: / })).toBeVisible()
    await expect(page.getByText('Reading …')).toHaveCount(0)
    for (const more of await page.getByText('How do we know?').all()) await more.click()
    expect(leaksIn(await page.content()), `the page ${path}`).toEqual([])
    expect(leaksIn(await kept(page)), `what the browser keeps at ${path}`).toEqual([])
  }

  await watch.settle()
  expect(watch.received.filter(({ from }) => from.endsWith('(stream)')).length, 'events of streams').toBeGreaterThan(10)
  expect(watch.received.length).toBeGreaterThan(100)
  expect(watch.leaks()).toEqual([])

  const files = filesBelow(demo.dir)
  expect(files.map((file) => file.slice(demo.dir.length + 1))).toEqual(
    expect.arrayContaining(['logs/console.log', expect.stringMatching(/^console\/sessions\//)]),
  )
  expect(files.filter((file) => leaksIn(readFileSync(file, 'latin1')).length > 0)).toEqual([])
})

/** All that a script could find again: storages, databases, caches and cookies. */
const kept = (page: Page) =>
  page.locator('html').evaluate(async ({ ownerDocument }) => {
    const { indexedDB, caches, localStorage, sessionStorage } = ownerDocument.defaultView
    const databases = await indexedDB.databases()
    const cached = await caches.keys()
    return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, databases, cached, ownerDocument.cookie])
  })

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (holders.has(name)) return []
    return statSync(path).isDirectory() ? filesBelow(path) : [path]
  })
}
