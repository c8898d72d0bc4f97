import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { movingSegments, sealSegments, segmentWidths } from './seal.ts'

describe('segmentWidths', () => {
  test('in proportion when all are wide enough', () => {
    expect(segmentWidths([3, 1], 400)).toEqual([300, 100])
  })

  test('a single item among ten thousand still shows', () => {
    expect(segmentWidths([9999, 1], 1000)).toEqual([996, 4])
  })

  test('nothing for a count of zero', () => {
    expect(segmentWidths([5, 0], 100)).toEqual([100, 0])
    expect(segmentWidths([0, 0], 100)).toEqual([0, 0])
  })

  test('too little room is shared equally', () => {
    expect(segmentWidths([100, 1, 1], 9)).toEqual([3, 3, 3])
  })

  test('fills the bar, and keeps the least width and the order of counts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 200, max: 2000 }),
        (counts, total) => {
          fc.pre(counts.some((value) => value > 0))
          const widths = segmentWidths(counts, total)
          expect(widths.reduce((sum, width) => sum + width, 0)).toBeCloseTo(total, 6)
          counts.forEach((value, index) => {
            if (value === 0) expect(widths[index]).toBe(0)
            else expect(widths[index]).toBeGreaterThanOrEqual(4 - 1e-9)
          })
          for (const [a, left] of counts.entries())
            for (const [b, right] of counts.entries())
              if (left > right) expect(widths[a]! - widths[b]!).toBeGreaterThanOrEqual(-1e-9)
        },
      ),
    )
  })
})

test('segments are widest first; further keys are lighter; empty states are left out', () => {
  const counts = { plaintext: 2, 'root-credentials': 30, kms: { old: 5, acme: 9, older: 1 }, unreadable: 0 }
  expect(sealSegments(counts, 'acme').map(({ id, look }) => [id, look])).toEqual([
    ['root-credentials', 'root'],
    ['kms:acme', 'default'],
    ['kms:old', 'other'],
    ['plaintext', 'plain'],
    ['kms:older', 'other-2'],
  ])
})

test('a bar that moves keeps its order, the default key first, and what empties stays with zero', () => {
  const before = { plaintext: 5, 'root-credentials': 9, kms: {}, unreadable: 0 }
  const now = { plaintext: 0, 'root-credentials': 2, kms: { K: 12 }, unreadable: 0 }
  const told = (segments: readonly { id: string; count: number }[]) => segments.map(({ id, count }) => `${id} ${count}`)
  const moving = movingSegments(now, before, 'K')
  expect(told(moving.now)).toEqual(['kms:K 12', 'root-credentials 2', 'plaintext 0'])
  expect(told(moving.before)).toEqual(['kms:K 0', 'root-credentials 9', 'plaintext 5'])
})
