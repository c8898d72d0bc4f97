import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { armor, Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { withClient } from '../apps/sandbox/src/client.ts'
import { readDrives } from './acts.ts'
import { expect, signIn, test } from './fixtures.ts'
import { allowDeleting, asAdmin, backdate, denyKey, type OwnConsole, startOwn } from './key-console.ts'
import { shoot } from './screenshots.ts'
import { stopRestarted } from './servers.ts'

test.use({ cluster: 'keys' })
test.describe.configure({ mode: 'serial' }) // Each goes on from the keys of the one before.

let own: OwnConsole
let scratch: string

test.beforeAll(async ({ demo }) => {
  scratch = mkdtempSync(join(tmpdir(), 'strongroom-keys-'))
  await allowDeleting(demo)
  own = await startOwn(demo, scratch)
})

test.afterAll(async () => {
  await stopRestarted()
  rmSync(scratch, { recursive: true })
  await own.stop()
})

const at = (path: string) => `${own.url}${path}`
const pageTab = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name, exact: true })
const table = (page: Page) => page.getByRole('table', { name: 'Keys', exact: true })
const result = (page: Page) => page.getByRole('region', { name: 'Result' })

test('keys are created, listed, filtered and sorted, and the address keeps how', async ({ page, demo }) => {
  await signIn(page, demo, at('/keys'))
  await expect(page.getByText('KES has none yet')).toBeVisible()

  await page.getByRole('button', { name: 'Create key' }).click()
  const dialog = page.getByRole('dialog', { name: 'Create key' })
  await dialog.getByLabel('Name').fill('tenant-a')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  const panel = page.getByRole('complementary', { name: 'tenant-a' })
  await expect(panel).toContainText('Opens')
  await expect(panel).toContainText('None is proven')
  await expect(page.getByText(/A canary is kept for it\. No second copy of it is proven\./)).toBeVisible()
  await shoot(page, '60-key-panel')
  await page.keyboard.press('Escape')

  await asAdmin(demo, 'PUT', '/v1/key/create/tenant-b')
  await asAdmin(demo, 'PUT', '/v1/key/create/other')
  await page.reload()
  await expect(page.getByText('3 keys')).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type('TENANT')
  await expect(page.getByText('2 of 3 keys')).toBeVisible()
  await expect(page).toHaveURL(/q=TENANT/)
  await table(page).getByRole('button', { name: 'Key' }).click()
  await table(page).getByRole('button', { name: 'Key' }).click()
  await expect(page).toHaveURL(/sort=-name/)
  await page.reload()
  await expect(table(page).getByRole('link')).toHaveText(['tenant-b', 'tenant-a'])
  await page.getByRole('button', { name: /^Canary opens/ }).click()
  await expect(page).toHaveURL(/state=opens/)
  await expect(table(page).getByRole('link')).toHaveText(['tenant-a'])

  await table(page).getByRole('link', { name: 'tenant-a' }).click()
  await panel.getByRole('link', { name: 'Whole account' }).click()
  await expect(page.getByRole('heading', { name: 'tenant-a', level: 1 })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Details' })).toContainText('Not the default key')
  await page.getByRole('link', { name: 'All keys' }).click()
  await expect(page).toHaveURL(/q=TENANT.*state=opens/)
})

test('keys come from the server, and are proven on what the cluster sealed', async ({ page, demo }) => {
  await signIn(page, demo, at('/keys/import'))
  const start = page.getByRole('button', { name: 'Import key', exact: true })
  await expect(start).toBeVisible()
  await shoot(page, '61-key-import-server')
  await start.click()
  await expect(result(page)).toContainText('KES has the key acme-key now.')
  await expect(result(page)).toContainText('Proven: acme-key in KES opens')
  await result(page).getByText('How do we know?').click()
  await expect(result(page).getByRole('table', { name: 'Samples' })).toContainText('Opened')
  await page.getByRole('link', { name: 'Show the key' }).click()
  await expect(page.getByRole('region', { name: 'Details' })).toContainText('Default key of MinIO')
})

for (const [form, written] of [
  ['32 raw bytes in a file', (key: Buffer) => key],
  ['Base64 in a file', (key: Buffer) => `${key.toString('base64')}\n`],
  ['NAME:BASE64 in a file, as in MINIO_KMS_SECRET_KEY', (key: Buffer) => `my-key:${key.toString('base64')}\n`],
] as const)
  test(`keys come wrapped by openssl alone: ${form}`, async ({ page, demo }) => {
    const material = randomBytes(32)
    const name = form.replace(/\W+/g, '-').toLowerCase()
    const sent: string[] = []
    page.on('request', (each) => sent.push(`${each.url()} ${each.postData() ?? ''}`))
    await signIn(page, demo, at('/keys/import?way=wrapped'))
    await page.getByLabel('Key name').fill(name)
    await page.getByRole('button', { name: 'Get the public key' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download the public key' }).click()
    const pem = await download
    await pem.saveAs(join(scratch, pem.suggestedFilename()))

    await page.getByRole('radio', { name: form, exact: true }).check()
    const line = await page.getByRole('figure').filter({ hasText: 'On that machine' }).locator('pre').innerText()
    writeFileSync(join(scratch, 'FILE'), written(material))
    const wrapped = execFileSync('sh', ['-c', line], { cwd: scratch, encoding: 'utf8' })
    await page.getByLabel('The wrapped key, base64').fill(wrapped)
    if (form.startsWith('32')) await shoot(page, '62-key-import-wrapped')
    await page.getByRole('button', { name: 'Import key', exact: true }).click()
    await expect(result(page)).toContainText(`KES has the key ${name} now.`)
    await expect(result(page)).toContainText(
      'Yes: what was sealed with the wrapped key that was brought in opens in KES',
    )
    expect(sent.filter((each) => leaks(each, material))).toEqual([])
  })

test('keys are never taken as they are: what looks like a key leaves the field, and goes nowhere', async ({
  page,
  demo,
}) => {
  const material = randomBytes(32)
  await signIn(page, demo, at('/keys/import?way=wrapped&name=raw-paste'))
  await page.getByRole('button', { name: 'Get the public key' }).click()
  const field = page.getByLabel('The wrapped key, base64')
  await expect(field).toBeVisible()
  const sent: string[] = []
  page.on('request', (each) => sent.push(`${each.url()} ${each.postData() ?? ''}`))
  for (const text of [material.toString('base64'), material.toString('hex'), `k:${material.toString('base64')}`]) {
    await field.fill(text)
    await expect(page.getByRole('alert')).toContainText('This looks like the key itself')
    await expect(field).toHaveValue('')
    await page.getByRole('button', { name: 'Import key', exact: true }).click()
  }
  await shoot(page, '63-key-import-refused')
  await field.fill('hello')
  await page.getByRole('button', { name: 'Import key', exact: true }).click()
  await expect(field).toHaveAccessibleDescription(/not base64/)
  expect(sent.filter((each) => each.includes('/import') || leaks(each, material))).toEqual([])
  expect(leaks(await page.content(), material)).toBe(false)
})

test('keys wrapped with anything else are refused, and a new public key is one click away', async ({
  page,
  demo,
  watch,
}) => {
  watch.expect(/\/keys\/foreign\/import:.* 400 /)
  await signIn(page, demo, at('/keys/import?way=wrapped&name=foreign'))
  await page.getByRole('button', { name: 'Get the public key' }).click()
  const field = page.getByLabel('The wrapped key, base64')
  await field.fill(randomBytes(384).toString('base64'))
  await page.getByRole('button', { name: 'Import key', exact: true }).click()
  await expect(page.getByText('The public key is spent')).toBeVisible()
  await expect(field).toHaveAccessibleDescription(/other settings|another public key/)
  await page.getByRole('button', { name: 'Get a new public key' }).click()
  await expect(page.getByText('The public key is spent')).toBeHidden()
  await expect(field).toHaveValue('')
})

test('keys are made here with a second copy that its recipient opens', async ({ page, demo }) => {
  const identity = await generateX25519Identity()
  await signIn(page, demo, at('/keys/import?way=made'))
  await page.getByLabel('Key name').fill('made-here')
  const recipient = page.getByLabel('age recipient')
  await recipient.fill(identity)
  await expect(recipient).toHaveValue('')
  await expect(recipient).toHaveAccessibleDescription(/identity/)
  await recipient.fill(await identityToRecipient(identity))
  await page.getByRole('button', { name: 'Make and import key' }).click()
  await expect(result(page)).toContainText('KES has the key made-here now.')
  await shoot(page, '64-key-made')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download the second copy' }).click()
  const copy = join(scratch, 'copy.age')
  await (await download).saveAs(copy)
  await expect(result(page)).toContainText('Now try that the second copy opens')

  const age = new Decrypter()
  age.addIdentity(identity)
  const text = await age.decrypt(armor.decode(readFileSync(copy, 'utf8')), 'text')
  const [, base64] = /^made-here:(.{44})$/m.exec(text) ?? []
  const material = Buffer.from(base64!, 'base64')
  expect(material).toHaveLength(32)
  await page.getByRole('link', { name: 'Show the key' }).click()
  await expect(page.getByRole('region', { name: 'Details' })).toContainText('A sealed copy was made')
  expect(leaks(await page.content(), material)).toBe(false)
})

test('keys that are other material under the right name are recognised', async ({ page, demo }) => {
  await asAdmin(demo, 'DELETE', '/v1/key/delete/acme-key')
  await asAdmin(demo, 'PUT', '/v1/key/create/acme-key') // What `kes key create NAME BASE64` of old guides does.
  await signIn(page, demo, at('/keys/acme-key?tab=proof'))
  await page.getByRole('button', { name: 'Prove' }).click()
  const proof = page.getByRole('region', { name: 'Proof' })
  await expect(proof).toContainText('is other key material than the one that sealed this cluster’s data')
  await expect(proof).toContainText('kes key create acme-key')
  await proof.getByText('How do we know?').click()
  await expect(proof.getByRole('table', { name: 'Samples' })).toContainText('Not opened')
  await shoot(page, '65-key-wrong-material')

  await asAdmin(demo, 'DELETE', '/v1/key/delete/acme-key')
  await proof.getByRole('link', { name: 'Ways to import a key' }).click()
  await page.getByRole('button', { name: 'Import key', exact: true }).click()
  await expect(result(page)).toContainText('Proven: acme-key in KES opens')
})

test('keys have a canary that can be stopped, kept and sealed anew', async ({ page, demo }) => {
  await signIn(page, demo, at('/keys/tenant-a?tab=canary'))
  const canary = page.getByRole('region', { name: 'Canary' })
  await expect(canary).toContainText('Opens')
  await shoot(page, '66-key-canary')
  await canary.getByRole('button', { name: 'Seal anew' }).click()
  const anew = page.getByRole('dialog', { name: 'Seal the canary of tenant-a anew' })
  await anew.getByRole('button', { name: 'Seal anew' }).click()
  await expect(anew).toBeHidden()
  await canary.getByRole('button', { name: 'Stop the canary' }).click()
  const stop = page.getByRole('dialog', { name: 'Stop the canary of tenant-a' })
  await stop.getByRole('button', { name: 'Stop the canary' }).click()
  await expect(canary).toContainText('The console keeps no canary for this key.')
  await canary.getByRole('button', { name: 'Keep a canary' }).click()
  await expect(canary).toContainText('Opens')
})

test('keys in use are told where, and can’t be marked', async ({ page, demo }) => {
  await signIn(page, demo, at('/keys/acme-key?tab=usage'))
  const places = page.getByRole('table', { name: 'Places' })
  await expect(places.getByRole('row', { name: /Default key of the server/ })).toContainText('In use')
  await expect(page.getByText('This key can’t be deleted now')).toBeVisible()
  await shoot(page, '67-key-usage')
  await pageTab(page, 'Deletion').click()
  const deletion = page.getByRole('region', { name: 'Deletion', exact: true })
  await expect(deletion.getByRole('button', { name: /^1\. / })).toContainText('Would lose data')
  await expect(deletion.getByRole('button', { name: 'Mark for deletion' })).toHaveAttribute('aria-disabled', 'true')
  await expect(deletion).toContainText('What is in the way comes first')
  await shoot(page, '68-key-deletion-in-use')
})

test('keys are marked with a statement, wait, are refused what comes too early, and are unmarked', async ({
  page,
  demo,
}) => {
  await signIn(page, demo, at('/keys/other?tab=deletion'))
  const deletion = page.getByRole('region', { name: 'Deletion', exact: true })
  await deletion.getByRole('button', { name: 'Mark for deletion' }).click()
  const dialog = page.getByRole('dialog', { name: 'Mark other for deletion' })
  await expect(dialog.getByLabel('Days to wait')).toHaveValue('7')
  await dialog.getByLabel('Other clusters on this KES').fill('none')
  await dialog.getByRole('button', { name: 'Mark for deletion' }).click()
  await expect(dialog.getByLabel('Other clusters on this KES')).toHaveAttribute('aria-invalid', 'true')
  await shoot(page, '69-key-mark')
  await dialog.getByLabel('Other clusters on this KES').fill('No other cluster uses this KES: it is a test.')
  await dialog.getByRole('button', { name: 'Mark for deletion' }).click()
  await expect(dialog).toBeHidden()
  await expect(deletion.getByRole('button', { name: /^1\. / })).toContainText('Holds')
  await expect(deletion.getByRole('button', { name: /^2\. / })).toContainText('Waiting')
  await expect(deletion).toContainText('in 6 days')
  await deletion.getByRole('button', { name: /^4\. / }).click()
  await expect(deletion).toContainText('The earlier steps come first.')

  backdate(own, 'other', 'waitUntil')
  await page.goto(at('/keys/other?tab=deletion'))
  await expect(deletion.getByRole('button', { name: /^3\. / })).toContainText('Do this')
  await expect(deletion.getByRole('figure').filter({ hasText: 'Below policy: console: deny:' })).toContainText(
    '- /v1/key/decrypt/other',
  )
  await expect(deletion.getByRole('button', { name: 'Take into quarantine' })).toHaveAttribute('aria-disabled', 'true')
  await expect(deletion.getByRole('region', { name: 'Rehearsal' })).toContainText('MinIO’s default key works')
  await shoot(page, '70-key-quarantine')

  await page.goto(at('/keys?state=marked'))
  await expect(table(page).getByRole('link')).toHaveText(['other'])
  await page.goto(at('/keys/other?tab=deletion'))
  await deletion.getByRole('button', { name: 'Undo the mark' }).click()
  await expect(deletion.getByRole('button', { name: /^1\. / })).toContainText('Do this')
  await page.goto(at('/keys'))
  await expect(table(page).getByRole('link', { name: 'other' })).toBeVisible()
  await expect(table(page)).not.toContainText('Marked')
  await shoot(page, '71-keys')
})

test('without a deleter in the role file, the way to a deletion says what is missing', async ({ page, demo }) => {
  await signIn(page, demo, '/keys?act=create')
  const create = page.getByRole('dialog', { name: 'Create key' })
  await create.getByLabel('Name').fill('undeletable')
  await create.getByRole('button', { name: 'Create key' }).click()
  await page
    .getByRole('complementary', { name: 'undeletable' })
    .getByRole('link', { name: 'Deletion', exact: true })
    .click()
  const mark = page.getByRole('button', { name: 'Mark for deletion' })
  await expect(mark).toHaveAttribute('aria-disabled', 'true')
  await expect(page.getByRole('region', { name: 'Deletion', exact: true })).toContainText('deleter')
})

test('a key that nothing needs goes the whole way: marked, denied by KES, deleted by its name', async ({
  page,
  demo,
  watch,
}) => {
  test.setTimeout(120_000)
  watch.expect(/ 50[24] /) // KES is started anew with other policies.
  await withClient({ ...demo, endpoint: demo.minio.endpoint }, join(demo.dir, 'mc'), (mc) =>
    // Objects under SSE-S3 tell nobody their key, so with them no key can be excluded.
    mc('rm', '--recursive', '--force', '--versions', 'demo/q4-reports'),
  )
  await signIn(page, demo, at('/iam'))
  await readDrives(page)
  await page.goto(at('/keys/other?tab=deletion'))
  const deletion = page.getByRole('region', { name: 'Deletion', exact: true })
  await deletion.getByRole('button', { name: 'Mark for deletion' }).click()
  const mark = page.getByRole('dialog', { name: 'Mark other for deletion' })
  await mark.getByLabel('Other clusters on this KES').fill('No other cluster uses this KES: it is a test.')
  await mark.getByRole('button', { name: 'Mark for deletion' }).click()
  await expect(mark).toBeHidden()
  backdate(own, 'other', 'waitUntil')
  await denyKey(demo, 'other')

  await page.goto(at('/keys/other?tab=deletion'))
  await deletion.getByRole('button', { name: 'Take into quarantine' }).click()
  await expect(deletion.getByRole('button', { name: /^3\. / })).toContainText('Holds')
  await expect(deletion.getByRole('button', { name: /^4\. / })).toContainText('Waiting')
  backdate(own, 'other', 'quarantinedAt')
  await page.goto(at('/keys/other?tab=deletion'))
  await deletion.getByRole('button', { name: 'Delete key other' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete key other' })
  await expect(dialog).toContainText('can never be read again, and there is no undo')
  await dialog.getByLabel('Type the key’s name').fill('other')
  await page.keyboard.press('Enter')
  await shoot(page, '72-key-delete')
  await expect(dialog).toBeVisible()
  await dialog.getByRole('button', { name: 'Delete key other' }).click()
  await expect(page).toHaveURL(at('/keys'))
  await expect(table(page).getByRole('link', { name: 'tenant-a' })).toBeVisible()
  await expect(table(page).getByRole('link', { name: 'other' })).toHaveCount(0)
})

/** In any form in which it could be written down. */
const leaks = (text: string, material: Buffer) =>
  [material.toString('base64'), material.toString('base64url'), material.toString('hex')].some((form) =>
    [form, encodeURIComponent(form)].some((each) => text.includes(each)),
  )
