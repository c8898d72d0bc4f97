import { open } from './acts.ts'
import {
  bucketRow,
  bucketTable,
  chip,
  ended,
  openBucket,
  openBulk,
  panelOf,
  preview,
  previewOf,
  results,
  selectAll,
  selection,
  watchProgress,
  words,
} from './bucket-acts.ts'
import { allow, expect, signIn, test } from './bucket-cluster.ts'
import { scroll, stepsWithoutLongTasks } from './main-thread.ts'
import { shoot } from './screenshots.ts'
import { killKes, stopRestarted } from './servers.ts'
import { openSlowly } from './slow-line.ts'

const BUCKETS = 1_000
/** Of them: those of the bulk acts. */
const BULK = 200
/** Far beyond the budget, which is measured and noted: on a machine with other work, time says little. */
const NEVER_MS = 10_000

const nameOf = (number: number) => `${number < BULK ? 'team-a' : 'tenant'}-${String(number).padStart(4, '0')}`
const bulk = Array.from({ length: BULK }, (_, number) => nameOf(number))

test.use({ cluster: 'buckets', drives: 'empty', trace: 'off' }) // Tracing would be measured along.
test.describe.configure({ mode: 'serial' }) // Each goes on from the buckets of the one before.
test.afterAll(stopRestarted)

test('buckets: the first is made with a key of its own, and is the one row of the table', async ({
  page,
  demo,
  hand,
}) => {
  await signIn(page, demo, '/buckets')
  await expect(page.getByText('MinIO has none yet that you may see')).toBeVisible()
  await page.getByRole('button', { name: 'Create bucket' }).click()
  const dialog = page.getByRole('dialog', { name: 'Create bucket' })
  await dialog.getByLabel('Name').fill('prod-first')
  await dialog.getByRole('radio', { name: 'SSE-KMS' }).check()
  await dialog.getByRole('combobox', { name: 'Key' }).fill('first-key')
  await dialog.getByRole('checkbox', { name: 'KES has no key first-key: make it' }).check()
  await dialog.getByRole('checkbox', { name: 'Versions' }).check()
  await expect(dialog.getByRole('figure')).toContainText('mc mb --with-versioning ALIAS/prod-first')
  await expect(dialog.getByRole('figure')).toContainText('mc admin kms key create ALIAS first-key')
  await shoot(page, '80-bucket-create')
  await dialog.getByRole('button', { name: 'Create bucket' }).click()
  await expect(panelOf(page, 'prod-first')).toBeVisible()
  expect(await hand.encryptInfo(['prod-first'])).toEqual(new Map([['prod-first', 'sse-kms first-key']]))

  await page.keyboard.press('Escape')
  await expect(bucketTable(page)).toHaveAttribute('aria-rowcount', '2')
  const row = bucketRow(page, 'prod-first')
  await expect(row).toContainText('SSE-KMS')
  await expect(row).toContainText('first-key')
  await expect(row).toContainText('versions')
  await page.getByRole('combobox', { name: 'Key' }).selectOption('first-key')
  await expect(page).toHaveURL(/key=first-key/)
  await expect(bucketTable(page).getByRole('link')).toHaveText(['prod-first'])
  await page.goto('/buckets?q=nothing-like-it')
  await expect(page.getByText('No bucket matches the filters.')).toBeVisible()
  await page.getByRole('button', { name: 'Show all' }).click()
  await expect(bucketTable(page).getByRole('link')).toHaveText(['prod-first'])
})

