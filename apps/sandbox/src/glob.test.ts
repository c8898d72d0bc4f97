import { expect, test } from 'vitest'
import { globMatcher } from './glob.ts'

test.each([
  ['d*', ['d1', 'drive'], ['kes', 'ad1']],
  ['d?', ['d1'], ['d10', 'd']],
  ['d[1-3]', ['d1', 'd3'], ['d4', 'd']],
  ['d[!1]', ['d2'], ['d1']],
  ['d{1...4}', ['d1', 'd4'], ['d5', 'd0', 'd1...4']],
  ['{d,drive}*', ['d1', 'drive1'], ['x1']],
  ['d{,rive}[0-9]*', ['d1', 'drive1', 'd12'], ['data', 'drive']],
  ['a.b+(c)', ['a.b+(c)'], ['aXb+(c)', 'a.bb(c)']],
])('%s', (glob, yes, no) => {
  const matches = globMatcher(glob)
  expect(yes.filter((name) => !matches(name))).toEqual([])
  expect(no.filter(matches)).toEqual([])
})

test('a range that names nothing is an error', () => {
  expect(() => globMatcher('d{4...1}')).toThrow('names no drives')
})
