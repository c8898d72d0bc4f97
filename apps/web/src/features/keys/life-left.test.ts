import { expect, test } from 'vitest'
import { secondsLeft } from './life-left.ts'

const NOON = Date.parse('2026-11-21T12:00:00Z')
const ends = '2026-11-21T12:10:00.000Z'

test.each([
  ['just received', NOON, NOON, 600],
  ['after a while', NOON, NOON + 599_500, 1],
  ['at its end', NOON, NOON + 600_000, 0],
  ['long after', NOON, NOON + 3_600_000, 0],
  ['with a clock an hour slow', NOON - 3_600_000, NOON - 3_600_000, null],
  ['with a clock an hour fast', NOON + 3_600_000, NOON + 3_600_000, null],
])('%s', (_, receivedMs, nowMs, left) => expect(secondsLeft(ends, receivedMs, nowMs)).toBe(left))