test('buckets: one is cleared by its typed name, and encrypted with a key that is made in the dialog', async ({
  page,
  demo,
  hand,
}) => {
  await signIn(page, demo, '/buckets')
  const panel = await openBucket(page, 'prod-first')
  await panel.getByRole('button', { name: 'Clear encryption' }).click()
  const clear = page.getByRole('dialog', { name: 'Clear encryption of prod-first' })
  await expect(clear).toContainText('new objects will lie in plaintext')
  const sure = clear.getByRole('button', { name: 'Clear encryption' })
  await expect(sure).toHaveAttribute('aria-disabled', 'true')
  await clear.getByLabel('Type the bucket’s name').fill('prod-first')
  await sure.click()
  await expect(clear).toBeHidden()
  expect(await hand.encryptInfo(['prod-first'])).toEqual(new Map([['prod-first', 'none']]))
  await page.goto('/buckets?show=not-encrypted')
  await expect(bucketTable(page).getByRole('link')).toHaveText(['prod-first'])

  await openBucket(page, 'prod-first')
  await panel.getByRole('button', { name: 'Encrypt', exact: true }).click()
  const encrypt = page.getByRole('dialog', { name: 'Encrypt prod-first' })
  await encrypt.getByRole('radio', { name: 'SSE-KMS' }).check()
  await encrypt.getByRole('combobox', { name: 'Key' }).fill('second-key')
  await encrypt.getByRole('checkbox', { name: 'KES has no key second-key: make it' }).check()
  await expect(encrypt).toContainText('Objects that are in the bucket already')
  await encrypt.getByRole('button', { name: 'Encrypt', exact: true }).click()
  await expect(encrypt).toBeHidden()
  expect(await hand.encryptInfo(['prod-first'])).toEqual(new Map([['prod-first', 'sse-kms second-key']]))
})

test('buckets: a rule of the house is set, its drift is shown here and on Overview, and is brought back', async ({
  page,
  demo,
  hand,
}) => {
  await signIn(page, demo, '/buckets')
  await page.getByRole('link', { name: 'House rules' }).click()
  await page.getByRole('button', { name: 'Add rule' }).click()
  const rule = page.getByRole('dialog', { name: 'Add rule' })
  await rule.getByLabel('Buckets called').fill('prod-*')
  await expect(rule.getByRole('status')).toContainText('It fits 1 bucket: prod-first')
  await rule.getByRole('combobox', { name: 'Key' }).fill('key-of-{bucket}')
  await rule.getByRole('button', { name: 'Add rule' }).click()
  await page.getByRole('button', { name: 'Save 1 rule' }).click()
  await expect(page.getByText(/^Last changed .* by /)).toBeVisible()
  await shoot(page, '81-house')

  await open(page, 'Buckets')
  await expect(bucketRow(page, 'prod-first')).toContainText('Drifted')
  await chip(page, 'Show', /^(Warning )?Drifted 1/).click()
  await expect(page).toHaveURL(/show=drifted/)
  await open(page, 'Overview')
  await expect(page.getByRole('region', { name: 'Findings' })).toContainText(
    '1 bucket does not encrypt as the rules of the house say',
  )
  await page.goto('/buckets/~house')
  await page.getByRole('button', { name: 'Bring the one drifted back' }).click()
  const back = page.getByRole('dialog', { name: 'Bring 1 bucket back to the house rule' })
  await expect(preview(back)).toContainText('SSE-KMS, second-key → SSE-KMS, key-of-prod-first')
  await back.getByRole('checkbox', { name: 'Make keys that are not there: 1 key' }).check()
  await back.getByRole('button', { name: 'Bring back 1 bucket' }).click()
  await ended(page, 'Encryption of buckets: done')
  await expect(results(page)).toContainText('Changed')
  expect(await hand.encryptInfo(['prod-first'])).toEqual(new Map([['prod-first', 'sse-kms key-of-prod-first']]))

  await page.goto('/buckets')
  await expect(bucketRow(page, 'prod-first')).toContainText('Follows')
  await open(page, 'Overview')
  await expect(page.getByRole('region', { name: 'Findings' })).not.toContainText('rules of the house')
})

