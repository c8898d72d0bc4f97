import { readFileSync } from 'node:fs'
import type { Locator, Page } from '@playwright/test'
import type { Ready } from '../apps/sandbox/src/demo.ts'
import { bucketRow, bucketTable, ended, openBucket } from './bucket-acts.ts'
import { expect, type Hand, signIn, test } from './bucket-cluster.ts'
import { shoot } from './screenshots.ts'
import { killKes, stopRestarted } from './servers.ts'

test.use({ cluster: 'buckets-objects', drives: 'kes-latest' })
test.describe.configure({ mode: 'serial' }) // Each goes on from the objects of the one before.
test.afterAll(stopRestarted)

const KEY = 'bucket-hr-key'
const NEW_KEY = 'minio-iam-2026b'
const sealedBy = (key: string) => ({
  'x-amz-server-side-encryption': 'aws:kms',
  'x-amz-server-side-encryption-aws-kms-key-id': key,
})
const SSE_S3 = { 'x-amz-server-side-encryption': 'AES256' }
/** Names as clients make them. */
const ODD = 'a & b/<c> "d" ü\u202f1.txt'

/** A bucket that keeps versions: three plain current objects, two under SSE-S3, one under a key, and older versions of two. */
async function seed(hand: Hand, bucket: string) {
  await hand.mc((mc) => mc('mb', '--with-versioning', `demo/${bucket}`))
  for (const key of ['one.txt', 'two/deep.txt', ODD])
    await hand.put(bucket, key, `plain ${key}`, { 'x-amz-tagging': 'a=b' })
  await hand.put(bucket, 'was-plain.txt', 'before')
  await hand.put(bucket, 'was-plain.txt', 'after', SSE_S3)
  await hand.put(bucket, 'sealed.txt', 'by the default key', SSE_S3)
  await hand.put(bucket, 'sealed/by-key.txt', 'by a key', sealedBy(KEY))
  await hand.put(bucket, 'gone.txt', 'below a delete marker')
  await hand.send({ method: 'DELETE', path: `/${bucket}/gone.txt` })
}

/** The tab of a bucket's panel, by its address. */
async function openTab(page: Page, bucket: string, tab: 'Proof' | 'Objects'): Promise<Locator> {
  const panel = await openBucket(page, bucket)
  await panel.getByRole('link', { name: tab, exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`tab=${tab.toLowerCase()}`))
  return panel
}

/** Under credentials of its own. */
const giveSecret = (dialog: Locator, { secretKey }: Ready) => dialog.getByLabel(/^Secret key of /).fill(secretKey)

async function countObjects(page: Page, bucket: string, panel: Locator) {
  await panel.getByRole('button', { name: 'Count', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: `Count the objects of ${bucket}` })
  await dialog.getByRole('radio', { name: 'Those of this session' }).check()
  await dialog.getByRole('button', { name: 'Count', exact: true }).click()
  await expect(dialog).toBeHidden()
}

const states = (panel: Locator) => panel.getByRole('table', { name: 'Current and older versions by what seals them' })
const stateRow = (panel: Locator, name: string) => states(panel).getByRole('row').filter({ hasText: name })

