import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coveringGlobs } from './covering-globs.ts'
import { Lots } from './lots.ts'

const MOST = 64
const users = Array.from(
  { length: 1_000 },
  (_, at) => `config/iam/users/user-${String(at).padStart(6, '0')}/identity.json`,
)

function lotsIn(lots: Lots): string[][] {
  const found: string[][] = []
  for (const [at, path] of lots.inOrder.entries()) {
    if (at === 0 || lots.isEnd(lots.inOrder[at - 1]!, path)) found.push([])
    found.at(-1)!.push(path)
  }
  return found
}

test('each path is in one lot, and no lot is larger than it may be', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-c/é😀]{1,6}$/u), { maxLength: 60 })
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 9 }), (paths, most) => {
      const lots = new Lots(paths, most)
      expect([...lots.inOrder].sort()).toEqual([...paths].sort())
      for (const lot of lotsIn(lots)) expect(lot.length).toBeLessThanOrEqual(most)
    }),
  )
})

test('one pattern covers a lot exactly, and mostly a lot with the one after the next', () => {
  const found = lotsIn(new Lots(users, MOST))
  for (const lot of found) expect(coveringGlobs(lot, users)).toHaveLength(1)
  const pairs = found.slice(2).map((lot, at) => coveringGlobs([...found[at]!, ...lot], users).length)
  expect(pairs.filter((globs) => globs === 1).length).toBeGreaterThan(pairs.length / 2)
})

test('a lot is written once all of it is', () => {
  const lots = new Lots(['a1', 'a2', 'b1'], 2)
  lots.wrote('a1')
  expect(lots.isWritten('a1')).toBe(false)
  lots.wrote('a2')
  expect([lots.isWritten('a1'), lots.isWritten('b1')]).toEqual([true, false])
})