test('a thousand buckets: the first rows soon on a slow line, filters and order in the URL, and no task is long', async ({
  page,
  demo,
  hand,
  browser,
}, { annotations }) => {
  test.setTimeout(120_000)
  await hand.newBuckets(Array.from({ length: BUCKETS - 1 }, (_, number) => nameOf(number)))
  await signIn(page, demo)
  await expect(page.getByRole('region', { name: 'Verdict' })).toBeVisible()
  const { firstRowMs, allMs } = await test.step('open on a slow line', () =>
    openSlowly(page, { path: '/buckets', table: 'Buckets', rows: BUCKETS }))
  annotations.push({
    type: 'first row',
    description: `at 10 Mbit/s, 40 ms, a quarter of the CPU, nothing cached: ${firstRowMs} ms; all ${BUCKETS}: ${allMs} ms`,
  })
  expect(firstRowMs).toBeLessThan(NEVER_MS)

  const step = await stepsWithoutLongTasks(browser, page, annotations)
  const table = bucketTable(page)
  // Roles are looked for outside of the steps: among this many cells Playwright itself would take long in the page.
  const rows = (count: number) =>
    page.locator(`table[aria-label="Buckets"][aria-rowcount="${count + 1}"]`).waitFor({ state: 'attached' })
  const row = (name: string) => page.locator(`[data-row="${name}"]`).waitFor({ state: 'attached' })
  await step('open', async () => {
    await page.goto('/buckets')
    await rows(BUCKETS)
  })
  await expect(page.getByRole('main').getByRole('status')).toHaveText(words(BUCKETS, 'bucket'))
  await step('scroll', () => scroll(page))
  expect(await table.getByRole('row').count()).toBeLessThan(90)
  await step('order by name, downwards', async () => {
    const byName = page.locator('thead button').first()
    await byName.click()
    await byName.click()
    await row(nameOf(BUCKETS - 2))
  })
  await expect(page).toHaveURL(/sort=-name/)
  await expect(table.getByRole('link').first()).toHaveText(nameOf(BUCKETS - 2))
  await step('type a filter', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('tenant-077', { delay: 60 })
    await rows(10)
  })
  await expect(page).toHaveURL(/q=tenant-077/)
  await page.reload()
  await expect(table.getByRole('link').first()).toHaveText('tenant-0779')
  await expect(page.getByRole('main').getByRole('status')).toHaveText(`10 of ${words(BUCKETS, 'bucket')}`)
  await page.getByRole('searchbox', { name: 'Filter buckets' }).fill('')
  await rows(BUCKETS)
  await step('select all, and show some', async () => {
    await page.locator('thead input').check()
    await page.locator('ul[aria-label="Show"] button').filter({ hasText: 'Not encrypted' }).click()
    await rows(BUCKETS - 1)
  })
  await expect(selection(page)).toContainText(`${words(BUCKETS, 'bucket')} selected, 1 hidden by the filter`)
  await expect(page).toHaveURL(/show=not-encrypted/)
})

test('two hundred buckets are encrypted at once, with progress; mc agrees on each of them', async ({
  page,
  demo,
  hand,
}) => {
  test.setTimeout(120_000)
  await signIn(page, demo, '/buckets?q=team-a')
  await selectAll(page, BULK)
  const dialog = await openBulk(page, 'Encrypt')
  await dialog.getByRole('radio', { name: 'SSE-KMS' }).check()
  await dialog.getByRole('combobox', { name: 'Key' }).fill('key-of-all')
  await expect(chip(preview(dialog), 'What happens', /^Would fail 200/)).toBeVisible()
  await dialog.getByRole('checkbox', { name: /^Make keys that are not there/ }).check()
  await expect(chip(preview(dialog), 'What happens', /^Changes 200/)).toBeVisible()
  await expect(previewOf(dialog, nameOf(0))).toContainText('Nothing → SSE-KMS, key-of-all')
  await expect(dialog.getByRole('figure')).toContainText('mc encrypt set sse-kms key-of-all "ALIAS/$b"')
  await shoot(page, '82-buckets-bulk')
  const progress = await watchProgress(page)
  await dialog.getByRole('button', { name: `Encrypt ${BULK} buckets` }).click()
  await ended(page, 'Encryption of buckets: done')
  const bar = page.getByRole('progressbar', { name: 'Encryption of buckets: progress' })
  await expect(bar).toHaveAttribute('aria-valuenow', String(BULK))
  const seen = await progress()
  expect(
    seen.filter((done) => done > 0 && done < BULK),
    'progress on the way',
  ).not.toEqual([])
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  await expect(chip(results(page), 'Outcomes', /^Changed 200/)).toBeVisible()
  await shoot(page, '83-buckets-run')

  const told = await test.step('mc encrypt info', () => hand.encryptInfo(bulk))
  expect([...told.values()]).toEqual(bulk.map(() => 'sse-kms key-of-all'))
  expect([...(await hand.encryptInfo([nameOf(BULK)])).values()]).toEqual(['none'])
  await page.goto('/buckets?key=key-of-all')
  await expect(page.getByRole('main').getByRole('status')).toHaveText(`${BULK} of ${words(BUCKETS, 'bucket')}`)

  await page.goto(`/activity?key=${BULK}%20buckets`)
  const trail = page.getByRole('table', { name: 'Activity' }).getByRole('row')
  await expect(trail.filter({ hasText: 'End of a bucket run' })).toContainText('200 changed.')
  await expect(trail.filter({ hasText: 'Start a bucket run' })).toContainText('SSE-KMS under key-of-all')
  await shoot(page, '83-buckets-trail')
})

