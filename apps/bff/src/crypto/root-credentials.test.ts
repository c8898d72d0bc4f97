import { hashRaw } from '@node-rs/argon2'
import { describe, expect, test } from 'vitest'
import { fromText } from './bytes.ts'
import { ForgeryError } from './failures.ts'
import { looksRootSealed, openRootSealed } from './root-credentials.ts'
import vectors from './vectors/root-credentials.json' with { type: 'json' }

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
const argon2id = async (password: Uint8Array, salt: Uint8Array) =>
  hashRaw(password, { salt, algorithm: 2, version: 1, timeCost: 1, memoryCost: 65536, parallelism: 4, outputLen: 32 })

describe('openRootSealed', () => {
  test.each(vectors)('$name', async ({ user, password, sealed, plaintext }) => {
    expect(await openRootSealed({ user, password }, bytes(sealed), argon2id)).toEqual(bytes(plaintext))
    expect(await openRootSealed({ user, password: fromText(password) }, bytes(sealed), argon2id)).toEqual(
      bytes(plaintext),
    )
  })

  const { user, password, sealed } = vectors[0]!

  test('refuses other root credentials', async () => {
    for (const other of [
      { user: 'root', password },
      { user, password: 'other' },
      { user: '', password: `${user}:` },
    ]) {
      await expect(openRootSealed(other, bytes(sealed), argon2id)).rejects.toThrow(ForgeryError)
    }
  })

  test('refuses a flipped bit in salt, id, nonce, text and tag', async () => {
    for (const at of [0, 31, 32, 33, 40, 41, 60, bytes(sealed).length - 1]) {
      const altered = bytes(sealed)
      altered[at]! ^= 1
      await expect(openRootSealed({ user, password }, altered, argon2id), `byte ${at}`).rejects.toThrow(ForgeryError)
    }
  })

  test('is asked for only what can be of the format', () => {
    expect(looksRootSealed(bytes(sealed))).toBe(true)
    expect(looksRootSealed(bytes(sealed).subarray(0, 56))).toBe(false)
    expect(looksRootSealed(bytes(sealed).fill(3, 32, 33))).toBe(false)
  })
})
