import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { root } from '../apps/sandbox/src/binaries.ts'

const FOLDER = join(root, 'artifacts/screenshots')

const looks = [
  { name: '1440-light', width: 1440, height: 900, colorScheme: 'light' },
  { name: '1440-dark', width: 1440, height: 900, colorScheme: 'dark' },
  { name: '1024-light', width: 1024, height: 768, colorScheme: 'light' },
  { name: '390-light', width: 390, height: 844, colorScheme: 'light' },
] as const

/**
 * Keeps what a person sees now, in each width and theme, below artifacts/screenshots; leaves the page as it was. A page
 * is kept whole; with a dialog or a side panel over it, as much as the window shows.
 */
export async function shoot(page: Page, name: string) {
  const before = page.viewportSize()
  const fullPage = (await page.locator('dialog[open], aside').count()) === 0
  if (fullPage) await page.locator('html').evaluate((html) => html.scrollIntoView()) // What sticks would stick half-way.
  for (const { name: look, width, height, colorScheme } of looks) {
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: join(FOLDER, `${name}-${look}.png`), fullPage, animations: 'disabled' })
  }
  await page.emulateMedia({ colorScheme: 'light' })
  if (before) await page.setViewportSize(before)
}