test('buckets that fail keep their reason, and are tried again: one was removed, one may not be set', async ({
  page,
  hand,
}) => {
  test.setTimeout(90_000)
  const most = await hand.newUser('most', [
    allow(
      [
        's3:ListAllMyBuckets',
        's3:ListBucket',
        's3:GetBucketLocation',
        's3:GetEncryptionConfiguration',
        's3:GetBucketVersioning',
      ],
      '*',
    ),
    allow(['s3:PutEncryptionConfiguration'], 'tenant-030*'),
    { ...allow(['s3:PutEncryptionConfiguration'], 'tenant-0303'), Effect: 'Deny' },
  ])
  await signIn(page, most, '/buckets?q=tenant-030')
  await selectAll(page, 10)
  const dialog = await openBulk(page, 'Encrypt')
  await dialog.getByRole('radio', { name: 'SSE-S3' }).check()
  await expect(chip(preview(dialog), 'What happens', /^Changes 10/)).toBeVisible()
  await hand.send({ method: 'DELETE', path: '/tenant-0305' })
  await dialog.getByRole('button', { name: 'Encrypt 10 buckets' }).click()
  await ended(page, 'Encryption of buckets: done')
  await chip(results(page), 'Outcomes', /^Failed 2/).click()
  await expect(page).toHaveURL(/outcome=failed/)
  const why = results(page).getByRole('list', { name: 'Why they failed' })
  await expect(why.getByRole('listitem')).toHaveCount(2)
  await expect(results(page).getByRole('row').filter({ hasText: 'tenant-0303' })).toContainText(
    's3:PutEncryptionConfiguration',
  )
  await expect(results(page).getByRole('row').filter({ hasText: 'tenant-0305' })).toContainText(
    /no such bucket|does not exist|no bucket/i,
  )
  await shoot(page, '84-buckets-failed')

  await hand.newBuckets(['tenant-0305'])
  await hand.mc((mc) => mc('admin', 'policy', 'attach', 'demo', 'readwrite', '--user', 'most'))
  await page.getByRole('button', { name: 'Try the 2 that failed again' }).click()
  await expect(chip(results(page), 'Outcomes', /^Changed 1/)).toBeVisible() // Another's Deny still holds.
  await expect(chip(results(page), 'Outcomes', /^Failed 1/)).toBeVisible()
  expect(await hand.encryptInfo(['tenant-0303', 'tenant-0305'])).toEqual(
    new Map([
      ['tenant-0303', 'none'],
      ['tenant-0305', 'sse-s3'],
    ]),
  )
})

test('many buckets are cleared by typing how many, and those without anything stay', async ({ page, demo, hand }) => {
  await signIn(page, demo, '/buckets?q=team-a-001')
  await selectAll(page, 10)
  await page.getByRole('searchbox', { name: 'Filter buckets' }).fill('tenant-0400')
  await page.getByRole('checkbox', { name: 'Select tenant-0400' }).check()
  const dialog = await openBulk(page, 'Clear encryption')
  await expect(chip(preview(dialog), 'What happens', /^Changes 10/)).toBeVisible()
  await expect(chip(preview(dialog), 'What happens', /^Stays 1/)).toBeVisible()
  await expect(dialog).toContainText('10 buckets lose their default encryption: new objects will lie in plaintext')
  const clear = dialog.getByRole('button', { name: 'Clear encryption of 10 buckets' })
  await expect(clear).toHaveAttribute('aria-disabled', 'true')
  await dialog.getByLabel('Type how many buckets lose it').fill('10')
  await clear.click()
  await ended(page, 'Encryption of buckets: done')
  const cleared = bulk.slice(10, 20)
  expect([...(await hand.encryptInfo(cleared)).values()]).toEqual(cleared.map(() => 'none'))
})

