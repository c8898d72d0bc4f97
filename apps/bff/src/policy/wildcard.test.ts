import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesWildcard } from './wildcard.ts'

test.each([
  ['', '', true],
  ['', 'a', false],
  ['*', '', true],
  ['a*', 'abc', true],
  ['a*c', 'abbc', true],
  ['a*c', 'abcd', false],
  ['*bc', 'abcbc', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['?', 'ü', false],
  ['??', 'ü', true],
  ['a**b', 'ab', true],
  ['[a]', 'a', false],
  ['A', 'a', false],
])('%j on %j: %s', (pattern, text, expected) => {
  expect(matchesWildcard(pattern, text)).toBe(expected)
})

test('as a regular expression has it', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 10 })
  fc.assert(
    fc.property(letters, text, (pattern, given) => {
      const reference = new RegExp(`^${pattern.replace(/\*+/g, '.*').replaceAll('?', '.')}$`)
      expect(matchesWildcard(pattern, given)).toBe(reference.test(given))
    }),
    { numRuns: 2_000 },
  )
})

test('a pattern of many stars takes no time', () => {
  const before = performance.now()
  expect(matchesWildcard(`${'a*'.repeat(60)}b`, 'a'.repeat(20_000))).toBe(false)
  expect(performance.now() - before).toBeLessThan(1_000)
})
