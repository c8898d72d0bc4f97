import { describe, expect, test } from 'vitest'
import { bytes, count, counted, duration, exact, rate, relative, share } from './format.ts'

test('figures have thin separators', () => {
  expect(count(0)).toBe('0')
  expect(count(1234567)).toBe('1\u202f234\u202f567')
  expect(counted(1, 'item')).toBe('1 item')
  expect(counted(2, 'entry', 'entries')).toBe('2 entries')
})

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [150 * 1024, '150 KiB'],
  [1024 ** 3, '1.0 GiB'],
])('%d bytes', (value, text) => expect(bytes(value)).toBe(text))

test.each([
  [0.4, 'under a second'],
  [59, '59 s'],
  [60, '1 min'],
  [310, '5 min 10 s'],
  [3599.6, '1 h'],
  [12_000, '3 h 20 min'],
  [86_400, '1 day'],
  [86_400 * 41, '41 days'],
])('%d seconds', (seconds, text) => expect(duration(seconds)).toBe(text))

describe('moments', () => {
  const now = Date.parse('2026-11-21T12:00:00Z')
  test.each([
    ['2026-11-21T11:59:55Z', 'just now'],
    ['2026-11-21T11:59:30Z', '30 s ago'],
    ['2026-11-21T11:54:10Z', '5 min ago'],
    ['2026-11-21T09:30:00Z', '2 h ago'],
    ['2026-11-09T12:00:00Z', '12 days ago'],
    ['2026-11-21T12:40:00Z', 'in 40 min'],
  ])('%s', (at, text) => expect(relative(at, now)).toBe(text))

  test('the exact one is in UTC', () => expect(exact('2026-11-21T03:42:00.123Z')).toBe('2026-11-21 03:42:00 UTC'))
})

test.each([
  [0, 0, '0 %'],
  [0, 10, '0 %'],
  [1, 1000, '< 1 %'],
  [999, 1000, '> 99 %'],
  [1, 3, '33 %'],
  [7, 7, '100 %'],
])('%d of %d', (part, whole, text) => expect(share(part, whole)).toBe(text))

test('a rate that is not known is no zero', () => {
  expect(rate(null)).toBe('–')
  expect(rate(4.21)).toBe('4.2 /s')
  expect(rate(1234.5)).toBe('1\u202f235 /s')
})
