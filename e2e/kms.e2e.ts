import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { Ready } from '../apps/sandbox/src/demo.ts'
import { open } from './acts.ts'
import { expect, signIn, test } from './fixtures.ts'
import { shoot } from './screenshots.ts'
import { killKes, stopRestarted } from './servers.ts'

test.use({ cluster: 'kms' })
test.afterAll(stopRestarted)

const HOPS = [
  'Address',
  'Connection',
  'Server certificate',
  'Client certificate',
  'Clock',
  'Policy',
  'Keystore',
  'Default key',
]

const kes = (page: Page) => page.getByRole('region', { name: 'Standby KES' })
const hop = (page: Page, name: string) =>
  kes(page).getByRole('list', { name: 'The way to a data key' }).getByRole('listitem').filter({ hasText: name })
const check = (page: Page) => page.getByRole('region', { name: 'Certificate check' })
const tab = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'KMS pages' }).getByRole('link', { name, exact: true })

const pemOf = ({ dir }: Ready, name: string) => readFileSync(join(dir, 'kes', name), 'utf8')

/** The same key in a certificate of its own date, as a renewal makes it. */
const renewed = ({ dir }: Ready, key: string) =>
  execFileSync('openssl', ['req', '-x509', '-new', '-key', key, '-subj', '/CN=renewed', '-days', '90'], {
    cwd: join(dir, 'kes'),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })

test('the way to a data key holds at every hop, and the last hour has points', async ({ page, demo }) => {
  await signIn(page, demo, '/kms')
  await expect(kes(page)).toContainText('Answers')
  for (const name of HOPS.slice(0, -1)) await expect(hop(page, name), name).toContainText('Holds')
  await expect(kes(page)).not.toContainText('Broken')

  const charts = page.getByRole('region', { name: 'The last hour' })
  await expect(charts.getByRole('figure')).toHaveCount(3)
  const trips = charts.getByRole('figure', { name: 'Round trip and keystore' })
  await expect(trips.locator('svg g path').first()).toHaveAttribute('d', /^M.*L/, { timeout: 30_000 })
  await expect(trips).toContainText(/Highest [\d.]+ ms/)
  await trips.getByText('As a table').click()
  await expect(trips.getByRole('table').getByRole('row').last()).toContainText(/ms/)
  await shoot(page, '50-kms')
})

test('KES that dies: the broken hop and its cure; what it said last stays, with its age', async ({
  page,
  demo,
  watch,
}) => {
  watch.expect(/ 50[24] /)
  await signIn(page, demo, '/kms')
  await expect(kes(page)).toContainText('Answers')
  const killed = await killKes(demo)
  await expect(hop(page, 'Connection')).toContainText('Broken', { timeout: 30_000 })
  await expect(hop(page, 'Address')).toContainText('Holds')
  for (const name of HOPS.slice(2)) await expect(hop(page, name), name).toContainText('Not reached')
  await expect(kes(page)).toContainText(/As of \d\d:\d\d UTC; it has not answered since/)
  await shoot(page, '51-kms-kes-killed')

  await open(page, 'Activity')
  await expect(page.getByRole('heading', { name: 'Activity' })).toBeVisible()
  await open(page, 'KMS')
  await killed.restart()
  await expect(hop(page, 'Connection')).toContainText('Holds', { timeout: 30_000 })
  await expect(kes(page)).not.toContainText('has not answered since')
})

test('who the console is, and whether a new certificate keeps that', async ({ page, demo }) => {
  await signIn(page, demo, '/kms')
  const table = page.getByRole('table', { name: 'Identities of the console' })
  await expect(table.getByRole('row', { name: /Observing/ })).toContainText('console')

  const sent: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/kms/certificate-check')) sent.push(request.postData() ?? '')
  })
  const paste = check(page).getByLabel('Certificate in PEM form')
  const ask = async (pem: string) => {
    await paste.fill(pem)
    await check(page).getByRole('button', { name: 'Check' }).click()
  }

  await ask(renewed(demo, 'console.key'))
  await expect(check(page)).toContainText('It keeps the identity: the console’s for observing')
  expect(sent).toHaveLength(1)

  await ask(pemOf(demo, 'admin.crt'))
  await expect(check(page)).toContainText('It is another identity')
  await expect(check(page)).toContainText('identities:')
  expect(sent).toHaveLength(2)
  await shoot(page, '52-kms-other-identity')
})

test('a file with a private key is refused in the browser: no request leaves it', async ({ page, demo }) => {
  await signIn(page, demo, '/kms')
  const requests: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST') requests.push(request.url())
  })
  const { privateKey } = generateKeyPairSync('ed25519')
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  await check(page)
    .getByLabel('Certificate file')
    .setInputFiles({
      name: 'both.pem',
      mimeType: 'application/x-pem-file',
      buffer: Buffer.from(pemOf(demo, 'console.crt') + key),
    })
  await expect(check(page)).toContainText('Not sent')
  await expect(check(page)).toContainText('private key')

  const paste = check(page).getByLabel('Certificate in PEM form')
  await paste.fill(key)
  await check(page).getByRole('button', { name: 'Check' }).click()
  await expect(check(page)).toContainText('Not sent')
  await expect(paste).toHaveValue('')
  expect(await page.content()).not.toContain(key.split('\n')[1]!)
  expect(requests).toEqual([])
})

