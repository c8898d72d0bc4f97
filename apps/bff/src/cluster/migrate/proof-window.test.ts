import { describe, expect, test } from 'vitest'
import { ProofWindow } from './proof-window.ts'

const after = (...tookMs: readonly number[]) => {
  const window = new ProofWindow()
  for (const ms of tookMs) window.proved(ms)
  return window
}

describe('how many may be written and not proven', () => {
  test('few at first, then twice as many each time, 256 at most', () => {
    expect([0, 1, 2, 3, 4, 5, 6].map((times) => after(...Array<number>(times).fill(100)).most)).toEqual([
      8, 16, 32, 64, 128, 256, 256,
    ])
  })

  test('no more where it takes half a second, and half as many where it takes longer than one', () => {
    expect(after(100, 100, 600).most).toBe(32)
    expect(after(100, 100, 1_100).most).toBe(16)
    expect(after(5_000, 5_000).most).toBe(8)
  })

  test('few again after something amiss', () => {
    const window = after(100, 100, 100)
    window.restart()
    expect(window.most).toBe(8)
  })
})
