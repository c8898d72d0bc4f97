import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { describe, expect, test } from 'vitest'
import { concat } from './bytes.ts'
import { openDare } from './dare.ts'
import { ForgeryError } from './failures.ts'
import vectors from './vectors/dare.json' with { type: 'json' }

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
const clear = (size: number) => Uint8Array.from({ length: size }, (_, i) => i % 251)
const key = new Uint8Array(32).fill(7)
const PACKAGE = 16 + 65536 + 16

/** Seals as minio/sio does; the vectors below pin it, so that streams of several packages need no vector of 100 kB. */
function seal(plaintext: Uint8Array, params: { key: Uint8Array; cipher: number; nonce: Uint8Array }): Uint8Array {
  const count = Math.ceil(plaintext.length / 65536)
  const packages = Array.from({ length: count }, (_, i) => {
    const part = plaintext.subarray(i * 65536, (i + 1) * 65536)
    const header = concat(
      Uint8Array.of(0x20, params.cipher, (part.length - 1) & 0xff, (part.length - 1) >> 8),
      params.nonce,
    )
    header[4] = (header[4]! & 0x7f) | (i + 1 === count ? 0x80 : 0)
    const nonce = header.slice(4)
    nonce[8]! ^= i
    const aead = params.cipher === 0 ? gcm : chacha20poly1305
    return concat(header, aead(params.key, nonce, header.subarray(0, 4)).encrypt(part))
  })
  return concat(...packages)
}

// Sealed by minio/sio 0.4.1.
describe.each(vectors.filter(({ sizeBytes }) => sizeBytes > 0))('$name', (vector) => {
  const sealed = bytes(vector.sealed)

  test('opens', () => {
    expect(openDare(bytes(vector.key), sealed)).toEqual(clear(vector.sizeBytes))
    const params = { key: bytes(vector.key), cipher: sealed[1]!, nonce: sealed.slice(4, 16) }
    expect(seal(clear(vector.sizeBytes), params)).toEqual(sealed)
  })

  test('does not open with a bit flipped in any byte, cut short, with bytes after it, or under another key', () => {
    for (let i = 0; i < sealed.length; i++) {
      const altered = sealed.slice()
      altered[i]! ^= 1
      expect(() => openDare(bytes(vector.key), altered), `byte ${i}`).toThrow(ForgeryError)
      expect(() => openDare(bytes(vector.key), sealed.subarray(0, i)), `cut to ${i}`).toThrow(ForgeryError)
    }
    const unfinished = sealed.slice()
    unfinished[4]! ^= 0x80
    for (const foreign of [unfinished, concat(sealed, Uint8Array.of(0)), concat(sealed, sealed)]) {
      expect(() => openDare(bytes(vector.key), foreign)).toThrow(ForgeryError)
    }
    expect(() => openDare(key, sealed)).toThrow(ForgeryError)
  })
})

test('an empty stream, which has nothing to prove itself by, does not open', () => {
  const empty = vectors.find(({ sizeBytes }) => sizeBytes === 0)!
  expect(() => openDare(bytes(empty.key), bytes(empty.sealed))).toThrow(ForgeryError)
})

describe.each([0, 1])('several packages of cipher %i', (cipher) => {
  const nonce = Uint8Array.from({ length: 12 }, (_, i) => 255 - i)

  test.each([65535, 65536, 65537, 131072, 131073])('open to the %i bytes that went in', (size) => {
    const sealed = seal(clear(size), { key, cipher, nonce })
    expect(Buffer.compare(openDare(key, sealed), clear(size))).toBe(0)
  })

  test('do not open swapped, repeated, without the last, or mixed with those of another stream', () => {
    const sealed = seal(clear(140_000), { key, cipher, nonce })
    const other = seal(clear(140_000), { key, cipher, nonce: nonce.map((byte) => byte ^ 3) })
    const mixed = seal(clear(140_000), { key, cipher: 1 - cipher, nonce })
    const part = (of: Uint8Array, i: number) => of.subarray(i * PACKAGE, (i + 1) * PACKAGE)
    const [a, b, c] = [part(sealed, 0), part(sealed, 1), part(sealed, 2)]
    for (const parts of [
      [b, a, c],
      [a, a, c],
      [a, c],
      [a, b],
      [b, c],
      [c],
      [a, part(other, 1), c],
      [a, part(mixed, 1), c],
    ]) {
      expect(() => openDare(key, concat(...parts))).toThrow(ForgeryError)
    }
  })
})

test('names a key of a wrong length', () => {
  expect(() => openDare(new Uint8Array(16), bytes(vectors[0]!.sealed))).toThrow('"key"')
})
