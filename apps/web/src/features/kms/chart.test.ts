import { describe, expect, test } from 'vitest'
import { frameOf, latest, nearest, niceCeiling, pathsOf, runsOf, slices, spread } from './chart.ts'

const SECOND = 1000
const every10 = (...values: (number | null)[]) => values.map((value, index) => ({ at: index * 10 * SECOND, value }))

describe('niceCeiling', () => {
  test.each([
    [0, 1],
    [0.04, 0.04],
    [0.21, 0.3],
    [0.5, 0.5],
    [0.3, 0.3],
    [1, 1],
    [1.01, 1.5],
    [2, 2],
    [4.2, 5],
    [52, 60],
    [7, 8],
    [101, 150],
    [0.0007, 0.0008],
  ])('%d is below %d', (highest, top) => expect(niceCeiling(highest)).toBe(top))
})

describe('runsOf', () => {
  test('a missed look parts the line', () =>
    expect(runsOf(every10(1, 2, null, 3), 25 * SECOND).map((run) => run.map(({ value }) => value))).toEqual([
      [1, 2],
      [3],
    ]))

  test('a silence parts it too, as when the console was away', () => {
    const samples = [...every10(1, 2), { at: 90 * SECOND, value: 3 }]
    expect(runsOf(samples, 25 * SECOND)).toHaveLength(2)
    expect(runsOf(samples, 80 * SECOND)).toHaveLength(1)
  })

  test('zero is a value and no gap', () => expect(runsOf(every10(0, 0, 0), 25 * SECOND)).toHaveLength(1))
})

describe('pathsOf', () => {
  const scale = { from: 0, to: 40 * SECOND, top: 10 }

  test('begins at zero and ends at the top', () =>
    expect(pathsOf(every10(0, 5, 10), scale, 25 * SECOND)).toEqual({
      line: 'M0.0 100.00L250.0 50.00L500.0 0.00',
      dots: '',
    }))

  test('a lone point is a dot', () =>
    expect(pathsOf(every10(null, 5, null), scale, 25 * SECOND)).toEqual({ line: '', dots: 'M250.0 50.00L250.0 50.00' }))

  test('nothing seen is nothing drawn', () =>
    expect(pathsOf(every10(null, null), scale, 25 * SECOND)).toEqual({ line: '', dots: '' }))
})

test('latest tells nothing of now when the last look was missed or is long ago', () => {
  expect(latest(every10(1, 2), 15 * SECOND, 25 * SECOND)).toBe(2)
  expect(latest(every10(1, null), 15 * SECOND, 25 * SECOND)).toBeNull()
  expect(latest(every10(1, 2), 60 * SECOND, 25 * SECOND)).toBeNull()
  expect(latest([], 60 * SECOND, 25 * SECOND)).toBeNull()
})

describe('spread', () => {
  test('labels with room stay where they are', () => expect(spread([10, 60], 15)).toEqual([10, 60]))
  test('labels on one height are moved apart, in their order', () =>
    expect(spread([50, 50, 50], 15)).toEqual([50, 65, 80]))
  test('none is below the plot', () => expect(spread([98, 99, 100], 15)).toEqual([70, 85, 100]))
})

describe('frameOf', () => {
  const to = 100 * 60 * SECOND
  test.each([
    [10, 5],
    [299, 5],
    [301, 15],
    [1700, 30],
    [1801, 60],
    [9000, 60],
  ])('%d s of watching are shown in %d minutes', (seconds, minutes) =>
    expect(frameOf(to - seconds * SECOND, to)).toMatchObject({ from: to - minutes * 60 * SECOND, to }),
  )
})

test('the look at the very end is in the last slice', () =>
  expect(slices(every10(1, 2, 3), { from: 0, to: 20 * SECOND }, 10 * SECOND).map(({ value }) => value)).toEqual([1, 3]))

test('slices keep the highest of each, and gaps', () =>
  expect(slices(every10(1, 4, null, null, 2), { from: 0, to: 50 * SECOND }, 20 * SECOND)).toEqual([
    { at: 0, value: 4 },
    { at: 20 * SECOND, value: null },
    { at: 40 * SECOND, value: 2 },
  ]))

test('nearest is the sample under the pointer, and none far from it', () => {
  const samples = every10(1, 2, null)
  expect(nearest(samples, 9 * SECOND, 10 * SECOND)).toEqual({ at: 10 * SECOND, value: 2 })
  expect(nearest(samples, 60 * SECOND, 10 * SECOND)).toBeNull()
})
