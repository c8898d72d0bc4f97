import { readFileSync } from 'node:fs'
import { encode } from '@msgpack/msgpack'
import { describe, expect, test } from 'vitest'
import { open, seal } from './ciphertext.ts'
import type { Cipher, Key } from './key-file.ts'

const ascending = Buffer.from(Array.from({ length: 32 }, (_, index) => index))
const descending = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index))
const keyOf = (cipher: Cipher, secret: Buffer): Key => ({
  cipher,
  secret,
  hmacSecret: undefined,
  createdAt: { seconds: 0, nanos: 0 },
  createdBy: '',
})
const keys: Record<string, Key> = { 'imp-aes': keyOf('AES256', ascending), 'imp-cc': keyOf('ChaCha20', descending) }
const context = Buffer.from('{"bucket":"bucket/object"}')

type Vector = { name: string; path: string; status: number; requestBody: { ciphertext: string; context?: string } }
type Recorded = Vector & { responseBody: { plaintext: string } }
const vectors = readFileSync(new URL('../golden/kes-golden.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.includes('"name":"vector-'))
  .map((line) => JSON.parse(line) as Recorded)
const accepted = vectors.filter(({ status }) => status === 200)

const openVector = ({ path, requestBody }: Vector, bytes = Buffer.from(requestBody.ciphertext, 'base64')) =>
  open(keys[path.split('/').pop()!]!, bytes, Buffer.from(requestBody.context ?? '', 'base64'))

describe('recorded ciphertexts', () => {
  test('there are two ciphers in three layouts, with and without context', () => {
    expect(accepted.length).toBe(13)
  })

  test.each(accepted)('$name opens', (vector) => {
    expect(openVector(vector).toString('base64')).toBe(vector.responseBody.plaintext)
  })

  test.each(vectors.filter(({ status }) => status === 400))('$name does not', (vector) => {
    expect(() => openVector(vector)).toThrow('decryption failed: ciphertext is not authentic')
  })

  // In the older layouts some bits do not matter to KES either: the id, and the label as long as it names a cipher.
  test.each(accepted.filter(({ name }) => name.includes('raw')))(
    '$name with any one bit flipped does not',
    (vector) => {
      const original = Buffer.from(vector.requestBody.ciphertext, 'base64')
      for (let bit = 0; bit < original.length * 8; bit++) {
        const altered = Buffer.from(original)
        altered[bit >> 3]! ^= 1 << (bit & 7)
        expect(() => openVector(vector, altered), `bit ${bit}`).toThrow('not authentic')
      }
    },
  )
})

describe.each(Object.entries(keys))('seal and open with %s', (_, key) => {
  test.each([0, 1, 32, 1000])('%i bytes come back, 44 bytes longer on the way', (length) => {
    const plaintext = Buffer.alloc(length, 7)
    const sealed = seal(key, plaintext, context)
    expect(sealed.length).toBe(length + 44)
    expect(open(key, sealed, context)).toEqual(plaintext)
    expect(seal(key, plaintext, context)).not.toEqual(sealed)
  })

  test('another context, another key and a cut ciphertext are refused alike', () => {
    const sealed = seal(key, Buffer.from('x'), context)
    const other = { ...key, secret: Buffer.alloc(32) }
    expect(() => open(key, sealed, Buffer.alloc(0))).toThrow('not authentic')
    expect(() => open(other, sealed, context)).toThrow('not authentic')
    for (let length = 0; length < sealed.length; length++) {
      expect(() => open(key, sealed.subarray(0, length), context), `length ${length}`).toThrow('not authentic')
    }
  })

  test('raw ciphertexts that begin like an older layout are still opened', () => {
    for (const first of [0x7b, 0x95]) {
      let sealed = seal(key, Buffer.alloc(32), context)
      for (let tries = 0; sealed[0] !== first && tries < 10_000; tries++) sealed = seal(key, Buffer.alloc(32), context)
      expect(sealed[0]).toBe(first)
      expect(open(key, sealed, context)).toEqual(Buffer.alloc(32))
    }
  })
})

describe('MessagePack', () => {
  const sealed = seal(keys['imp-aes']!, Buffer.from('x'), context)
  const [box, iv, nonce] = [sealed.subarray(0, -28), sealed.subarray(-28, -12), sealed.subarray(-12)]
  const tryOpen = (...items: unknown[]) => open(keys['imp-aes']!, encode(items), context).toString()

  test('each of the four algorithm names is taken and none decides', () => {
    for (const name of ['AES256', 'AES256-GCM_SHA256', 'ChaCha20', 'XCHACHA20-POLY1305']) {
      expect(tryOpen(name, 'id', iv, nonce, box)).toBe('x')
    }
  })

  test('another algorithm, a sixth item or a short iv are not', () => {
    expect(() => tryOpen('AES', 'id', iv, nonce, box)).toThrow('not authentic')
    expect(() => tryOpen('AES256', 'id', iv, nonce, box, 1)).toThrow('not authentic')
    expect(() => tryOpen('AES256', 'id', iv.subarray(1), nonce, box)).toThrow('not authentic')
  })
})
