import { expect, test } from 'vitest'
import { oneAhead } from './one-ahead.ts'

async function* counting(made: number[], upTo = 3, end?: Error) {
  for (let value = 1; value <= upTo; value++) {
    made.push(value)
    yield value
  }
  if (end) throw end
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

test('the next value is being made while the last is used', async () => {
  const made: number[] = []
  const seen: [number, number][] = []
  for await (const value of oneAhead(counting(made), () => {})) {
    await settle()
    seen.push([value, made.length])
  }
  expect(seen).toEqual([
    [1, 2],
    [2, 3],
    [3, 3],
  ])
})

test('who stops early leaves nothing behind', async () => {
  const discarded: number[] = []
  for await (const value of oneAhead(counting([]), (left) => discarded.push(left))) if (value === 1) break
  expect(discarded).toEqual([2])
})

test('a failure comes in its turn, and is no unhandled rejection', async () => {
  const seen: number[] = []
  const reading = async () => {
    for await (const value of oneAhead(counting([], 2, new Error('away')), () => {})) {
      await settle()
      seen.push(value)
    }
  }
  await expect(reading()).rejects.toThrow('away')
  expect(seen).toEqual([1, 2])
})
