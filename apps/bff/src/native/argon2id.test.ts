import { argon2id as reference } from '@noble/hashes/argon2.js'
import { expect, test } from 'vitest'
import { argon2id } from './argon2id.ts'

const password = new TextEncoder().encode('acme-root:acme-Root-Secret-2021!')
const salt = (fill: number) => new Uint8Array(32).fill(fill)

test('agrees with an independent Argon2id', async () => {
  const expected = reference(password, salt(7), { t: 1, m: 65_536, p: 4, dkLen: 32, version: 0x13 })
  expect(new Uint8Array(await argon2id(password, salt(7)))).toEqual(expected)
})

test('many at once wait for each other and all come back', async () => {
  const keys = await Promise.all([1, 2, 3, 4, 5, 1].map((fill) => argon2id(password, salt(fill))))
  expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(5)
  expect(keys[5]).toEqual(keys[0])
})

test('a failed run gives its place back', async () => {
  const tooShort = new Uint8Array(1)
  await Promise.all([1, 2, 3].map(() => expect(argon2id(password, tooShort)).rejects.toThrow()))
  await expect(argon2id(password, salt(1))).resolves.toHaveLength(32)
})
