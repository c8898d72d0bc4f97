import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { HighwayHash } from 'highwayhasher'
import { describe, expect, test } from 'vitest'
import { concat } from './bytes.ts'
import { FormatError } from './failures.ts'
import { type DriveShard, joinShards } from './shards.ts'
import codes from './vectors/reed-solomon.json' with { type: 'json' }
import vectors from './vectors/shards.json' with { type: 'json' }
import { parseXlMeta, type XlObject } from './xl-meta.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const BITROT_KEY = Buffer.from('4be734fa8e238acd263e83e6bb968552040f935da39f441497e09d1322de36a0', 'hex')

const layout: XlObject = {
  deleted: false,
  dataBlocks: 2,
  parityBlocks: 2,
  blockSizeBytes: 8,
  index: 1,
  distribution: [1, 2, 3, 4],
  size: 0,
  modTimeNs: 1n,
  dataDir: '00000000-0000-0000-0000-000000000000',
  metaSys: {},
  metaUser: {},
}
const drive = (version: Partial<XlObject>, shard: Uint8Array): DriveShard => ({
  meta: { minor: 3, latestVersion: { ...layout, ...version } },
  shard,
})

/** The data shards of `item`, hashed with SHA-256 in place of HighwayHash, which is as long. */
function split(item: Uint8Array, dataBlocks: number, blockSizeBytes: number): DriveShard[] {
  return Array.from({ length: dataBlocks }, (_, i) => {
    const parts: Uint8Array[] = []
    for (let at = 0; at < item.length; at += blockSizeBytes) {
      const block = item.subarray(at, at + blockSizeBytes)
      const part = Math.ceil(block.length / dataBlocks)
      const padded = new Uint8Array(part)
      padded.set(block.subarray(i * part, (i + 1) * part))
      parts.push(sha256(padded), padded)
    }
    return drive({ dataBlocks, blockSizeBytes, index: i + 1, size: item.length }, concat(...parts))
  })
}

test('joins the shards that a real server wrote to four drives, from any two of them', async () => {
  const hasher = await HighwayHash.loadModule()
  const drives = vectors.drives.map((file) => {
    const meta = parseXlMeta(new Uint8Array(Buffer.from(file, 'base64')))
    return { meta, shard: meta.latestVersion.deleted ? new Uint8Array(0) : meta.latestVersion.inlineShard! }
  })
  for (const one of drives) {
    const hash = (bytes: Uint8Array) => hasher.hash256(BITROT_KEY, bytes)
    for (const other of drives.filter((each) => each !== one)) {
      expect(sha256(joinShards([one, other], hash)).toString('hex')).toBe(vectors.itemSha256)
    }
    expect(() => joinShards([one], hash)).toThrow('missing or damaged')
  }
})

// Shards that klauspost/reedsolomon made, cut into blocks of 4, 4 and 3 bytes: the code works byte by byte.
describe.each(codes)('an item of $dataBlocks + $parityBlocks shards', ({ dataBlocks, parityBlocks, shards }) => {
  const size = 11 * dataBlocks - Math.floor(dataBlocks / 2)
  const parts = (base64: string) =>
    [0, 4, 8].map((at) => Buffer.from(base64, 'base64').subarray(at, Math.min(at + 4, 11)))
  const drives = shards.map((shard, i) =>
    drive(
      { dataBlocks, parityBlocks, blockSizeBytes: 4 * dataBlocks, index: i + 1, size },
      concat(...parts(shard).flatMap((part) => [sha256(part), part])),
    ),
  )
  const data = shards.slice(0, dataBlocks).map(parts)
  const item = concat(...[0, 1, 2].flatMap((block) => data.map((each) => each[block]!))).subarray(0, size)
  const flip = ({ meta, shard }: DriveShard) => ({ meta, shard: shard.map((byte, i) => (i === 50 ? byte ^ 4 : byte)) })

  test('is rebuilt when any drives up to the parity are lost, or damaged', () => {
    const ways = fc.shuffledSubarray(drives, { minLength: dataBlocks, maxLength: drives.length })
    fc.assert(
      fc.property(ways, fc.boolean(), (left, damaged) => {
        const others = damaged ? drives.filter((each) => !left.includes(each)).map(flip) : []
        expect(joinShards([...others, ...left], sha256)).toEqual(item)
      }),
      { numRuns: 30 },
    )
  })

  test('is refused when one more is lost', () => {
    const ways = fc.shuffledSubarray(drives, { minLength: dataBlocks - 1, maxLength: dataBlocks - 1 })
    fc.assert(
      fc.property(ways, (left) => {
        const rest = drives.filter((each) => !left.includes(each)).map(flip)
        expect(() => joinShards([...left, ...rest], sha256)).toThrow(FormatError)
      }),
      { numRuns: 10 },
    )
  })
})

