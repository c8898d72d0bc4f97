import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat } from './bytes.ts'
import { FormatError } from './failures.ts'
import { unpackAll, unpackMap } from './message-pack.ts'

const scalar = fc.oneof(
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.string({ maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }),
)
const key = fc.string().filter((name) => name !== '__proto__')
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(scalar, fc.array(tie('value'), { maxLength: 20 }), fc.dictionary(key, tie('value'), { maxKeys: 20 })),
}))

test('takes whatever MessagePack holds, several values in a row too', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 4 }), (values) => {
      const bytes = concat(...values.map((each) => encode(each, { useBigInt64: true })))
      const unpacked = unpackAll(bytes, 'it')
      expect(concat(...unpacked.map((each) => encode(each, { useBigInt64: true })))).toEqual(bytes)
    }),
    { numRuns: 300 },
  )
})

test('takes long arrays, maps and texts, and times', () => {
  const numbers = Array.from({ length: 70_000 }, (_, i) => i)
  const map = Object.fromEntries(numbers.map((i) => [`k${i}`, i]))
  const large = { numbers, map, text: 'x'.repeat(70_000), bytes: new Uint8Array(70_000), at: new Date(5) }
  expect(unpackMap(encode(large), 'it')).toEqual(large)
})

describe('refuses, whatever follows,', () => {
  const nested = (mark: number[]) => Uint8Array.from(Array.from({ length: 200_000 }, () => mark).flat())
  test.each<[string, Uint8Array]>([
    ['an array of 4 billion', Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)],
    ['a map of 4 billion', Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff)],
    ['a text of 4 billion', Uint8Array.of(0xdb, 0xff, 0xff, 0xff, 0xff)],
    ['bytes of 4 billion', Uint8Array.of(0xc6, 0xff, 0xff, 0xff, 0xff)],
    ['an extension of 4 billion', Uint8Array.of(0xc9, 0xff, 0xff, 0xff, 0xff, 1)],
    ['arrays in arrays that each declare 65535', nested([0xdc, 0xff, 0xff])],
    ['one array in another, 200,000 deep', nested([0x91])],
    ['one map in another, 200,000 deep', nested([0x81, 0xa0])],
    ['a million empty maps', concat(Uint8Array.of(0xdd, 0, 0x0f, 0x42, 0x40), new Uint8Array(1_000_000).fill(0x80))],
    ['a mark that is never used', Uint8Array.of(0xc1)],
    ['the name of a prototype', encode({ ['__proto__']: 1 })],
  ])('%s', (_, bytes) => {
    const before = process.memoryUsage().heapUsed
    expect(() => unpackAll(bytes, 'it')).toThrow(FormatError)
    expect(() => unpackAll(concat(bytes, new Uint8Array(100_000)), 'it')).toThrow(FormatError)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(256 * 2 ** 20)
  })

  test('more values in a row than MinIO writes', () => {
    expect(unpackAll(new Uint8Array(65_536), 'it')).toHaveLength(65_536)
    expect(() => unpackAll(new Uint8Array(65_537), 'it')).toThrow(FormatError)
  })

  test('every value that is cut short', () => {
    const bytes = encode({ a: [1, 70_000, -5, 1.5, 'text', new Uint8Array(3)], b: { c: null }, d: new Date(1) })
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(() => unpackAll(bytes.subarray(0, cut), 'it'), `cut to ${cut}`).toThrow(FormatError)
    }
  })

  test('two values where one map should be', () => {
    expect(() => unpackMap(concat(encode({}), encode({})), 'it')).toThrow('it is not one MessagePack map')
    expect(() => unpackMap(encode([]), 'it')).toThrow('it is not one MessagePack map')
  })
})
