import { hashRaw } from '@node-rs/argon2'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openAdminBody, sealAdminBody } from './admin-body.ts'
import { concat, fromText } from './bytes.ts'
import { ForgeryError } from './failures.ts'
import { sealSio } from './sio.ts'
import vectors from './vectors/admin-body.json' with { type: 'json' }

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
const argon2id = async (password: Uint8Array, salt: Uint8Array) =>
  hashRaw(password, { salt, algorithm: 2, version: 1, timeCost: 1, memoryCost: 65536, parallelism: 4, outputLen: 32 })
const unused = async () => expect.unreachable('PBKDF2 bodies need no Argon2id')

describe('openAdminBody', () => {
  test.each(vectors)('$name', async ({ password, body, plaintext }) => {
    expect(await openAdminBody(password, bytes(body), argon2id)).toEqual(bytes(plaintext))
    expect(await openAdminBody(fromText(password), bytes(body), argon2id)).toEqual(bytes(plaintext))
  })

  test('opens Argon2id and ChaCha20-Poly1305, which servers without AES instructions write', async () => {
    const [salt, nonce] = [new Uint8Array(32).fill(1), new Uint8Array(8).fill(2)]
    const key = await argon2id(fromText('secret'), salt)
    const stream = sealSio({ cipher: 'ChaCha20-Poly1305', key, nonce }, fromText('{}'))
    const body = concat(salt, Uint8Array.of(1), nonce, stream)
    expect(await openAdminBody('secret', body, argon2id)).toEqual(fromText('{}'))
  })

  test('opens what sealAdminBody made, and wipes no password of the caller', async () => {
    const password = fromText('pässword')
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (plaintext) => {
        expect(await openAdminBody(password, sealAdminBody(password, plaintext), unused)).toEqual(plaintext)
      }),
      { numRuns: 20 },
    )
    expect(password).toEqual(fromText('pässword'))
  })

  test('refuses a bit flipped in any byte, cuts, and another password, with one message', async () => {
    const body = sealAdminBody('secret', fromText('{}'))
    const forged = (altered: Uint8Array, password = 'secret') =>
      expect(openAdminBody(password, altered, async () => new Uint8Array(32))).rejects.toThrow(new ForgeryError())
    for (let i = 0; i < body.length; i++) {
      const altered = body.slice()
      altered[i]! ^= 1
      await forged(altered)
    }
    for (const cut of [0, 32, 33, 40, 41, 56, body.length - 1]) await forged(body.subarray(0, cut))
    await forged(body, 'another')
  })
})

test('two bodies of one content share neither salt nor nonce', () => {
  const [a, b] = [sealAdminBody('secret', fromText('{}')), sealAdminBody('secret', fromText('{}'))]
  expect(a.subarray(0, 32)).not.toEqual(b.subarray(0, 32))
  expect(a.subarray(33, 41)).not.toEqual(b.subarray(33, 41))
})