test('joins any item, of many blocks, from shards in any order', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 40 }),
      (item, dataBlocks, blockSize) => {
        expect(joinShards(split(item, dataBlocks, blockSize).reverse(), sha256)).toEqual(item)
      },
    ),
  )
})

test('takes a size that no shard backs up for what it is, whatever it would take to reserve', () => {
  for (const size of [2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
    const claimed = [1, 2, 3, 4].map((index) => drive({ size, index, blockSizeBytes: 1 }, new Uint8Array(66)))
    expect(() => joinShards(claimed, sha256)).toThrow('2 of 2 data shards are missing or damaged')
  }
})

test('rebuilds an item of more blocks than the stack holds', () => {
  const [blocks, noHash] = [150_000, new Uint8Array(32)]
  const layout = { dataBlocks: 1, parityBlocks: 1, blockSizeBytes: 1, size: blocks, index: 2 }
  const parity = drive(layout, new Uint8Array(blocks * (32 + 1)))
  expect(joinShards([parity], () => noHash)).toHaveLength(blocks)
})

test.each([1048575, 1048576, 1048577, 2 * 1048576, 2 * 1048576 + 5])('joins %i bytes in blocks of 1 MiB', (size) => {
  const item = Uint8Array.from({ length: size }, (_, i) => (i * 31) % 253)
  expect(Buffer.compare(joinShards(split(item, 3, 1048576), sha256), item)).toBe(0)
})

describe('what is wrong is told', () => {
  const item = Uint8Array.from({ length: 21 }, (_, i) => i)
  const [one, two] = split(item, 2, 8) as [DriveShard, DriveShard]

  test('missing shards', () => {
    expect(() => joinShards([two], sha256)).toThrow('1 of 2 data shards are missing or damaged')
    expect(() => joinShards([], sha256)).toThrow('no drive holds this item')
  })

  test('a bit flipped in any byte, unless another drive has the same shard whole', () => {
    for (let i = 0; i < one.shard.length; i++) {
      const shard = one.shard.slice()
      shard[i]! ^= 1
      expect(() => joinShards([{ ...one, shard }, two], sha256), `byte ${i}`).toThrow('1 of 2 data shards')
      expect(joinShards([{ ...one, shard }, two, one], sha256)).toEqual(item)
    }
  })

  test('a shard cut short, or with bytes after it', () => {
    for (const shard of [one.shard.subarray(1), one.shard.subarray(0, -1), concat(one.shard, Uint8Array.of(0))]) {
      expect(() => joinShards([{ ...one, shard }, two], sha256)).toThrow('1 of 2 data shards')
    }
  })

  test('two generations', () => {
    for (const other of [
      { modTimeNs: 2n },
      { size: 20 },
      { dataDir: 'x' },
      { parityBlocks: 1 },
      { distribution: [1] },
    ]) {
      const mixed = drive({ ...(two.meta.latestVersion as XlObject), ...other }, two.shard)
      expect(() => joinShards([one, mixed], sha256)).toThrow('different generations')
    }
  })

  test('a deleted item', () => {
    const deleted: DriveShard = { meta: { minor: 3, latestVersion: { deleted: true, modTimeNs: 1n } }, shard: item }
    expect(() => joinShards([deleted], sha256)).toThrow('deleted')
  })
})