test('a viewer sees the buckets that are allowed, and where the configuration may not be read, that', async ({
  page,
  hand,
  watch,
}) => {
  watch.expect(/ 403 /)
  const viewer = await hand.newUser('viewer', [
    allow(['s3:ListBucket', 's3:GetBucketLocation'], 'team-a-010*'),
    allow(['s3:GetEncryptionConfiguration'], 'team-a-0100'),
  ])
  await signIn(page, viewer, '/buckets')
  await expect(page.getByRole('main').getByRole('status')).toHaveText('10 buckets')
  await expect(bucketRow(page, 'team-a-0100')).toContainText('key-of-all')
  await expect(bucketRow(page, 'team-a-0101')).toContainText('Not read')
  await chip(page, 'Show', /Not read 9/).click()
  await expect(bucketTable(page)).toHaveAttribute('aria-rowcount', '10')
  const panel = await openBucket(page, 'team-a-0101')
  await expect(panel).toContainText('Its configuration could not be read')
  await expect(panel).toContainText('s3:GetEncryptionConfiguration')
  await shoot(page, '85-bucket-viewer')
  await panel.getByRole('button', { name: 'Encrypt', exact: true }).click()
  const encrypt = page.getByRole('dialog', { name: 'Encrypt team-a-0101' })
  await encrypt.getByRole('button', { name: 'Encrypt', exact: true }).click()
  await expect(encrypt.getByRole('alert')).toContainText('s3:PutEncryptionConfiguration')
})

test('without KES SSE-S3 can be set; a probe fails and says why', async ({ page, demo, hand, watch }) => {
  test.setTimeout(120_000)
  watch.expect(/ 50[234] /)
  await signIn(page, demo, '/buckets?q=tenant-050')
  await expect(bucketTable(page)).toHaveAttribute('aria-rowcount', '11')
  const killed = await killKes(demo)
  await selectAll(page, 10)
  const dialog = await openBulk(page, 'Encrypt')
  await dialog.getByRole('radio', { name: 'SSE-S3' }).check()
  await dialog.getByRole('button', { name: 'Encrypt 10 buckets' }).click()
  await ended(page, 'Encryption of buckets: done')
  const set = Array.from({ length: 10 }, (_, number) => nameOf(500 + number))
  expect([...(await hand.encryptInfo(set)).values()]).toEqual(set.map(() => 'sse-s3'))

  await page.goto('/buckets?q=tenant-050')
  await selectAll(page, 10)
  const probe = await openBulk(page, 'Probe')
  await probe.getByRole('button', { name: 'Probe 10 buckets' }).click()
  await ended(page, 'Probing buckets: done')
  await chip(results(page), 'Outcomes', /^Failed 10/).click()
  await expect(results(page).getByRole('list', { name: 'Why they failed' })).toContainText(/^10 buckets: .*K[EM]S/)

  await killed.restart()
  await page.getByRole('button', { name: 'Try the 10 that failed again' }).click()
  await expect(chip(results(page), 'Outcomes', /^Holds 10/)).toBeVisible({ timeout: 30_000 })
})

test('a run that is stopped names the buckets that it did not reach, and goes on with them', async ({
  page,
  demo,
  hand,
}) => {
  test.setTimeout(120_000)
  // The first bucket has a name of its own.
  const tenants = Array.from({ length: BUCKETS - BULK - 1 }, (_, number) => nameOf(BULK + number))
  await signIn(page, demo, '/buckets?q=tenant-')
  await selectAll(page, tenants.length)
  const dialog = await openBulk(page, 'Encrypt')
  await dialog.getByRole('radio', { name: 'SSE-S3' }).check()
  await dialog.getByRole('button', { name: /^Encrypt \d+ buckets$/ }).click()
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await ended(page, 'Encryption of buckets: stopped')
  await chip(results(page), 'Outcomes', /^Not reached \d+/).click()
  // The table draws no more rows than fit.
  const last = tenants.at(-1)!
  await page.getByRole('searchbox', { name: 'Filter results' }).fill(last)
  await expect(results(page).getByRole('row').filter({ hasText: last })).toContainText('Not reached')
  await shoot(page, '86-buckets-not-reached')
  await page.getByRole('button', { name: /^Try the rest: \d+ not reached$/ }).click()
  await ended(page, 'Encryption of buckets: done')
  await expect(chip(results(page), 'Outcomes', /^Changed \d+/)).toBeVisible()
  const some = tenants.filter((_, at) => at % 40 === 0 || at === tenants.length - 1)
  expect([...(await hand.encryptInfo(some)).values()]).toEqual(some.map(() => 'sse-s3'))
})
