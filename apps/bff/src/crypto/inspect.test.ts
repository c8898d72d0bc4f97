import { constants, createHash, createPrivateKey, privateDecrypt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { openAes256Gcm } from '../native/aes-gcm.ts'
import { concat } from './bytes.ts'
import { ForgeryError, FormatError } from './failures.ts'
import { InspectError, openInspect, openInspectInSteps } from './inspect.ts'
import { sealSio } from './sio.ts'
import { finish } from './steps.ts'
import vectors from './vectors/inspect.json' with { type: 'json' }

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
const key = createPrivateKey(vectors.rsaPrivateKey)
const rsaOaepSha512Decrypt = (sealed: Uint8Array) =>
  new Uint8Array(privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha512' }, sealed))

describe('format 1, with the key in clear', () => {
  test.each(vectors.plainKeyed)('$name', ({ reply, zipSha256 }) => {
    expect(sha256(openInspect(bytes(reply)))).toBe(zipSha256)
  })

  test('refuses altered and cut replies', () => {
    const reply = bytes(vectors.plainKeyed[0]!.reply)
    for (const at of [1, 32, 33, 500, reply.length - 1]) {
      const altered = reply.slice()
      altered[at]! ^= 1
      expect(() => openInspect(altered), `byte ${at}`).toThrow(ForgeryError)
    }
    expect(() => openInspect(reply.subarray(0, reply.length - 1))).toThrow(ForgeryError)
    expect(() => openInspect(reply.subarray(0, 20))).toThrow(FormatError)
  })
})

describe('format 2, sealed to an RSA key', () => {
  const { reply, zipSha256 } = vectors.blocks[0]!

  test('opens the zip and leaves alone what is sealed to others', () => {
    expect(sha256(openInspect(bytes(reply), { rsaOaepSha512Decrypt }))).toBe(zipSha256)
  })

  test('asks for the private key', () => {
    expect(() => openInspect(bytes(reply))).toThrow('sealed to an RSA key')
  })

  test('is refused cut short anywhere', () => {
    const whole = bytes(reply)
    for (let cut = 0; cut < whole.length; cut += 7) {
      expect(() => openInspect(whole.subarray(0, cut), { rsaOaepSha512Decrypt }), `cut to ${cut}`).toThrow(FormatError)
    }
    expect(() => openInspect(whole.subarray(0, -1), { rsaOaepSha512Decrypt })).toThrow(FormatError)
  })

  test('is not authentic where the private key opens nothing, or no key of 32 bytes', () => {
    const throwing = () => {
      throw new Error('oaep decoding error')
    }
    for (const wrong of [throwing, () => new Uint8Array(31), () => new Uint8Array(32)]) {
      expect(() => openInspect(bytes(reply), { rsaOaepSha512Decrypt: wrong })).toThrow(ForgeryError)
    }
  })

  test('is refused with a bit flipped in the zip', () => {
    const altered = bytes(reply)
    altered[altered.length - 200]! ^= 1
    expect(() => openInspect(altered, { rsaOaepSha512Decrypt })).toThrow(ForgeryError)
  })

  test('says in the words of the server what it could not gather', () => {
    const refusal = () => openInspect(bytes(vectors.nothingFound), { rsaOaepSha512Decrypt })
    expect(refusal).toThrow(InspectError)
    expect(refusal).toThrow('GetRawData: No files matched the given pattern')
  })

  test('skips blocks of kinds that are not known, also with ids below zero', () => {
    const whole = bytes(reply)
    const more = concat(
      whole.subarray(0, 2),
      Uint8Array.of(0xff, 2, 1, 1),
      Uint8Array.of(0xd0, 0xdf, 0xcd, 0, 1, 9),
      whole.subarray(2),
    )
    expect(sha256(openInspect(more, { rsaOaepSha512Decrypt }))).toBe(zipSha256)
  })
})

test.each([
  ['format 1', vectors.plainKeyed[0]!],
  ['format 2', vectors.blocks[0]!],
])('opens a reply of %s where it lies, to the same zip', (_, { reply, zipSha256 }) => {
  const own = bytes(reply)
  const zip = finish(openInspectInSteps(own, { rsaOaepSha512Decrypt, openAes256Gcm, overwrite: true }))
  expect(sha256(zip)).toBe(zipSha256)
  expect(zip.buffer).toBe(own.buffer)
  const left = bytes(reply)
  openInspect(left, { rsaOaepSha512Decrypt })
  expect(left).toEqual(bytes(reply))
})

test('refuses what is no reply of inspect-data', () => {
  for (const foreign of [[], [0], [3, 1], [0x50, 0x4b]]) {
    expect(() => openInspect(Uint8Array.from(foreign))).toThrow('format that is not known')
  }
})

test('opens a large reply in steps', () => {
  const [plainKey, zip] = [new Uint8Array(32).fill(7), Uint8Array.from({ length: 600_000 }, (_, i) => i % 251)]
  const sealed = sealSio({ cipher: 'AES-256-GCM', key: plainKey, nonce: new Uint8Array(8) }, zip)
  const steps = openInspectInSteps(concat(Uint8Array.of(1), plainKey, sealed))
  expect(steps.next()).toEqual({ done: false, value: undefined })
  expect(steps.next()).toEqual({ done: false, value: undefined })
  const { done, value } = steps.next()
  expect(done).toBe(true)
  expect(Buffer.compare(value as Uint8Array, zip)).toBe(0)
})
