import { expect, test } from 'vitest'
import type { KeyRow } from '../../api/keys.ts'
import { countStates, keyStateOf, matchingKeys } from './key-filter.ts'

const key = (name: string, rest: Partial<KeyRow> = {}): KeyRow => ({
  name,
  isDefault: false,
  canary: null,
  deletion: null,
  ...rest,
})
const keys = [
  key('acme', { canary: 'opens', isDefault: true }),
  key('Acme-old', { canary: 'replaced', deletion: 'marked' }),
  key('tenant'),
]
const names = (text: string, state?: string) =>
  matchingKeys(keys, text, keyStateOf(state ?? '')).map(({ name }) => name)

test('the text is found in names, whatever the case', () => {
  expect(names('acme')).toEqual(['acme', 'Acme-old'])
  expect(names('  ')).toEqual(['acme', 'Acme-old', 'tenant'])
  expect(names('zzz')).toEqual([])
})

test('a state and a text must both hold', () => {
  expect(names('', 'replaced')).toEqual(['Acme-old'])
  expect(names('', 'marked')).toEqual(['Acme-old'])
  expect(names('', 'none')).toEqual(['tenant'])
  expect(names('tenant', 'opens')).toEqual([])
  expect(names('', 'no such state')).toHaveLength(3)
})

test('only states that a key is in are offered, the urgent ones first', () => {
  expect(countStates(keys)).toEqual([
    { state: 'replaced', count: 1 },
    { state: 'marked', count: 1 },
    { state: 'opens', count: 1 },
    { state: 'none', count: 1 },
  ])
})
