import { encode } from '@msgpack/msgpack'
import { describe, expect, test } from 'vitest'
import { concat, fromText } from './bytes.ts'
import vectors from './vectors/xl-meta.json' with { type: 'json' }
import { FormatError, parseXlMeta } from './xl-meta.ts'
import { xxHash64 } from './xxhash64.ts'

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))

/** As the vectors write it: bigint as text, bytes as base64. */
const plain = (value: unknown) =>
  JSON.parse(
    JSON.stringify(value, (_, each) => {
      if (typeof each === 'bigint') return each.toString()
      return each instanceof Uint8Array ? Buffer.from(each).toString('base64') : each
    }),
  )

describe.each(vectors)('xl.meta of a $name', ({ file, expected }) => {
  test('is read whole', () => {
    expect(plain(parseXlMeta(bytes(file)))).toEqual(expected)
  })

  test('is refused cut short', () => {
    const whole = bytes(file)
    // Up to the end of the checksum: the inline data after it is absent in files whose data lies in part.1.
    const { minor } = parseXlMeta(whole)
    const end = minor === 0 ? whole.length : 13 + new DataView(whole.buffer).getUint32(9) + 5
    for (let cut = 0; cut < end; cut++) {
      expect(() => parseXlMeta(whole.subarray(0, cut)), `cut to ${cut}`).toThrow(FormatError)
    }
    for (let cut = end + 1; cut < whole.length; cut++) {
      expect(() => parseXlMeta(whole.subarray(0, cut)), `cut to ${cut}`).toThrow(FormatError)
    }
  })

  test('is refused with a bit flipped in mark, version, length, metadata or checksum', () => {
    const whole = bytes(file)
    const { minor } = parseXlMeta(whole)
    const end = minor === 0 ? 8 : 13 + new DataView(whole.buffer).getUint32(9) + 5
    for (let i = 0; i < end; i++) {
      const altered = whole.slice()
      altered[i]! ^= 0x80
      expect(() => parseXlMeta(altered), `byte ${i}`).toThrow(FormatError)
    }
  })
})

const object = {
  ID: new Uint8Array(16),
  DDir: new Uint8Array(16),
  EcM: 2,
  EcN: 2,
  EcBSize: 1048576,
  EcIndex: 1,
  EcDist: [1, 2, 3, 4],
  Size: 5,
  MTime: 7n,
  MetaSys: null,
  MetaUsr: {},
}
const version = { Type: 1, V2Obj: object }
const file = (versions: unknown) => concat(fromText('XL2 1   '), encode({ Versions: versions }, { useBigInt64: true }))

describe('versions', () => {
  test('the newest counts, wherever it stands', () => {
    const newer = { Type: 1, V2Obj: { ...object, MTime: 9n, Size: 6 } }
    expect(parseXlMeta(file([version, newer])).latestVersion).toMatchObject({ deleted: false, size: 6, modTimeNs: 9n })
  })

  test('a delete marker says so', () => {
    const marker = { Type: 2, DelObj: { ID: new Uint8Array(16), MTime: 8n } }
    expect(parseXlMeta(file([marker, version])).latestVersion).toEqual({ deleted: true, modTimeNs: 8n })
  })

  test.each([
    ['none', []],
    ['one of another kind', [{ Type: 3 }]],
    ['an index beyond the set', [{ Type: 1, V2Obj: { ...object, EcIndex: 5 } }]],
    ['no data blocks', [{ Type: 1, V2Obj: { ...object, EcM: 0 } }]],
    ['a negative size', [{ Type: 1, V2Obj: { ...object, Size: -1 } }]],
    ['a data folder that is no UUID', [{ Type: 1, V2Obj: { ...object, DDir: new Uint8Array(3) } }]],
    ['text instead of versions', 'versions'],
  ])('%s is refused', (_, versions) => {
    expect(() => parseXlMeta(file(versions))).toThrow(FormatError)
  })
})

test('a later container is refused by its version, not misread', () => {
  const later = bytes(vectors[2]!.file)
  later[6] = 4
  expect(() => parseXlMeta(later)).toThrow('version 1.4 is not known')
})

test('an inline version that is not known is refused', () => {
  const inline = bytes(vectors[2]!.file)
  const at = 13 + new DataView(inline.buffer).getUint32(9) + 5
  inline[at] = 2
  expect(() => parseXlMeta(inline)).toThrow('inline data of a version')
  expect(xxHash64(inline.subarray(13, at - 5)) & 0xffffffffn).toBe(
    BigInt(new DataView(inline.buffer).getUint32(at - 4)),
  )
})
