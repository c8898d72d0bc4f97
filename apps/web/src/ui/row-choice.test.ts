import { expect, test } from 'vitest'
import { countChosen, extentOf, withAll, withRange } from './row-choice.ts'

const keys = ['a', 'b', 'c', 'd']
const none: ReadonlySet<string> = new Set()
const list = (chosen: ReadonlySet<string>) => [...chosen].sort()

test('all that is shown is selected, and what the filter hides stays as it was', () => {
  expect(list(withAll(new Set(['hidden']), keys, true))).toEqual(['a', 'b', 'c', 'd', 'hidden'])
  expect(list(withAll(new Set(['hidden', 'a', 'b']), keys, false))).toEqual(['hidden'])
})

test('the selection that was handed in is not changed', () => {
  const before = new Set(['a'])
  withAll(before, keys, true)
  withRange(before, keys, 'a', 'c', false)
  expect(list(before)).toEqual(['a'])
})

test('a range goes from the row set last to this one, whichever comes first', () => {
  expect(list(withRange(none, keys, 'b', 'd', true))).toEqual(['b', 'c', 'd'])
  expect(list(withRange(none, keys, 'd', 'b', true))).toEqual(['b', 'c', 'd'])
  expect(list(withRange(new Set(keys), keys, 'b', 'c', false))).toEqual(['a', 'd'])
})

test('without a last row, or with one that is filtered away, it is this row alone', () => {
  expect(list(withRange(none, keys, null, 'c', true))).toEqual(['c'])
  expect(list(withRange(none, keys, 'gone', 'c', true))).toEqual(['c'])
})

test('some, all or none of what is shown', () => {
  expect(extentOf(none, keys)).toBe('none')
  expect(extentOf(new Set(['hidden']), keys)).toBe('none')
  expect(extentOf(new Set(['hidden', 'b']), keys)).toBe('some')
  expect(extentOf(new Set(['hidden', ...keys]), keys)).toBe('all')
  expect(extentOf(new Set(['a']), [])).toBe('none')
  expect(countChosen(new Set(['hidden', 'b', 'c']), keys)).toBe(2)
})
