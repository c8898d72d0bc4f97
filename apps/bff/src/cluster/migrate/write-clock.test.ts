import { describe, expect, test } from 'vitest'
import { WriteClock } from './write-clock.ts'

const MS = 1_000_000n
/** MinIO's clock is ahead of ours by so much. */
const AHEAD = 5_000_000n * MS
const write = (sentMs: number, overMs: number) => ({ sentMs, overMs, replied: true })
const at = (ms: number) => BigInt(ms) * MS + AHEAD

describe('whose generation it is', () => {
  test('nobody can tell before a write of ours is known', () => {
    expect(new WriteClock().isYounger(at(10_000), write(1, 2))).toBe(false)
  })

  test('one made long after our write was over is somebody else’s', () => {
    const clock = new WriteClock()
    clock.learn(write(100, 110), at(105))
    expect(clock.isYounger(at(260), write(200, 210))).toBe(true)
  })

  test('one made while ours was under way may be ours', () => {
    const clock = new WriteClock()
    clock.learn(write(100, 110), at(105))
    for (const ms of [200, 205, 210, 215]) expect(clock.isYounger(at(ms), write(200, 210))).toBe(false)
  })

  test('the node that is ahead most counts, whichever wrote', () => {
    const clock = new WriteClock()
    clock.learn(write(100, 110), at(105) + 400n * MS)
    clock.learn(write(120, 130), at(125))
    expect(clock.isYounger(at(300), write(200, 210))).toBe(false)
    expect(clock.isYounger(at(700), write(200, 210))).toBe(true)
  })
})
