import { concatAll } from './bytes.ts'
import { FormatError } from './failures.ts'
import { rebuildDataShards } from './reed-solomon.ts'
import type { XlMeta, XlObject } from './xl-meta.ts'

const HASH = 32

/** HighwayHash-256, 32 bytes, under MinIO's key for bitrot checks. */
export type HighwayHash = (bytes: Uint8Array) => Uint8Array

/** What one drive holds of an item: its `xl.meta`, and `part.1` or the inline shard. */
export interface DriveShard {
  readonly meta: XlMeta
  readonly shard: Uint8Array
}

/** The parts of a layout that say how an item is cut into shards. */
export type Layout = Pick<XlObject, 'dataBlocks' | 'parityBlocks' | 'blockSizeBytes' | 'size'>

export interface Joined {
  readonly bytes: Uint8Array
  /** Data shards that were missing or damaged, and rebuilt from parity. */
  readonly rebuilt: number
}

/**
 * Puts an item together. For each erasure block of `blockSizeBytes` a shard holds
 * `HighwayHash-256(32) ‖ ceil(block / dataBlocks)` bytes; a shard that fails its hash counts as missing. Data shards that
 * are missing are rebuilt from parity.
 *
 * @param shards of one item, in any order; several of one index are fine, the first whole one is taken
 * @throws FormatError when the drives disagree on the generation, or fewer than `dataBlocks` shards are whole (says how many)
 */
export function joinShards(shards: readonly DriveShard[], highwayHash: HighwayHash): Uint8Array {
  const layout = agreedLayout(shards)
  const ofIndex = shards.flatMap(({ meta: { latestVersion: version }, shard }) =>
    version.deleted ? [] : [{ index: version.index, shard }],
  )
  return joinWhole(ofIndex, layout, highwayHash).bytes
}

/** Joins the shards of one generation; see {@link joinShards}. */
export function joinWhole(
  shards: readonly { readonly index: number; readonly shard: Uint8Array }[],
  layout: Layout,
  highwayHash: HighwayHash,
): Joined {
  const { dataBlocks, parityBlocks } = layout
  const findWhole = (index: number) => {
    for (const { index: held, shard } of shards) {
      const blocks = held === index ? verifiedBlocks(shard, layout, highwayHash) : undefined
      if (blocks) return blocks
    }
    return undefined
  }
  const data = Array.from({ length: dataBlocks }, (_, i) => findWhole(i + 1))
  const missing = dataBlocks - count(data)
  if (missing === 0) return { bytes: join(data as Uint8Array[][], layout), rebuilt: 0 }
  const parity = Array.from({ length: parityBlocks }, (_, i) => findWhole(dataBlocks + i + 1))
  if (count(parity) >= missing) return { bytes: rebuild([...data, ...parity], layout), rebuilt: missing }
  const left = `${count(parity)} of ${parityBlocks} parity shards are left`
  throw new FormatError(
    `${missing} of ${dataBlocks} data shards are missing or damaged, and ${left} to rebuild them from`,
  )
}

const count = (shards: readonly unknown[]) => shards.filter((shard) => shard !== undefined).length

/** Rebuilds over all blocks at once: the code works byte by byte. The copies are wiped, they may be plaintext. */
function rebuild(whole: readonly (Uint8Array[] | undefined)[], layout: Layout): Uint8Array {
  const copies = whole.map((blocks) => blocks && concatAll(blocks))
  const data = rebuildDataShards(copies, layout.dataBlocks)
  try {
    return join(
      data.map((shard) => cut(shard, layout)),
      layout,
    )
  } finally {
    for (const copy of [...copies, ...data]) copy?.fill(0)
  }
}

/** The layout that all drives name: shards of two generations make no item, as when a save came in between. */
function agreedLayout(shards: readonly DriveShard[]): Layout {
  const [first, ...rest] = shards.map(({ meta }) => meta.latestVersion)
  if (first === undefined) throw new FormatError('no drive holds this item')
  if (first.deleted) throw new FormatError('the item is deleted')
  const same = rest.every((other) => !other.deleted && generationOf(other) === generationOf(first))
  if (!same) throw new FormatError('the drives hold different generations of this item: read it again')
  return first
}

/** The same text for two drives exactly when their shards are of one save. */
export function generationOf(version: XlObject): string {
  const { modTimeNs, dataDir, size, dataBlocks, parityBlocks, blockSizeBytes, distribution } = version
  return `${modTimeNs} ${dataDir} ${size} ${dataBlocks}+${parityBlocks} ${blockSizeBytes} ${distribution}`
}

const blockCount = ({ size, blockSizeBytes }: Layout) => Math.ceil(size / blockSizeBytes)

const blockSize = ({ size, blockSizeBytes }: Layout, block: number) =>
  Math.min(blockSizeBytes, size - block * blockSizeBytes)

/** Bytes that a shard has of a block. */
const partSize = (layout: Layout, block: number) => Math.ceil(blockSize(layout, block) / layout.dataBlocks)

/** Bytes of a whole shard with its hashes. All blocks but the last are of one size. */
function shardSize(layout: Layout): number {
  const last = blockCount(layout) - 1
  return last < 0 ? 0 : last * (HASH + partSize(layout, 0)) + HASH + partSize(layout, last)
}

/** The shard's part of each block, or `undefined` where it is short, long or fails a hash. */
function verifiedBlocks(shard: Uint8Array, layout: Layout, highwayHash: HighwayHash): Uint8Array[] | undefined {
  // The size is what an xl.meta claims. Nothing is reserved or walked for it before real bytes back it up.
  if (shard.length !== shardSize(layout)) return undefined
  const blocks: Uint8Array[] = []
  let at = 0
  for (let block = 0; block < blockCount(layout); block++) {
    const end = at + HASH + partSize(layout, block)
    const data = shard.subarray(at + HASH, end)
    const hash = highwayHash(data)
    if (!shard.subarray(at, at + HASH).every((byte, i) => byte === hash[i])) return undefined
    blocks.push(data)
    at = end
  }
  return blocks
}

/** The blocks of a shard without hashes. */
function cut(shard: Uint8Array, layout: Layout): Uint8Array[] {
  let at = 0
  return Array.from({ length: blockCount(layout) }, (_, block) => {
    const start = at
    at += partSize(layout, block)
    return shard.subarray(start, at)
  })
}

function join(shards: readonly Uint8Array[][], layout: Layout): Uint8Array {
  const whole = new Uint8Array(layout.size)
  let at = 0
  for (let block = 0; block < blockCount(layout); block++) {
    const end = at + blockSize(layout, block)
    for (const blocks of shards) {
      const part = blocks[block]!.subarray(0, end - at)
      whole.set(part, at)
      at += part.length
    }
  }
  return whole
}
