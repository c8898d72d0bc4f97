import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { dryRun, open, readDrives } from './acts.ts'
import { expect, signIn, test } from './fixtures.ts'

test.use({ cluster: 'accessibility', trace: 'off' }) // Tracing copies each page that axe has walked through.

const KEY = 'a-key'

const pages = [
  { path: '/', heading: 'Overview' },
  { path: '/buckets', heading: 'Buckets' },
  { path: '/buckets/hr-records', heading: 'Buckets' },
  ...['encrypt', 'clear', 'count', 'encrypt-objects', 'remove-plain', 'replicate', 'keyrotate'].map((act) => ({
    path: `/buckets/hr-records?tab=objects&act=${act}`,
    heading: 'Buckets',
  })),
  { path: '/buckets/hr-records?tab=proof', heading: 'Buckets' },
  { path: '/buckets/hr-records?tab=objects', heading: 'Buckets' },
  { path: '/buckets?act=create', heading: 'Buckets' },
  { path: '/buckets/~house', heading: 'House rules' },
  { path: '/buckets/~batch', heading: 'Batch jobs' },
  { path: '/kms', heading: 'KMS' },
  { path: '/kms/access', heading: 'Policies and identities' },
  { path: '/kms/access?policy=minio', heading: 'Policies and identities' },
  { path: '/kms/draft', heading: 'New policy' },
  { path: '/kms/draft?policy=minio', heading: 'Draft of minio' },
  { path: '/kms/drills', heading: 'Drills' },
  { path: '/keys', heading: 'Keys' },
  { path: '/keys?act=create', heading: 'Keys' },
  { path: `/keys/${KEY}`, heading: 'Keys' },
  ...['details', 'proof', 'canary', 'usage', 'deletion'].map((tab) => ({
    path: `/keys/${KEY}?tab=${tab}`,
    heading: KEY,
  })),
  { path: '/keys/import', heading: 'Import key' },
  { path: '/keys/import?way=wrapped', heading: 'Import key' },
  { path: '/keys/import?way=made', heading: 'Import key' },
  { path: '/activity', heading: 'Activity' },
  { path: '/iam', heading: 'IAM migration' },
  { path: '/iam?act=migrate', heading: 'IAM migration' },
  { path: '/iam?item=config%2Fiam%2Fusers%2Famelia%2Fidentity.json', heading: 'IAM migration' },
  { path: '/iam?act=backup', heading: 'IAM migration' },
  { path: '/iam/reports', heading: 'Past migrations' },
  { path: '/iam/compare', heading: 'Compare audits' },
  { path: '/guides/move-to-kes', heading: 'Move to KES' },
  { path: '/jobs', heading: 'Jobs' },
  { path: '/nowhere', heading: 'No such page' },
]

async function createKey(page: Page) {
  await page.goto('/keys?act=create')
  const dialog = page.getByRole('dialog', { name: 'Create key' })
  await dialog.getByLabel('Name').fill(KEY)
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await expect(page.getByRole('complementary', { name: KEY })).toBeVisible()
}

const widths = [
  { name: '1440 px wide', viewport: { width: 1440, height: 900 }, hasTouch: false },
  { name: '390 px wide, by touch', viewport: { width: 390, height: 844 }, hasTouch: true },
]

/** All rules on the light page; on the dark one, which differs in colours alone, their contrast. */
async function expectNoViolations(page: Page, where: string) {
  const light = await new AxeBuilder({ page }).analyze()
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await new AxeBuilder({ page }).withRules('color-contrast').analyze()
  await page.emulateMedia({ colorScheme: 'light' })
  const told = [...light.violations, ...dark.violations].map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  )
  expect(told, where).toEqual([])
}

