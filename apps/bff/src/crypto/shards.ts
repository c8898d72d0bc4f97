import { FormatError } from './failures.ts'
import type { XlMeta, XlObject } from './xl-meta.ts'

const HASH = 32

/** What one drive holds of an item: its `xl.meta`, and `part.1` or the inline shard. */
export interface DriveShard {
  readonly meta: XlMeta
  readonly shard: Uint8Array
}

/**
 * Rebuilds an item from its data shards. For each erasure block of `blockSizeBytes` a shard holds
 * `HighwayHash-256(32) ‖ ceil(block / dataBlocks)` bytes; a shard that fails its hash counts as missing. Parity is not used.
 *
 * @param shards of one item, in any order; several of one index are fine, the first whole one is taken
 * @param highwayHash HighwayHash-256, 32 bytes, under MinIO's key for bitrot checks
 * @throws FormatError when the drives disagree on the generation, or data shards are missing (says how many)
 */
export function joinShards(shards: readonly DriveShard[], highwayHash: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const layout = agreedLayout(shards)
  const whole: Uint8Array[][] = []
  for (let index = 1; index <= layout.dataBlocks; index++) {
    const blocks = shards
      .filter(({ meta }) => !meta.latestVersion.deleted && meta.latestVersion.index === index)
      .map(({ shard }) => verifiedBlocks(shard, layout, highwayHash))
      .find((found) => found !== undefined)
    if (blocks !== undefined) whole.push(blocks)
  }
  const missing = layout.dataBlocks - whole.length
  if (missing > 0) throw new FormatError(`${missing} of ${layout.dataBlocks} data shards are missing or damaged`)
  return join(whole, layout)
}

/** The layout that all drives name: shards of two generations make no item, as when a save came in between. */
function agreedLayout(shards: readonly DriveShard[]): XlObject {
  const [first, ...rest] = shards.map(({ meta }) => meta.latestVersion)
  if (first === undefined) throw new FormatError('no drive holds this item')
  if (first.deleted) throw new FormatError('the item is deleted')
  const same = rest.every(
    (other) =>
      !other.deleted &&
      other.modTimeNs === first.modTimeNs &&
      other.size === first.size &&
      other.dataDir === first.dataDir &&
      other.dataBlocks === first.dataBlocks &&
      other.blockSizeBytes === first.blockSizeBytes,
  )
  if (!same) throw new FormatError('the drives hold different generations of this item: read it again')
  return first
}

const blockCount = ({ size, blockSizeBytes }: XlObject) => Math.ceil(size / blockSizeBytes)

const blockSize = ({ size, blockSizeBytes }: XlObject, block: number) =>
  Math.min(blockSizeBytes, size - block * blockSizeBytes)

/** The shard's part of each block, or `undefined` where it is short, long or fails a hash. */
function verifiedBlocks(
  shard: Uint8Array,
  layout: XlObject,
  highwayHash: (bytes: Uint8Array) => Uint8Array,
): Uint8Array[] | undefined {
  const blocks: Uint8Array[] = []
  let at = 0
  for (let block = 0; block < blockCount(layout); block++) {
    const end = at + HASH + Math.ceil(blockSize(layout, block) / layout.dataBlocks)
    if (shard.length < end) return undefined
    const data = shard.subarray(at + HASH, end)
    const hash = highwayHash(data)
    if (!shard.subarray(at, at + HASH).every((byte, i) => byte === hash[i])) return undefined
    blocks.push(data)
    at = end
  }
  return at === shard.length ? blocks : undefined
}

function join(shards: readonly Uint8Array[][], layout: XlObject): Uint8Array {
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
