import type { Page } from '@playwright/test'

/** A page, the table that it has, and how many rows that gets. */
interface Opened {
  readonly path: string
  readonly table: string
  readonly rows: number
}

/**
 * Opens a page on a slow line with a slow processor, and tells the milliseconds from the navigation on, on the page's own
 * clock: until the first row is drawn, and until all are counted.
 */
export async function openSlowly(
  page: Page,
  { path, table, rows }: Opened,
): Promise<{ firstRowMs: number; allMs: number }> {
  const client = await page.context().newCDPSession(page)
  const bytesPerSecond = 10_000_000 / 8
  const line = { latency: 40, downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond, offline: false }
  await client.send('Network.enable')
  await client.send('Network.setCacheDisabled', { cacheDisabled: true })
  await client.send('Network.emulateNetworkConditions', line)
  await client.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  try {
    await page.goto(path, { waitUntil: 'commit' })
    return await page.locator('html').evaluate(
      async ({ ownerDocument }, [label, all]) => {
        const window = ownerDocument.defaultView
        const drawn = async (selector: string) => {
          while (!ownerDocument.querySelector(selector))
            await new Promise((resolve) => window.requestAnimationFrame(resolve))
          return Math.round(window.performance.now())
        }
        const firstRowMs = await drawn(`table[aria-label="${label}"] [data-row]`)
        return { firstRowMs, allMs: await drawn(`table[aria-label="${label}"][aria-rowcount="${all}"]`) }
      },
      [table, rows + 1] as const,
    )
  } finally {
    await client.detach()
  }
}