for (const { name, ...look } of widths) {
  test.describe(name, () => {
    test.use({ ...look, contextOptions: { reducedMotion: 'reduce' } }) // A colour on its way is no colour to judge.

    test('axe finds nothing on any page, light or dark, and none is wider than its window', async ({ page, demo }) => {
      test.setTimeout(300_000)
      await page.goto('/')
      await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
      await expectNoViolations(page, 'sign-in')
      await signIn(page, demo)
      if (!look.hasTouch) {
        await createKey(page)
        await readDrives(page)
        await dryRun(page)
      }
      await page.goto('/iam/reports')
      const report = await page.getByRole('table', { name: 'Past migrations' }).getByRole('link').getAttribute('href')
      for (const { path, heading } of [...pages, { path: report!, heading: 'Migration report' }]) {
        await page.goto(path)
        await expect(page.getByRole('heading', { name: heading, level: 1, includeHidden: true })).toBeAttached()
        await expect(page.getByText('Reading …')).toHaveCount(0)
        await expect(page.getByRole('link', { name: /^Verdict: / })).toBeVisible()
        if (path.includes('act=')) await expect(page.getByRole('dialog')).toBeVisible()
        await expectNoViolations(page, path)
        const excess = await page.locator('html').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)
        expect(excess, `pixels of ${path} beside its window`).toBeLessThanOrEqual(0)
      }
      await page.goto('/keys/import?way=wrapped')
      await page.getByLabel('Key name').fill('to-be-wrapped')
      await page.getByRole('button', { name: 'Get the public key' }).click()
      await expect(page.getByLabel('The wrapped key, base64')).toBeVisible()
      await expectNoViolations(page, 'a wrapped import with its public key')
    })
  })
}

test('the keyboard alone signs in, opens a dialog, stays in it, and comes back to where it was', async ({
  page,
  demo,
}) => {
  await page.goto('/keys')
  await expect(page.getByLabel('Access key')).toBeFocused()
  await page.keyboard.type(demo.accessKey)
  await page.keyboard.press('Tab')
  await page.keyboard.type(demo.secretKey)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Keys', level: 1 })).toBeVisible()

  const create = page.getByRole('button', { name: 'Create key' })
  for (let presses = 0; presses < 40; presses++) {
    if (await create.evaluate((button) => button.matches(':focus'))) break
    await page.keyboard.press('Tab')
  }
  await expect(create).toBeFocused()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Create key' })
  await expect(dialog.getByLabel('Name')).toBeFocused()
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press('Tab')
    await expect(page.locator('main :focus:not(dialog *)')).toHaveCount(0)
  }
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(create).toBeFocused()
})

test('a side panel is closed by Esc, and the focus is back on its row', async ({ page, demo }) => {
  await signIn(page, demo, '/buckets')
  const row = page.getByRole('link', { name: 'invoices' })
  await row.focus()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('link', { name: 'legal-hold-2021' })).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary', { name: 'invoices' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('complementary')).toHaveCount(0)
  await expect(row).toBeFocused()
})

test('a selection is made and left by keyboard, and its bar shows all that can be done, on a phone too', async ({
  page,
  demo,
}) => {
  await signIn(page, demo, '/buckets')
  await page.setViewportSize({ width: 390, height: 844 })
  const row = page.getByRole('link', { name: 'invoices' })
  await row.focus()
  await page.keyboard.press('Space')
  const bar = page.getByRole('region', { name: 'Selected buckets' })
  await expect(bar).toContainText('1 bucket selected')
  const cut = await bar.locator('*').evaluateAll((found) => found.map((each) => each.scrollWidth - each.clientWidth))
  expect(Math.max(...cut), 'pixels that have to be scrolled to').toBeLessThanOrEqual(0)
  await bar.getByRole('button', { name: 'Clear selection' }).focus()
  await page.keyboard.press('Enter')
  await expect(bar).toHaveCount(0)
  await expect(page.getByRole('table', { name: 'Buckets', exact: true }).getByRole('checkbox').first()).toBeFocused()
})

