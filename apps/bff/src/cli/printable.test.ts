import { expect, test } from 'vitest'
import { printable, printableJson, printableLines } from './printable.ts'

test.each([
  ['a change of colour', 'a\u001b[31mb', 'a\\u001b[31mb'],
  ['a line of its own', 'a\r\nb', 'a\\u000d\\u000ab'],
  ['a C1 control', 'a\u009b2Jb', 'a\\u009b2Jb'],
  ['text that runs backwards', 'a\u202egpj.b', 'a\\u202egpj.b'],
  ['an isolate', 'a\u2066b', 'a\\u2066b'],
])('%s is shown and not done', (_, name, shown) => {
  expect(printable(name)).toBe(shown)
})

test('names of people stay as they are', () => {
  expect(printable('Zoë Łukasz 名前 👍 C:\\x')).toBe('Zoë Łukasz 名前 👍 C:\\x')
})

test('our own line ends stay', () => {
  expect(printableLines('a\nb\u001b\n')).toBe('a\nb\\u001b\n')
})

test('JSON still says the same', () => {
  const value = { path: 'a\u009b\u202e\u001b\n\u007f', more: [1] }
  const text = printableJson(value)
  expect(JSON.parse(text)).toEqual(value)
  expect(text.replaceAll('\n', '')).toBe(printable(text.replaceAll('\n', '')))
})
