import { expect, test } from 'vitest'
import { fromText } from './bytes.ts'
import { xxHash64 } from './xxhash64.ts'

// The reference implementation's own answers.
test.each([
  ['', 0xef46db3751d8e999n],
  ['a', 0xd24ec4f1a98c6e5bn],
  ['abc', 0x44bc2cf5ad770999n],
  ['Nobody inspects the spammish repetition', 0xfbcea83c8a378bf1n],
])('of %j', (text, expected) => {
  expect(xxHash64(fromText(text))).toBe(expected)
})
