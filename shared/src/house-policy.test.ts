import { expect, test } from 'vitest'
import { fits, houseStanding } from './house-policy.ts'

test.each([
  ['prod-*', 'prod-', true],
  ['prod-*', 'prod-logs', true],
  ['prod-*', 'xprod-logs', false],
  ['*-logs', 'prod-logs', true],
  ['*-logs', 'prod-logs-1', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a.c', 'abc', false],
  ['*', 'anything', true],
  ['logs', 'logs', true],
  ['logs', 'logs2', false],
])('%s fits %s: %o', (pattern, bucket, fit) => {
  expect(fits(pattern, bucket)).toBe(fit)
})

test('a pattern of many stars holds nobody up', () => {
  const before = performance.now()
  expect(fits(`${'a*'.repeat(31)}b`, 'a'.repeat(63))).toBe(false)
  expect(performance.now() - before).toBeLessThan(100)
})

test('the first rule that fits holds', () => {
  const rules = [
    { pattern: 'prod-x', mode: 'none' },
    { pattern: 'prod-*', mode: 'sse-kms', key: 'of-{bucket}' },
  ] as const
  expect(houseStanding(rules, 'prod-x', { mode: 'none' })).toEqual({ pattern: 'prod-x', mode: 'none', drifted: false })
  const standing = { pattern: 'prod-*', mode: 'sse-kms', key: 'of-prod-a-b' }
  expect(houseStanding(rules, 'prod-a.b', { mode: 'sse-s3' })).toEqual({ ...standing, drifted: true })
  expect(houseStanding(rules, 'prod-a.b', { mode: 'sse-kms', key: 'of-prod-a-b' })?.drifted).toBe(false)
  expect(houseStanding(rules, 'prod-a.b', null)?.drifted).toBe(null)
  expect(houseStanding(rules, 'test', { mode: 'none' })).toBe(null)
})
