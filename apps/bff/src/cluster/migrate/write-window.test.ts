import { describe, expect, test } from 'vitest'
import { WriteWindow } from './write-window.ts'

/** Batches of as many writes as the window allows, each of which takes what `tookMs` says. */
function run(window: WriteWindow, batches: number, tookMs: (width: number) => number) {
  for (let batch = 0; batch < batches; batch++) {
    const { width } = window
    window.wrote(Array<number>(width).fill(tookMs(width)))
  }
  return window.width
}

describe('how many writes are under way', () => {
  test('one at first, then one more with each batch, eight at most', () => {
    const window = new WriteWindow()
    expect(window.width).toBe(1)
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(() => run(window, 1, () => 5))).toEqual([2, 3, 4, 5, 6, 7, 8, 8])
  })

  test('that writes wait for each other is no reason to have fewer', () => {
    expect(run(new WriteWindow(), 50, (width) => 20 * width)).toBe(8)
  })

  test('half as many when writes slow down clearly', () => {
    const window = new WriteWindow()
    run(window, 10, (width) => 10 * width)
    expect(run(window, 1, (width) => 60 * width)).toBe(4)
  })

  test('one slow batch among fast ones is an accident', () => {
    const window = new WriteWindow()
    run(window, 10, () => 30)
    window.wrote([30, 900, 30, 30, 30, 30, 30, 900])
    expect(window.width).toBe(8)
  })

  test('a cluster that is slow for good is slow, and not written to one by one for ever', () => {
    const window = new WriteWindow()
    run(window, 10, (width) => 10 * width)
    expect(run(window, 300, (width) => 50 * width)).toBe(8)
  })

  test('a failure halves it, an outage begins anew', () => {
    const window = new WriteWindow()
    run(window, 10, () => 5)
    window.failed()
    expect(window.width).toBe(4)
    expect(window.next).toBe(5)
    window.restart()
    expect(window.width).toBe(1)
    window.failed()
    expect(window.width).toBe(1)
  })

  test('does not grow while fewer are there than it has room for', () => {
    const window = new WriteWindow()
    run(window, 3, () => 5)
    window.wrote([5])
    expect(window.width).toBe(4)
  })
})
