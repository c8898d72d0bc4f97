import { expect, test } from 'vitest'
import { begin, takeBegun } from './begun.ts'

const url = new URL('data:,items')

test('what was begun is handed over once', async () => {
  const begun = begin(url)
  expect(takeBegun(new Request(url))).toBe(begun)
  expect(takeBegun(new Request(url))).toBeUndefined()
  expect(await (await begun).text()).toBe('items')
})

test('nothing that was begun outlives a call that may change it', () => {
  void begin(url)
  expect(takeBegun(new Request('data:,read-the-drives', { method: 'POST' }))).toBeUndefined()
  expect(takeBegun(new Request(url))).toBeUndefined()
})
