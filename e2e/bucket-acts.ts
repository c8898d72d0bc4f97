import { expect, type Locator, type Page } from '@playwright/test'

/** The table of all buckets. */
export const bucketTable = (page: Page) => page.getByRole('table', { name: 'Buckets', exact: true })
export const bucketRow = (page: Page, name: string) =>
  bucketTable(page)
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name, exact: true }) })
export const panelOf = (page: Page, name: string) => page.getByRole('complementary', { name })
/** The chips over a table: how many there are of what, each a filter. */
export const chip = (page: Page | Locator, list: string, words: RegExp) =>
  page.getByRole('list', { name: list, exact: true }).getByRole('button', { name: words })

/** Opens the panel of a bucket from anywhere. */
export async function openBucket(page: Page, name: string): Promise<Locator> {
  await page.goto(`/buckets/${name}`)
  const panel = panelOf(page, name)
  await expect(panel).toBeVisible()
  return panel
}

/** Selects all that a filter lets through: `count` of them. */
export async function selectAll(page: Page, count: number) {
  await page.getByRole('checkbox', { name: `Select all ${count} shown` }).check()
  await expect(selection(page)).toContainText(`${words(count, 'bucket')} selected`)
}

export const selection = (page: Page) => page.getByRole('region', { name: 'Selected buckets' })
export const preview = (dialog: Locator) => dialog.getByRole('region', { name: 'Preview' })
/** What would become of one bucket. */
export const previewOf = (dialog: Locator, bucket: string) =>
  preview(dialog).getByRole('list', { name: 'Buckets', exact: true }).getByRole('listitem').filter({ hasText: bucket })
export const job = (page: Page) => page.getByRole('region', { name: 'Job' })
export const results = (page: Page) => page.getByRole('region', { name: 'Results' })

/** A job's page says that it is over, and how. */
export const ended = (page: Page, heading: string, timeout = 60_000) =>
  expect(job(page).getByRole('heading', { name: heading, exact: true })).toBeVisible({ timeout })

/** The name of the dialog, and of its first button, changes with what is selected. */
export async function openBulk(page: Page, act: string): Promise<Locator> {
  await selection(page).getByRole('button', { name: act, exact: true }).click()
  return page.getByRole('dialog')
}

/** `1,000` as people read it: a narrow space between the thousands. */
export const words = (count: number, noun: string) =>
  `${count.toLocaleString('en').replace(',', '\u202f')} ${noun}${count === 1 ? '' : 's'}`

/** Notes each value of the progress bars of this page from now on; the page must not be loaded anew meanwhile. */
export async function watchProgress(page: Page): Promise<() => Promise<number[]>> {
  const html = page.locator('html')
  await html.evaluate(({ ownerDocument }) => {
    const window = ownerDocument.defaultView
    window.progressSeen = []
    new window.MutationObserver(() => {
      const now = ownerDocument.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')
      if (now && window.progressSeen.at(-1) !== Number(now)) window.progressSeen.push(Number(now))
    }).observe(ownerDocument, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-valuenow'] })
  })
  return () => html.evaluate(({ ownerDocument }) => ownerDocument.defaultView.progressSeen as number[])
}
