import { randomBytes } from '@noble/ciphers/utils.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromText } from './bytes.ts'
import { type DataKeyAlgorithm, isOldForm, openDataKey, sealDataKey } from './data-key.ts'
import { ForgeryError } from './failures.ts'
import classified from './vectors/classify.json' with { type: 'json' }
import vectors from './vectors/data-key.json' with { type: 'json' }

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
const opened = vectors.filter(({ plaintext }) => plaintext !== undefined)
const refused = vectors.filter(({ plaintext }) => plaintext === undefined)

const open = ({ masterKey, sealed, context, algorithm }: (typeof vectors)[number]) =>
  openDataKey(bytes(masterKey), bytes(sealed), bytes(context), algorithm as DataKeyAlgorithm)

describe('openDataKey, as KES does it', () => {
  test.each(opened)('opens $name', (vector) => {
    expect(open(vector)).toEqual(bytes(vector.plaintext!))
  })

  test.each(refused)('refuses $name', (vector) => {
    expect(() => open(vector)).toThrow(ForgeryError)
  })

  test.each(opened)(
    'refuses $name with a bit flipped in its box, under another context, under another key',
    (vector) => {
      const { masterKey, sealed, context, algorithm } = vector
      const other = concat(bytes(context), Uint8Array.of(1))
      expect(() => openDataKey(bytes(masterKey), bytes(sealed), other, algorithm as DataKeyAlgorithm)).toThrow(
        ForgeryError,
      )
      expect(() =>
        openDataKey(new Uint8Array(32), bytes(sealed), bytes(context), algorithm as DataKeyAlgorithm),
      ).toThrow(ForgeryError)
    },
  )

  test.each(opened.filter(({ name }) => name.includes('raw')))(
    'refuses $name with any byte altered or cut',
    (vector) => {
      const sealed = bytes(vector.sealed)
      for (let i = 0; i < sealed.length; i++) {
        const altered = sealed.slice()
        altered[i]! ^= 1
        for (const forged of [altered, sealed.subarray(0, i)]) {
          const base64 = Buffer.from(forged).toString('base64')
          expect(() => open({ ...vector, sealed: base64 }), `byte ${i}`).toThrow(ForgeryError)
        }
      }
    },
  )
})

test.each(opened.filter(({ name }) => /json|msgpack/.test(name) && !name.includes('ignored')))(
  'without an algorithm the layout of $name says which, as for a static key',
  ({ masterKey, sealed, context, plaintext }) => {
    expect(openDataKey(bytes(masterKey), bytes(sealed), bytes(context))).toEqual(bytes(plaintext!))
  },
)

describe('sealDataKey', () => {
  test('makes what openDataKey opens, 44 bytes longer, also when it begins like another layout', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array(), (dek, context) => {
        const key = randomBytes(32)
        const sealed = sealDataKey(key, dek, context)
        expect(sealed.length).toBe(32 + 44)
        expect(openDataKey(key, sealed, context)).toEqual(dek)
      }),
      { numRuns: 1000 }, // one seal in 128 begins with the mark of JSON or MessagePack
    )
  })

  test('names the argument of a wrong length', () => {
    expect(() => sealDataKey(new Uint8Array(31), new Uint8Array(32), fromText('{}'))).toThrow('"masterKey"')
    expect(() => openDataKey(new Uint8Array(33), new Uint8Array(76), fromText('{}'))).toThrow('"masterKey"')
  })
})

test('the form of before 2021-05 is told from those that open today', () => {
  const old = bytes(classified.oldFormDataKey)
  expect(isOldForm(old)).toBe(true)
  for (const { sealed } of vectors) expect(isOldForm(bytes(sealed))).toBe(false)
  for (const at of [0, 1, 2, 3]) expect(isOldForm(old.slice().fill(0x7f, at, at + 1)), `byte ${at}`).toBe(false)
  expect(isOldForm(old.subarray(1))).toBe(false)
})
