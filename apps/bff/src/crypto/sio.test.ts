import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ForgeryError } from './failures.ts'
import { openedSioSize, openSio, openSioInSteps, type SioCipher, sealedSioSize, sealSio } from './sio.ts'

const ciphers: SioCipher[] = ['AES-256-GCM', 'ChaCha20-Poly1305']
const sio = (cipher: SioCipher) => ({ cipher, key: new Uint8Array(32).fill(7), nonce: new Uint8Array(8).fill(9) })
const edges = [0, 1, 16383, 16384, 16385, 32767, 32768, 32769]
const clear = (size: number) => Uint8Array.from({ length: size }, (_, i) => i % 251)

describe.each(ciphers)('a stream under %s', (cipher) => {
  test.each(edges)('of %i bytes opens to what was sealed, and has the size that was said', (size) => {
    const sealed = sealSio(sio(cipher), clear(size))
    expect(sealed.length).toBe(sealedSioSize(size))
    expect(openedSioSize(sealed.length)).toBe(size)
    expect(openSio(sio(cipher), sealed)).toEqual(clear(size))
  })

  test.each(edges)('of %i bytes does not open when it is cut short, anywhere near a fragment edge', (size) => {
    const sealed = sealSio(sio(cipher), clear(size))
    const cuts = [0, 15, 16, 17, 16384, 16399, 16400, 16401, 32800, sealed.length - 16, sealed.length - 1]
    for (const cut of cuts.filter((each) => each >= 0 && each < sealed.length)) {
      expect(() => openSio(sio(cipher), sealed.subarray(0, cut)), `cut to ${cut}`).toThrow(ForgeryError)
    }
  })

  test('does not open with a bit flipped in any byte', () => {
    const sealed = sealSio(sio(cipher), clear(20))
    for (let i = 0; i < sealed.length; i++) {
      const altered = sealed.slice()
      altered[i]! ^= 1
      expect(() => openSio(sio(cipher), altered), `byte ${i}`).toThrow(ForgeryError)
    }
  })

  test('does not open with two fragments swapped, one repeated, or one of another stream', () => {
    const sealed = sealSio(sio(cipher), clear(3 * 16384))
    const [a, b, c] = [0, 1, 2].map((i) => sealed.subarray(i * 16400, (i + 1) * 16400))
    for (const order of [
      [b, a, c],
      [a, a, c],
      [a, c],
      [a, b, c, c],
    ]) {
      const moved = Buffer.concat(order as Uint8Array[])
      expect(() => openSio(sio(cipher), moved)).toThrow(ForgeryError)
    }
  })

  test('does not open under another key, nonce or associated data', () => {
    const sealed = sealSio(sio(cipher), clear(5))
    const others = [{ key: new Uint8Array(32) }, { nonce: new Uint8Array(8) }, { associatedData: Uint8Array.of(1) }]
    for (const other of others) expect(() => openSio({ ...sio(cipher), ...other }, sealed)).toThrow(ForgeryError)
  })
})

test('opens bytes that lie unaligned in a larger buffer, and leaves key and input as they were', () => {
  const params = sio('AES-256-GCM')
  const sealed = sealSio(params, clear(20_000))
  const larger = new Uint8Array(sealed.length + 3)
  larger.set(sealed, 3)
  expect(openSio(params, larger.subarray(3))).toEqual(clear(20_000))
  expect(larger.subarray(3)).toEqual(sealed)
  expect(params).toEqual(sio('AES-256-GCM'))
})

test('any content and associated data make the round trip', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array(),
      fc.constantFrom(...ciphers),
      (content, data, cipher) => {
        const params = { ...sio(cipher), associatedData: data }
        expect(openSio(params, sealSio(params, content))).toEqual(content)
      },
    ),
  )
})

test('names the argument of a wrong length', () => {
  expect(() => sealSio({ ...sio('AES-256-GCM'), key: new Uint8Array(31) }, clear(1))).toThrow('"key"')
  expect(() => openSio({ ...sio('AES-256-GCM'), nonce: new Uint8Array(12) }, clear(1))).toThrow('"nonce"')
})

describe('in steps', () => {
  const content = clear(5 * 256 * 1024 + 1)
  const sealed = sealSio(sio('ChaCha20-Poly1305'), content)

  test('each opens 256 KiB, and the last gives the whole', () => {
    const steps = openSioInSteps(sio('ChaCha20-Poly1305'), sealed)
    for (let i = 0; i < 5; i++) expect(steps.next()).toEqual({ done: false, value: undefined })
    const { done, value } = steps.next()
    expect(done).toBe(true)
    expect(Buffer.compare(value as Uint8Array, content)).toBe(0)
  })

  test('nothing is given out before the last, where it shows that something is wrong', () => {
    const steps = openSioInSteps(sio('ChaCha20-Poly1305'), sealed.with(sealed.length - 1, sealed.at(-1)! ^ 1))
    for (let i = 0; i < 5; i++) expect(steps.next().value).toBeUndefined()
    expect(() => steps.next()).toThrow(ForgeryError)
  })
})
