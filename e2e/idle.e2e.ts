import type { Request } from '@playwright/test'
import { expect, signIn, test } from './fixtures.ts'

const HEADER = 'x-strongroom-background'

test('a page that nobody touches says so when it asks by itself, and stops saying so at a touch', async ({
  page,
  demo,
}) => {
  await page.clock.install()
  await signIn(page, demo)
  const ask = () => page.waitForRequest((request: Request) => request.url().endsWith('/jobs'))
  const asked = ask()
  await page.clock.fastForward(10_000)
  expect((await asked).headers()).not.toHaveProperty(HEADER)

  const alone = ask()
  await page.clock.fastForward(70_000)
  expect((await alone).headers()).toHaveProperty(HEADER, '1')

  await page.keyboard.press('Shift')
  const touched = ask()
  await page.clock.fastForward(10_000)
  expect((await touched).headers()).not.toHaveProperty(HEADER)
})
