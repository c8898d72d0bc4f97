import { expect, test } from 'vitest'
import { addUp, playwrightCounts, vitestCounts } from '../bin/counts.mjs'

const vitest = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [] }
const playwright = { stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 1 } }

test('counts add up; what is to be done is skipped, what passed at a second try failed', () => {
  const all = [vitestCounts(vitest, 0), playwrightCounts(playwright, 1)]
  expect(addUp(all)).toEqual({ passed: 8, failed: 2, skipped: 3 })
})

test('a file that cannot be loaded, a runner that died, and an error outside of any test count as failures', () => {
  const broken = [{ status: 'failed', assertionResults: [] }]
  expect(vitestCounts({ ...vitest, testResults: broken }, 1).failed).toBe(1)
  expect(vitestCounts(vitest, 1).failed).toBe(1)
  expect(vitestCounts(undefined, 0).failed).toBe(1)
  expect(playwrightCounts(undefined, 1).failed).toBe(1)
})