test('policies and identities as loaded: details, and the simulator with the line that says so', async ({
  page,
  demo,
}) => {
  await signIn(page, demo, '/kms')
  await tab(page, 'Policies and identities').click()
  await page.getByRole('searchbox', { name: 'Filter policies' }).fill('minio')
  await expect(page).toHaveURL(/q=minio/)
  await page.getByRole('table', { name: 'Policies' }).getByRole('link', { name: 'minio', exact: true }).click()
  const panel = page.getByRole('complementary', { name: 'minio' })
  await expect(panel.getByRole('region', { name: 'Allow' })).toContainText('/v1/key/generate/')
  await shoot(page, '53-kes-policy')
  await page.keyboard.press('Escape')
  await expect(panel).toBeHidden()
  await expect(page.getByRole('row', { name: /this console, observing/ })).toContainText('console')

  const simulator = page.getByRole('region', { name: 'Simulator' })
  const identity = simulator.getByLabel('Identity')
  const minio = await identity.locator('option', { hasText: /\bminio · / }).getAttribute('value')
  await identity.selectOption(minio)
  await simulator.getByLabel('Key').fill('acme-key')
  await expect(simulator).toContainText('Allowed')
  await expect(simulator).toContainText('/v1/key/generate/acme-key')
  await simulator.getByLabel('Wants to').selectOption('delete')
  await expect(simulator).toContainText('Denied')
  await expect(simulator).toContainText('no line')
  await expect(page).toHaveURL(/act=delete/)
  await shoot(page, '54-kes-access')
})

test('a draft is looked at while it is written, and compared with what KES has loaded', async ({ page, demo }) => {
  await signIn(page, demo, '/kms/access?policy=minio')
  await page.getByRole('complementary', { name: 'minio' }).getByRole('link', { name: 'Draft a change' }).click()
  const compare = page.getByRole('region', { name: 'Compare with KES' })
  await expect(compare).toContainText('KES has loaded exactly this draft')

  const draft = page.getByRole('region', { name: 'Draft' })
  const lint = page.getByRole('region', { name: 'What is wrong with it' })
  await draft.getByLabel('Deny').fill('/v1/key/*/acme-key')
  await expect(lint).toContainText('denies nothing')
  await draft.getByLabel('Deny').fill('/v1/key/decrypt/acme-key')
  await expect(lint).not.toContainText('denies nothing')

  const simulator = page.getByRole('region', { name: 'Simulator' })
  const minio = await simulator.locator('option', { hasText: /\bminio · / }).getAttribute('value')
  await simulator.getByLabel('Identity').selectOption(minio)
  await simulator.getByLabel('Wants to').selectOption('decrypt')
  await simulator.getByLabel('Key').fill('acme-key')
  await expect(simulator).toContainText('Denied')
  await expect(simulator).toContainText('deny /v1/key/decrypt/acme-key')

  const file = page.getByRole('region', { name: 'For KES’s configuration' })
  await expect(file).toContainText('deny:')
  const download = page.waitForEvent('download')
  await file.getByRole('button', { name: 'Download YAML' }).click()
  expect((await download).suggestedFilename()).toBe('minio.yml')

  await compare.getByRole('button', { name: 'Compare with KES' }).click()
  await expect(compare).toContainText('1 difference')
  await expect(compare).toContainText('deny: /v1/key/decrypt/acme-key (in the draft, not loaded)')
  await shoot(page, '55-kes-draft')
})

test('without a restored KES the drills page says what to set', async ({ page, demo }) => {
  await signIn(page, demo, '/kms')
  await tab(page, 'Drills').click()
  await expect(page.getByRole('region', { name: 'Hold a drill' })).toContainText('STRONGROOM_DRILL_KES_ENDPOINT')
  await expect(page.getByRole('button', { name: 'Hold a drill' })).toHaveCount(0)
  await expect(page.getByRole('table', { name: 'Drills' })).toContainText('None was held yet')
  await shoot(page, '56-drills-unconfigured')
})

test('what is done to a key is in the activity, newest first, and can be filtered by key', async ({ page, demo }) => {
  await signIn(page, demo, '/keys?act=create')
  const dialog = page.getByRole('dialog', { name: 'Create key' })
  await dialog.getByLabel('Name').fill('told-of')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await expect(dialog).toBeHidden()
  expect(existsSync(join(demo.dir, 'console/activity')), 'the trail lies on the disk').toBe(true)

  await page.goto('/activity')
  const table = page.getByRole('table', { name: 'Activity' })
  const row = table.getByRole('row', { name: /Create key/ }).filter({ hasText: 'told-of' })
  await expect(row).toContainText('Done')
  await page.getByRole('searchbox', { name: 'Filter by key' }).fill('told-of')
  await expect(page).toHaveURL(/key=told-of/)
  await expect(table.getByRole('row')).toHaveCount(2)
  await row.getByRole('button').click()
  await expect(page.getByRole('complementary', { name: 'Create key: told-of' })).toContainText('acme-root')
  await shoot(page, '57-activity')
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Jobs' }).click()
  await page.getByRole('link', { name: 'Activity' }).last().click()
  await expect(page.getByRole('heading', { name: 'Activity' })).toBeVisible()
})