test('the details of an item are closed by Back and by Esc alike, and neither leaves a step behind', async ({
  page,
  demo,
}) => {
  await signIn(page, demo)
  await readDrives(page)
  await open(page, 'KMS')
  await open(page, 'IAM migration')
  const item = (name: string) => page.getByRole('table').getByRole('link', { name })
  const details = page.getByRole('complementary')
  await item('iam/users/amelia').click()
  await expect(details).toBeVisible()
  await page.goBack()
  await expect(details).toHaveCount(0)
  await expect(page).toHaveURL(/\/iam$/)

  await item('iam/users/amelia').click()
  await item('iam/users/bruno').click()
  await expect(page.getByRole('complementary', { name: /bruno/ })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await expect(details).toHaveCount(0)
  await expect(page).toHaveURL(/\/iam$/)
  await expect(item('iam/users/bruno')).toBeFocused()
  await page.goBack()
  await expect(page.getByRole('heading', { name: 'KMS', level: 1 })).toBeVisible()
})

test('tables leave room for names at every width', async ({ page, demo }) => {
  await signIn(page, demo)
  await readDrives(page)
  for (const { path, label, name } of [
    { path: '/iam', label: 'IAM and config items', name: /amelia/ },
    { path: '/buckets', label: 'Buckets', name: /hr-records/ },
    { path: '/buckets/~house', label: 'Buckets under the rules', name: /hr-records/ },
    { path: '/jobs', label: 'Jobs', name: /Reading the drives/ },
  ]) {
    await page.goto(path)
    const row = page.getByRole('table', { name: label, exact: true }).getByRole('row', { name }).first()
    for (const width of [390, 1024, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      const first = await row.getByRole('cell').filter({ hasText: name }).first().boundingBox()
      expect(first!.width, `${path} at ${width} pixels`).toBeGreaterThanOrEqual(160)
      const words = row.getByText('Root credentials', { exact: true })
      const cut = await words.evaluateAll((found) => found.map((word) => word.scrollWidth - word.clientWidth))
      expect(cut, `${path} at ${width} pixels`).toEqual(path === '/iam' ? [0] : [])
    }
    await page.setViewportSize({ width: 1440, height: 900 })
  }
})

test('a table without rows has the head of one with rows, at every width', async ({ page, demo }) => {
  await signIn(page, demo)
  const empties = [
    { path: '/buckets?q=no-such-bucket', label: 'Buckets' },
    { path: '/buckets/~batch', label: 'Batch jobs' },
  ]
  for (const { path, label } of empties) {
    await page.goto(path)
    const table = page.getByRole('table', { name: label, exact: true })
    for (const width of [390, 1024, 1440]) {
      await page.setViewportSize({ width, height: 800 })
      const heads = () =>
        table.evaluate((each: { clientWidth: number; tHead: { rows: { cells: { offsetWidth: number }[] }[] } }) =>
          Math.abs(each.clientWidth - [...each.tHead.rows[0]!.cells].reduce((sum, cell) => sum + cell.offsetWidth, 0)),
        )
      await expect.poll(heads, `${path} at ${width} pixels: room beside the head`).toBeLessThanOrEqual(2)
    }
  }
})

test.describe('with reduced motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } })

  test('nothing moves', async ({ page, demo }) => {
    await signIn(page, demo, '/buckets')
    await page.getByRole('link', { name: 'invoices' }).click()
    await expect(page.getByRole('complementary', { name: 'invoices' })).toBeVisible()
    const moving = await page.locator('body *').evaluateAll((elements) =>
      elements.flatMap((element) => {
        const style = element.ownerDocument.defaultView.getComputedStyle(element)
        const still = style.transitionProperty === 'none' || /^0s(, 0s)*$/.test(style.transitionDuration)
        return still && style.animationName === 'none' ? [] : [element.outerHTML.slice(0, 100)]
      }),
    )
    expect(moving).toEqual([])
  })
})
