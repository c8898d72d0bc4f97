import { join } from 'node:path'
import { withClient } from '../apps/sandbox/src/client.ts'
import { expect, signIn, test } from './fixtures.ts'

const BUCKETS = 1_000
const SLOW_MS = 200

test.use({ cluster: 'many', trace: 'off' }) // Tracing copies the page at each act, and would be measured along.

test('a thousand buckets: few rows are drawn, the filter finds one, and scrolling never hangs', async ({
  page,
  demo,
}) => {
  const names = Array.from({ length: BUCKETS }, (_, number) => `tenant-${String(number).padStart(4, '0')}`)
  await withClient({ ...demo, endpoint: demo.minio.endpoint }, join(demo.dir, 'mc'), (mc) =>
    mc('mb', ...names.map((name) => `demo/${name}`)),
  )
  await signIn(page, demo, '/buckets')
  const table = page.getByRole('table', { name: 'Buckets', exact: true })
  await expect(table.getByRole('link', { name: 'tenant-0000' })).toBeAttached()
  await expect(table).toHaveAttribute('aria-rowcount', String(BUCKETS + 8 + 1))
  expect(await table.getByRole('row').count()).toBeLessThan(80)

  const longTasks = await page.locator('html').evaluate(async (html) => {
    const window = html.ownerDocument.defaultView
    const durations: number[] = []
    const observer = new window.PerformanceObserver((list: { getEntries(): { duration: number }[] }) => {
      for (const { duration } of list.getEntries()) durations.push(Math.round(duration))
    })
    observer.observe({ type: 'longtask' })
    for (let top = 0; top < html.scrollHeight; top += 700) {
      window.scrollTo(0, top)
      await new Promise((resolve) => window.requestAnimationFrame(resolve))
    }
    await new Promise((resolve) => window.setTimeout(resolve, 100)) // Entries come after the task.
    return durations
  })
  expect(longTasks.filter((duration) => duration > SLOW_MS)).toEqual([])
  await expect(table.getByRole('link', { name: 'web-assets' })).toBeVisible()
  expect(await table.getByRole('row').count()).toBeLessThan(80)

  await page.keyboard.press('/')
  await page.keyboard.type('tenant-0777')
  await expect(page.getByText(`1 of 1\u202f008 buckets`)).toBeVisible()
  await expect(table.getByRole('link')).toHaveText(['tenant-0777'])
  await expect(page).toHaveURL(/q=tenant-0777/)
})
