import { gcm } from '@noble/ciphers/aes.js'
import { describe, expect, test } from 'vitest'
import { ForgeryError } from '../crypto/failures.ts'
import { openSioInSteps, sealSio } from '../crypto/sio.ts'
import { finish } from '../crypto/steps.ts'
import { openAes256Gcm } from './aes-gcm.ts'

const key = new Uint8Array(32).fill(7)
const nonce = new Uint8Array(12).fill(9)
const bound = Uint8Array.of(1, 2, 3)
const clear = (size: number) => Uint8Array.from({ length: size }, (_, i) => i % 251)
const same = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0

describe('one message', () => {
  test.each([0, 1, 15, 16, 17, 16_384])('of %i bytes opens to what noble sealed', (size) => {
    const sealed = gcm(key, nonce, bound).encrypt(clear(size))
    expect(same(openAes256Gcm(key, nonce, bound, sealed), clear(size))).toBe(true)
  })

  test('with a bit flipped in any byte, cut short, or bound to something else does not open', () => {
    const sealed = gcm(key, nonce, bound).encrypt(clear(20))
    for (let i = 0; i < sealed.length; i++) {
      expect(() => openAes256Gcm(key, nonce, bound, sealed.with(i, sealed[i]! ^ 1)), `byte ${i}`).toThrow()
      expect(() => openAes256Gcm(key, nonce, bound, sealed.subarray(0, i)), `cut to ${i}`).toThrow()
    }
    expect(() => openAes256Gcm(key, nonce, Uint8Array.of(1), sealed)).toThrow()
    expect(() => openAes256Gcm(key, nonce.with(0, 1), bound, sealed)).toThrow()
    expect(() => openAes256Gcm(key.with(0, 1), nonce, bound, sealed)).toThrow()
  })
})

describe('a stream', () => {
  const sio = { cipher: 'AES-256-GCM', key, nonce: nonce.subarray(0, 8), associatedData: bound } as const
  const opened = (sealed: Uint8Array) => finish(openSioInSteps(sio, sealed, { openAes256Gcm }))

  test.each([0, 1, 16_383, 16_384, 16_385, 600_000])('of %i bytes opens as with noble', (size) => {
    const sealed = sealSio(sio, clear(size))
    expect(same(opened(sealed), finish(openSioInSteps(sio, sealed)))).toBe(true)
    expect(same(opened(sealed), clear(size))).toBe(true)
  })

  test('altered anywhere is a forgery, as with noble', () => {
    const sealed = sealSio(sio, clear(40_000))
    for (const at of [0, 16_383, 16_384, 16_399, 16_400, sealed.length - 17, sealed.length - 1]) {
      expect(() => opened(sealed.with(at, sealed[at]! ^ 1)), `byte ${at}`).toThrow(ForgeryError)
    }
    expect(() => opened(sealed.subarray(0, -1))).toThrow(ForgeryError)
  })

  test('opened into its own bytes gives the same, and leaves no plaintext where it is a forgery', () => {
    const own = sealSio(sio, clear(40_000))
    expect(same(finish(openSioInSteps(sio, own, { openAes256Gcm, into: own })), clear(40_000))).toBe(true)
    const forged = sealSio(sio, clear(40_000)).fill(1, -1)
    const steps = openSioInSteps(sio, forged, { openAes256Gcm, into: forged })
    expect(() => finish(steps)).toThrow(ForgeryError)
    expect(forged.subarray(0, 40_000).every((byte) => byte === 0)).toBe(true)
  })

  test('what each fragment was opened into is wiped', () => {
    const seen: Uint8Array[] = []
    const spy: typeof openAes256Gcm = (...given) => {
      seen.push(openAes256Gcm(...given))
      return seen.at(-1)!
    }
    finish(openSioInSteps(sio, sealSio(sio, clear(40_000)), { openAes256Gcm: spy }))
    expect(seen.map((each) => [each.length, each.every((byte) => byte === 0)])).toEqual([
      [16_384, true],
      [16_384, true],
      [7_232, true],
    ])
  })

  test('of the other cipher is none of it', () => {
    const other = { ...sio, cipher: 'ChaCha20-Poly1305' } as const
    const refuse = () => {
      throw new Error('asked for AES')
    }
    expect(same(finish(openSioInSteps(other, sealSio(other, clear(9)), { openAes256Gcm: refuse })), clear(9))).toBe(
      true,
    )
  })
})
