import { expect, test } from 'vitest'
import { FormatError } from './failures.ts'
import { rebuildDataShards } from './reed-solomon.ts'
import vectors from './vectors/reed-solomon.json' with { type: 'json' }

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))

/** Ways to lose up to `most` of `count` shards: all of them for small sets, every 97th for large ones. */
function losses(count: number, most: number): ReadonlySet<number>[] {
  const all = Array.from({ length: 2 ** count }, (_, mask) => mask)
    .map((mask) => new Set(Array.from({ length: count }, (_, i) => i).filter((i) => mask & (1 << i))))
    .filter((lost) => lost.size <= most)
  return all.filter((_, i) => all.length < 500 || i % 97 === 0)
}

// Shards made by klauspost/reedsolomon 1.12.4, which MinIO uses.
test.each(vectors)('rebuilds the data of $dataBlocks + $parityBlocks shards, whichever are lost', (vector) => {
  const whole = vector.shards.map(bytes)
  const data = whole.slice(0, vector.dataBlocks)
  for (const lost of losses(whole.length, vector.parityBlocks)) {
    const left = whole.map((shard, index) => (lost.has(index) ? undefined : shard))
    expect(rebuildDataShards(left, vector.dataBlocks), `lost ${[...lost]}`).toEqual(data)
  }
})

test.each(vectors)('refuses $dataBlocks + $parityBlocks shards with one loss too many', (vector) => {
  const left = vector.shards.map((shard, index) => (index <= vector.parityBlocks ? undefined : bytes(shard)))
  expect(() => rebuildDataShards(left, vector.dataBlocks)).toThrow(FormatError)
})

test('refuses layouts that no drive set has', () => {
  const shards = Array.from({ length: 17 }, () => Uint8Array.of(1))
  for (const dataBlocks of [0, -1, 3]) {
    expect(() => rebuildDataShards(shards.slice(0, 2), dataBlocks)).toThrow('no erasure layout')
  }
  expect(() => rebuildDataShards(shards, 9)).toThrow('no erasure layout')
  expect(() => rebuildDataShards([], 1)).toThrow(FormatError)
})

test('refuses shards of different lengths', () => {
  expect(() => rebuildDataShards([Uint8Array.of(1), undefined, Uint8Array.of(1, 2)], 2)).toThrow('differ in length')
})

test('keeps what it is given as it was, and the shards that were there as they are', () => {
  const whole = vectors[3]!.shards.map(bytes)
  const rebuilt = rebuildDataShards([whole[0], undefined, whole[2], undefined], 2)
  expect(rebuilt[0]).toBe(whole[0])
  expect(whole).toEqual(vectors[3]!.shards.map(bytes))
})