test('a probe by hand leaves dated evidence; a locked bucket is asked about first; no schedule without an access key', async ({
  page,
  demo,
  hand,
}) => {
  await hand.mc(async (mc) => {
    await mc('mb', 'demo/papers')
    await mc('encrypt', 'set', 'sse-kms', KEY, 'demo/papers')
    await mc('mb', '--with-lock', 'demo/vault')
    await mc('retention', 'set', '--default', 'governance', '30d', 'demo/vault')
    await mc('encrypt', 'set', 'sse-s3', 'demo/vault')
    await mc('mb', 'demo/open-house')
  })
  await signIn(page, demo, '/buckets')
  const panel = await openTab(page, 'papers', 'Proof')
  await expect(panel).toContainText('No probe was written in this bucket yet')
  await panel.getByRole('button', { name: 'Write a probe' }).click()
  const evidence = panel.getByRole('region', { name: 'Evidence' })
  await expect(evidence).toContainText('The probe was sealed as the bucket promises.')
  await expect(evidence).toContainText(`SSE-KMS, ${KEY}`)
  await expect(evidence).toContainText('Yes, all of it')
  await expect(evidence.getByRole('table')).toContainText('x-amz-server-side-encryption-aws-kms-key-id')
  expect(await hand.mc((mc) => mc('ls', '--recursive', '--versions', 'demo/papers'))).toBe('')
  await shoot(page, '86-bucket-proof')

  const schedule = panel.getByRole('region', { name: 'On a schedule' })
  const on = schedule.getByRole('button', { name: 'Switch on' })
  await expect(on).toHaveAttribute('aria-disabled', 'true')
  await expect(on).toHaveAccessibleDescription('The console has no access key for probes of its own.')

  await openTab(page, 'vault', 'Proof')
  const vault = page.getByRole('complementary', { name: 'vault' })
  const write = vault.getByRole('button', { name: 'Write a probe' })
  await expect(write).toHaveAttribute('aria-disabled', 'true')
  await expect(vault.getByRole('button', { name: 'Switch on' })).toHaveAccessibleDescription(/^Object lock is on/)
  await vault.getByRole('checkbox', { name: /^Object lock is on/ }).check()
  await write.click()
  await expect(vault.getByRole('region', { name: 'Evidence' })).toContainText('sealed as the bucket promises')
  await expect(vault.getByRole('region', { name: 'Evidence' })).toContainText('Yes, all of it')

  const open = await openTab(page, 'open-house', 'Proof')
  await open.getByRole('button', { name: 'Write a probe' }).click()
  await expect(open.getByRole('region', { name: 'Evidence' })).toContainText('The probe was written in plaintext.')
  // Nothing else was promised there.
  await page.goto('/buckets?show=failing-proof')
  await expect(bucketTable(page)).toContainText('No bucket matches the filters.')
  await page.goto('/buckets')
  await expect(bucketRow(page, 'papers')).toContainText('Holds')
})

test('what is there is counted: by state, current and older, under a client’s own key too, and what is plain as CSV', async ({
  page,
  demo,
  hand,
}) => {
  await seed(hand, 'mixed')
  await signIn(page, demo, '/buckets')
  const panel = await openTab(page, 'mixed', 'Objects')
  await expect(panel).toContainText('Nobody has counted yet.')
  await countObjects(page, 'mixed', panel)
  await expect(stateRow(panel, 'Plaintext')).toHaveText(/Plaintext\s*3 .*2 /)
  await expect(stateRow(panel, 'SSE-S3')).toHaveText(/SSE-S3\s*2 .*–/)
  await expect(stateRow(panel, `SSE-KMS ${KEY}`)).toHaveText(/1 .*–/)
  await expect(panel).toContainText('1 delete marker besides')
  const bar = panel.getByRole('region', { name: 'Versions of objects by what seals them' })
  await expect(bar).toContainText('Plaintext5')
  await shoot(page, '87-bucket-coverage')

  const download = page.waitForEvent('download')
  await panel.getByRole('link', { name: 'Download what is plain (CSV)' }).click()
  const rows = readFileSync(await (await download).path(), 'utf8')
  for (const words of ['one.txt', 'two/deep.txt', 'was-plain.txt', 'gone.txt']) expect(rows).toContain(words)
  expect(rows).not.toContain('sealed')
  expect(rows.trim().split(/\r?\n/)).toHaveLength(1 + 5)
  expect(rows).toContain('""d""')

  const docs = await openTab(page, 'docs', 'Objects')
  await countObjects(page, 'docs', docs)
  await expect(stateRow(docs, 'SSE-C')).toBeVisible()
  await page.goto('/buckets?show=plain-objects')
  await expect(bucketRow(page, 'mixed')).toContainText('38')
  await expect(bucketTable(page).getByRole('link').filter({ hasText: 'mixed' })).toBeVisible()
})

