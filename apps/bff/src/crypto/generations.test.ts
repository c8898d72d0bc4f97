import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { concat } from './bytes.ts'
import { type DriveCopy, newestWhole } from './generations.ts'
import codes from './vectors/reed-solomon.json' with { type: 'json' }
import type { XlObject } from './xl-meta.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const { shards } = codes.find(({ dataBlocks, parityBlocks }) => dataBlocks === 2 && parityBlocks === 2)!
const ITEM = concat(...shards.slice(0, 2).map((shard) => Buffer.from(shard, 'base64'))).subarray(0, 21)

/** What each of four drives holds of one save; the content is the same for all, only the time tells them apart. */
function save(modTimeNs: bigint, version: Partial<XlObject> = {}): [DriveCopy, DriveCopy, DriveCopy, DriveCopy] {
  const copies = shards.map((base64, i): DriveCopy => {
    const shard = Buffer.from(base64, 'base64')
    const latestVersion: XlObject = {
      deleted: false,
      dataBlocks: 2,
      parityBlocks: 2,
      blockSizeBytes: 2 ** 20,
      index: i + 1,
      distribution: [1, 2, 3, 4],
      size: 21,
      modTimeNs,
      dataDir: '00000000-0000-0000-0000-000000000000',
      metaSys: { saved: Uint8Array.of(Number(modTimeNs)) },
      metaUser: {},
      ...version,
    }
    return { meta: { minor: 3, latestVersion }, shard: concat(sha256(shard), shard) }
  })
  return copies as [DriveCopy, DriveCopy, DriveCopy, DriveCopy]
}
const marker = (modTimeNs: bigint): DriveCopy => ({
  meta: { minor: 3, latestVersion: { deleted: true, modTimeNs } },
  shard: undefined,
})
const without = (copy: DriveCopy): DriveCopy => ({ ...copy, shard: undefined })
const damaged = (copy: DriveCopy): DriveCopy => ({ ...copy, shard: copy.shard?.map((byte) => byte ^ 1) })

const [a, b, c, d] = save(1n)
const [A, B, C, D] = save(2n)
const whole = { state: 'whole', bytes: ITEM, rebuilt: 0, older: 0, newerUnreadable: false }
const first = { modTimeNs: 1n, metaSys: { saved: Uint8Array.of(1) } }
const second = { modTimeNs: 2n, metaSys: { saved: Uint8Array.of(2) } }

describe('newestWhole', () => {
  test.each<[string, DriveCopy[], object]>([
    ['one generation on all drives', [a, b, c, d], { ...whole, ...first, copies: 4 }],
    ['one drive missed the last save', [A, b, C, D], { ...whole, ...second, copies: 3, rebuilt: 1, older: 1 }],
    ['two drives missed it', [a, b, C, D], { ...whole, ...second, copies: 2, rebuilt: 2, older: 2 }],
    [
      'a save has reached one drive',
      [A, b, c, d],
      { ...whole, ...first, copies: 3, rebuilt: 1, newerUnreadable: true },
    ],
    [
      'a newer one is damaged',
      [A, damaged(B), c, d],
      { ...whole, ...first, copies: 2, rebuilt: 2, newerUnreadable: true },
    ],
    ['shards that could not be read', [without(a), b, c, without(d)], { ...whole, ...first, copies: 4, rebuilt: 1 }],
    ['drives that are away', [d, b], { ...whole, ...first, copies: 2, rebuilt: 1 }],
    [
      'three saves',
      [...save(3n).slice(0, 1), A, B, d],
      { ...whole, ...second, copies: 2, older: 1, newerUnreadable: true },
    ],
  ])('%s', (_, copies, expected) => {
    expect(newestWhole(copies, sha256)).toEqual(expected)
    expect(newestWhole([...copies].reverse(), sha256)).toEqual(expected)
  })

  test('the order of drives says nothing', () => {
    expect(newestWhole([c, A, d, B], sha256)).toMatchObject({ ...second, older: 2, newerUnreadable: false })
  })

  test('an empty item needs no shards, only the drives that say it is empty', () => {
    const empty = save(1n, { size: 0 }).map(without)
    expect(newestWhole(empty, sha256)).toMatchObject({ state: 'whole', bytes: new Uint8Array(0), copies: 4 })
    expect(newestWhole(empty.slice(0, 1), sha256)).toMatchObject({ state: 'broken' })
  })

  test('two saves of one time are kept apart', () => {
    const [other] = save(1n, { dataDir: '11111111-1111-1111-1111-111111111111' })
    expect(newestWhole([other, b, c, d], sha256)).toMatchObject({ ...whole, copies: 3, rebuilt: 1 })
  })

  test('a shard of another generation is never joined, even when its hash is right', () => {
    const [, foreign] = save(2n)
    expect(newestWhole([a, foreign], sha256)).toMatchObject({ state: 'broken', copies: 1, older: 1 })
  })
})

describe('what can not be put together is told', () => {
  test('of one generation', () => {
    expect(newestWhole([a, damaged(b), without(c)], sha256)).toEqual({
      state: 'broken',
      trouble: '1 of 2 data shards are missing or damaged, and 0 of 2 parity shards are left to rebuild them from',
      ...first,
      copies: 3,
      older: 0,
    })
  })

  test('of several', () => {
    const read = newestWhole([A, b], sha256)
    expect(read).toMatchObject({ state: 'broken', ...second, copies: 1, older: 1 })
    expect(read).toHaveProperty(
      'trouble',
      expect.stringMatching(/1 of 2 data shards.*nor is an older generation whole/),
    )
  })

  test('of none', () => {
    const read = newestWhole([], sha256)
    expect(read).toMatchObject({
      state: 'broken',
      trouble: 'no drive holds this item',
      modTimeNs: undefined,
      copies: 0,
    })
  })
})

describe('a delete marker', () => {
  const gone = marker(2n)

  test('as the newest makes the item deleted, also where it is alone', () => {
    expect(newestWhole([gone, gone, gone, d], sha256)).toEqual({ state: 'deleted', modTimeNs: 2n, copies: 3, older: 1 })
    expect(newestWhole([gone], sha256)).toEqual({ state: 'deleted', modTimeNs: 2n, copies: 1, older: 0 })
  })

  test('on too few drives hides nothing', () => {
    expect(newestWhole([gone, b, c, d], sha256)).toMatchObject({
      ...whole,
      ...first,
      rebuilt: 1,
      newerUnreadable: true,
    })
    expect(newestWhole([gone, b], sha256)).toMatchObject({
      state: 'broken',
      trouble: expect.stringContaining('deleted'),
    })
  })

  test('that is older than a save counts as an older generation', () => {
    expect(newestWhole([marker(1n), B, C, D], sha256)).toMatchObject({ ...whole, ...second, rebuilt: 1, older: 1 })
  })
})
