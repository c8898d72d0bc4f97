import { expect, test } from 'vitest'
import { rebalanceRuns } from './pools.ts'

/** Replies of a server with two pools, the first two as it gave them. On one disk no pool is fuller than the other. */
const reply = (status: string, stoppedAt = '0001-01-01T00:00:00Z') =>
  new TextEncoder().encode(
    JSON.stringify({
      ID: 'U3jLoEXMTriq8n8RmU42bd',
      pools: [
        { id: 0, status, used: 0.2267, progress: { objects: 0, versions: 0, bytes: 0, elapsed: 0, eta: 0 } },
        { id: 1, status: 'None', used: 0.2267, progress: { objects: 0, versions: 0, bytes: 0, elapsed: 0, eta: 0 } },
      ],
      stoppedAt,
    }),
  )

test('pools are rebalanced while one of them gives away', () => {
  expect(rebalanceRuns(reply('None'))).toBe(false)
  expect(rebalanceRuns(reply('None', '2026-11-21T07:09:03.258139292Z'))).toBe(false)
  expect(rebalanceRuns(reply('Started'))).toBe(true)
  expect(rebalanceRuns(reply('Started', '2026-11-21T07:09:03.258139292Z'))).toBe(false)
  expect(rebalanceRuns(reply('Completed'))).toBe(false)
})