test('what is there is encrypted when its consequences are accepted: mc stat says so of each object', async ({
  page,
  demo,
  hand,
}) => {
  test.setTimeout(90_000)
  await signIn(page, demo, '/buckets')
  const panel = await openTab(page, 'mixed', 'Objects')
  await panel.getByRole('button', { name: 'Encrypt objects' }).click()
  const dialog = page.getByRole('dialog', { name: 'Encrypt the objects of mixed' })
  await dialog.getByRole('radio', { name: 'SSE-KMS' }).check()
  await dialog.getByRole('combobox', { name: 'Key' }).fill(KEY)
  const start = dialog.getByRole('button', { name: 'Encrypt objects' })
  await expect(start).toHaveAccessibleDescription('One consequence is not accepted yet.')
  await expect(dialog.getByRole('region', { name: 'What is always so' })).toContainText('Last-Modified')
  await dialog.getByRole('checkbox', { name: 'Versions are kept' }).check()
  await giveSecret(dialog, demo)
  await shoot(page, '88-bucket-encrypt-objects')
  await start.click()
  await ended(page, 'Encrypting objects: done')
  await expect(page.getByRole('region', { name: 'Report' })).toContainText(/^3 objects encrypted/)
  await shoot(page, '89-bucket-object-run')
  expect(await hand.sealsIn('mixed')).toEqual(
    new Map([
      [ODD, `aws:kms ${KEY}`],
      ['one.txt', `aws:kms ${KEY}`],
      ['sealed.txt', 'AES256'],
      ['sealed/by-key.txt', `aws:kms ${KEY}`],
      ['two/deep.txt', `aws:kms ${KEY}`],
      ['was-plain.txt', 'AES256'],
    ]),
  )
  const { bytes } = await hand.send({ method: 'GET', path: `/mixed/${ODD}` })
  expect(Buffer.from(bytes).toString()).toBe(`plain ${ODD}`)
})

test('plain versions below are removed by a job of its own: a dry run first, then the name typed', async ({
  page,
  demo,
  hand,
}) => {
  test.setTimeout(90_000)
  await signIn(page, demo, '/buckets')
  const panel = await openTab(page, 'mixed', 'Objects')
  await panel.getByRole('button', { name: 'Remove plain versions' }).click()
  const dialog = page.getByRole('dialog', { name: 'Remove plain versions of mixed' })
  await expect(dialog).toContainText('there is no undo')
  await dialog.getByRole('radio', { name: 'Remove', exact: true }).check()
  const remove = dialog.getByRole('button', { name: 'Remove plain versions' })
  await expect(remove).toHaveAccessibleDescription('Hold a dry run first, below the same prefix.')
  await dialog.getByRole('radio', { name: 'Dry run' }).check()
  await dialog.getByRole('radio', { name: 'Those of this session' }).check()
  await dialog.getByRole('button', { name: 'Start dry run' }).click()
  await ended(page, 'Removing plain versions: done')
  await expect(page.getByRole('region', { name: 'Report' })).toContainText(/^3 plain versions would be removed/)
  expect(await plainVersions(hand, 'mixed')).toBe(5)

  await page.getByRole('link', { name: 'Go on to the removal' }).click()
  await dialog.getByRole('radio', { name: 'Remove', exact: true }).check()
  await expect(dialog).toContainText('The dry run found 3 versions to remove')
  await expect(remove).toHaveAccessibleDescription('Type the name first.')
  await dialog.getByLabel('Type the bucket’s name').fill('mixed')
  await dialog.getByRole('radio', { name: 'Those of this session' }).check()
  await shoot(page, '90-bucket-remove-plain')
  await remove.click()
  await ended(page, 'Removing plain versions: done')
  await expect(page.getByRole('region', { name: 'Report' })).toContainText(/^3 plain versions removed/)
  expect(await plainVersions(hand, 'mixed')).toBe(2) // Other content, and one below a delete marker.
  await page.getByRole('link', { name: 'Count again' }).click()
  const count = page.getByRole('dialog', { name: 'Count the objects of mixed' })
  await giveSecret(count, demo)
  await count.getByRole('button', { name: 'Count', exact: true }).click()
  await expect(stateRow(page.getByRole('complementary', { name: 'mixed' }), 'Plaintext')).toHaveText(
    /Plaintext\s*–\s*2 /,
  )
})

