import type { StateCount } from '@strongroom/shared/coverage'
import { describe, expect, test } from 'vitest'
import { coverageRows, coverageSegments, listingRate, plainCurrent, plainOlder, ranSince } from './coverage-words.ts'

const counts: StateCount[] = [
  { state: 'plain', current: { count: 2, bytes: 20 }, older: { count: 7, bytes: 70 } },
  { state: 'sse-s3', current: { count: 5, bytes: 50 }, older: { count: 0, bytes: 0 } },
  { state: 'sse-kms', key: 'main', current: { count: 3, bytes: 30 }, older: { count: 0, bytes: 0 } },
  { state: 'sse-kms', key: 'b', current: { count: 1, bytes: 10 }, older: { count: 0, bytes: 0 } },
  { state: 'sse-kms', key: 'a', current: { count: 1, bytes: 10 }, older: { count: 1, bytes: 10 } },
  { state: 'sse-c', current: { count: 1, bytes: 10 }, older: { count: 0, bytes: 0 } },
  { state: 'unknown', current: { count: 0, bytes: 0 }, older: { count: 0, bytes: 0 } },
]

describe('coverageSegments', () => {
  test('older versions count too, the widest first, and what is not there is left out', () => {
    const drawn = coverageSegments(counts, 'main').map(({ label, count, look }) => [label, count, look])
    expect(drawn).toEqual([
      ['Plaintext', 9, 'plain'],
      ['SSE-S3', 5, 'default'],
      ['SSE-KMS main', 3, 'default'],
      ['SSE-KMS a', 2, 'other'],
      ['SSE-C', 1, 'customer'],
      ['SSE-KMS b', 1, 'other-2'],
    ])
  })

  test('what MinIO left out of the listing is neither plain nor sealed', () => {
    const unknown: StateCount = { state: 'unknown', current: { count: 4, bytes: 4 }, older: { count: 0, bytes: 0 } }
    expect(coverageSegments([unknown], null)).toEqual([
      { id: 'unknown', label: 'Not observed', look: 'unseen', count: 4 },
    ])
  })
})

test('the rows keep current and older versions apart', () => {
  expect(coverageRows(counts, 'main')[0]).toMatchObject({ id: 'plain', current: { count: 2 }, older: { count: 7 } })
  expect(coverageRows(counts, 'main')).toHaveLength(6)
})

test('what is left to encrypt, and what then stays below', () => {
  expect(plainCurrent(counts)).toEqual({ count: 2, bytes: 20 })
  expect(plainOlder(counts)).toBe(7)
})

test('the rate is that of the listing alone', () => {
  expect(listingRate({ total: 3000, listedMs: 1500 })).toBe(2000)
  expect(listingRate({ total: 0, listedMs: 0 })).toBeNull()
})

test('counts are outdated by an act that ended after them, or still runs', () => {
  const counted = { takenAt: '2026-11-21T10:00:00.000Z' }
  expect(ranSince(counted, [undefined, { endedAt: '2026-11-21T09:00:00.000Z' }])).toBe(false)
  expect(ranSince(counted, [{ endedAt: '2026-11-21T11:00:00.000Z' }])).toBe(true)
  expect(ranSince(counted, [{ endedAt: null }])).toBe(true)
})