/** As MinIO lists them with their metadata. */
async function plainVersions(hand: Hand, bucket: string): Promise<number> {
  const query = { versions: '', metadata: 'true' }
  const { bytes } = await hand.send({ method: 'GET', path: `/${bucket}`, query })
  const versions =
    Buffer.from(bytes)
      .toString()
      .match(/<Version>.*?<\/Version>/gs) ?? []
  return versions.filter((version) => !/server-side-encryption/i.test(version)).length
}

test('a batch job of MinIO copies a bucket into an encrypted one, another changes its key; both are cleaned up after', async ({
  page,
  demo,
  hand,
}) => {
  test.setTimeout(120_000)
  await hand.newBuckets(['ledger'])
  for (const number of [1, 2, 3]) await hand.put('ledger', `plain-${number}.txt`, 'plain')
  await signIn(page, demo, '/buckets')
  const panel = await openTab(page, 'ledger', 'Objects')
  await panel.getByRole('button', { name: 'Copy into a new bucket' }).click()
  const copy = page.getByRole('dialog', { name: 'Copy into a new bucket: ledger' })
  await expect(copy.getByLabel('Into the bucket')).toHaveValue('ledger-encrypted')
  await copy.getByRole('radio', { name: 'SSE-KMS' }).check()
  await copy.getByRole('combobox', { name: 'Key' }).fill(KEY)
  await copy.getByRole('button', { name: 'Start copying' }).click()
  await cleanUp(page, 'ledger → ledger-encrypted')
  expect([...(await hand.sealsIn('ledger-encrypted')).values()]).toEqual(Array(3).fill(`aws:kms ${KEY}`))

  await openTab(page, 'ledger-encrypted', 'Objects')
  await page.getByRole('button', { name: 'Change the key' }).click()
  const rotate = page.getByRole('dialog', { name: /ledger-encrypted$/ })
  await rotate.getByRole('combobox', { name: 'Key' }).fill(NEW_KEY)
  const start = rotate.getByRole('button', { name: 'Start keyrotate' })
  await expect(start).toHaveAccessibleDescription('Accept first what is lost.')
  await rotate.getByRole('checkbox').check()
  await start.click()
  await cleanUp(page, 'ledger-encrypted')
  expect([...(await hand.sealsIn('ledger-encrypted')).values()]).toEqual(Array(3).fill(`aws:kms ${NEW_KEY}`))
  expect(await hand.mc((mc) => mc('admin', 'accesskey', 'ls', 'demo', '--all', '--svcacc-only'))).not.toContain(
    'srbatch',
  )
})

/** Waits until the open job is done, clears it up, and sees that nothing of it is left. */
async function cleanUp(page: Page, name: string) {
  const job = page.getByRole('complementary', { name })
  await expect(job).toContainText('Done', { timeout: 30_000 })
  await shoot(page, '91-batch-job')
  await job.getByRole('button', { name: 'Clean up' }).click()
  const dialog = page.getByRole('dialog', { name: `Clean up: ${name}` })
  await dialog.getByRole('button', { name: 'Clean up' }).click()
  await expect(job).toBeHidden()
  await expect(page.getByText('MinIO has none.')).toBeVisible()
}

test('without KES a probe fails, says why, and the evidence keeps it', async ({ page, demo, watch }) => {
  test.setTimeout(120_000)
  watch.expect(/ 50[234] /)
  await signIn(page, demo, '/buckets')
  const panel = await openTab(page, 'papers', 'Proof')
  const killed = await killKes(demo)
  await panel.getByRole('button', { name: 'Write a probe' }).click()
  await expect(panel.getByRole('alert')).toContainText(/KES|KMS/, { timeout: 40_000 })
  const evidence = panel.getByRole('region', { name: 'Evidence' })
  await expect(evidence).toContainText('The probe could not be written or read.')
  await shoot(page, '92-bucket-proof-failed')
  await killed.restart()
  await panel.getByRole('button', { name: 'Write a probe' }).click()
  await expect(evidence).toContainText('The probe was sealed as the bucket promises.', { timeout: 40_000 })
})
