import { existsSync } from 'node:fs'
import { lstat, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FormatError } from '../crypto/failures.ts'
import type { HighwayHash } from '../crypto/shards.ts'
import type { XlObject } from '../crypto/xl-meta.ts'
import { KYPELLO_VOLUME, SYSTEM_VOLUME } from '../minio/inspect.ts'
import { loadHighwayHash } from '../native/highway-hash.ts'
import { assembleItem, type ItemCopy, isObject, needsPart, parseCopy, unreadable } from './assemble-item.ts'
import { ByteBudget } from './byte-budget.ts'
import { type DriveFolder, inWords, matchingDrives, readFolderFile } from './drive-folder.ts'
import { type FoundItem, namesBelow, walkTogether } from './folder-walk.ts'
import { groupBy } from './group-by.ts'
import type { ItemBatch, ItemSource, StoredItem } from './item-source.ts'
import { orTrouble, readWithin } from './read-within.ts'

/** A batch holds no more than this, so that memory does not grow with the cluster. */
const MAX_ITEMS = 200
const MAX_BYTES = 4 * 2 ** 20
/** Items that are read at the same time. */
const AT_ONCE = 8
/** Far above any item: the largest are policies and settings. */
const MAX_ITEM_BYTES = 8 * 2 ** 20
/** An item of a single drive, with its hashes. */
const MAX_SHARD_BYTES = MAX_ITEM_BYTES + 2 ** 20
/** Even an item of many versions, each with its content inline, has a small one. */
const MAX_META_BYTES = 4 * 2 ** 20
/**
 * What all drives and items together may have in memory while they are read. An item takes of the first and then, with
 * that still in hand, of the second: two budgets, so that none waits for what another waits with.
 */
const METAS = new ByteBudget(32 * 2 ** 20)
const PARTS = new ByteBudget(32 * 2 ** 20)

/**
 * The items that lie in folders of drives: mounted ones of a cluster that stands still, or copies of them. Nothing is
 * written and no link is followed. All drives of all sets and pools can be given, in any order; those that are not there
 * are passed over, and {@link describeDrives} in drive-folder.ts tells them.
 *
 * The batches throw AppError `invalid-input` where the folders do not belong together.
 *
 * @param drives folders that hold `.minio.sys`
 */
export function folderSource(drives: readonly string[], options: { readonly volume?: string } = {}): ItemSource {
  const volume = options.volume ?? volumeOf(drives)
  return {
    volume,
    batches: (signal) => read(drives, volume, signal),
    legacyMarker: async () => {
      const found = await Promise.all(drives.map((drive) => hasMarker(join(drive, volume))))
      return found.includes(true)
    },
  }
}

const MARKER = 'backend-encrypted'

async function hasMarker(root: string): Promise<boolean> {
  const looked = await Promise.all([root, join(root, MARKER)].map((path) => lstat(path).catch(() => undefined)))
  return looked[0]?.isDirectory() === true && looked[1] !== undefined
}

/** MinIO and its successor Kypello name it differently. */
export const volumeOf = (drives: readonly string[]) =>
  drives.some((drive) => existsSync(join(drive, KYPELLO_VOLUME))) ? KYPELLO_VOLUME : SYSTEM_VOLUME

async function* read(
  drives: readonly string[],
  volume: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ItemBatch, void> {
  const matching = await matchingDrives(drives, volume)
  const byRoot = new Map(matching.map((drive) => [join(drive.path, volume), drive]))
  const highwayHash = await loadHighwayHash()
  const style = matching[0]!.layout as 'erasure' | 'fs'
  let items: StoredItem[] = []
  let bytes = 0
  let waiting: FoundItem[] = []
  const readWaiting = async () => {
    signal?.throwIfAborted()
    const readOne = style === 'fs' ? readRaw : (found: FoundItem) => readErasure(found, byRoot, highwayHash)
    const found = (await Promise.all(waiting.map(readOne))).filter((item) => item !== undefined)
    items.push(...found)
    bytes += found.reduce((sum, item) => sum + (item.bytes?.length ?? 0), 0)
    waiting = []
  }
  const batch = (): ItemBatch => ({ items, drives: new Set(matching.map(({ path }) => path)) })
  for await (const found of allItems([...byRoot.keys()], style)) {
    waiting.push(found)
    if (waiting.length < AT_ONCE) continue
    await readWaiting()
    if (items.length < MAX_ITEMS && bytes < MAX_BYTES) continue
    yield batch()
    items = []
    bytes = 0
  }
  await readWaiting()
  yield batch()
}

/** What is looked at on a drive: see facts of the layout in item-kind.ts. */
async function* allItems(roots: readonly string[], style: 'erasure' | 'fs'): AsyncGenerator<FoundItem, void> {
  yield* walkTogether(roots, 'config', style)
  const { names: buckets, links, trouble } = await namesBelow(roots, 'buckets')
  if (trouble !== undefined) yield { path: 'buckets', roots: [], trouble }
  yield* links
  for (const bucket of buckets) {
    if (!bucket.startsWith('.')) yield* bucketMetadata(roots, bucket, style)
  }
  for await (const found of walkTogether(roots, 'batch-jobs', style)) {
    if (!found.path.startsWith('batch-jobs/reports/')) yield found
  }
}

async function* bucketMetadata(roots: readonly string[], bucket: string, style: 'erasure' | 'fs') {
  const path = `buckets/${bucket}/.metadata.bin`
  if (style === 'erasure') yield* walkTogether(roots, path, style)
  else yield { path, roots }
}

/** The old layout: a file is the item, and its content is all there is. */
async function readRaw({ path, roots, trouble }: FoundItem): Promise<StoredItem | undefined> {
  if (trouble !== undefined) return unreadable(path, trouble)
  const file = join(roots[0]!, path)
  const bytes = await orTrouble(readFolderFile(file, MAX_ITEM_BYTES))
  if (bytes instanceof FormatError) return unreadable(path, bytes.message)
  if (bytes === undefined) return undefined
  const { mtimeNs } = await stat(file, { bigint: true })
  return { path, bytes, trouble: undefined, metaSys: {}, copies: 1, drives: 1, modTimeNs: mtimeNs }
}

/** A path lies in one set; after a pool was emptied, remains of it can lie in a set of another pool as well. */
async function readErasure(
  { path, roots, trouble }: FoundItem,
  drives: ReadonlyMap<string, DriveFolder>,
  highwayHash: HighwayHash,
): Promise<StoredItem | undefined> {
  if (trouble !== undefined) return unreadable(path, trouble)
  const bySet = groupBy(roots, (root) => drives.get(root)!.setDrives.join())
  const read = await Promise.all([...bySet.values()].map((set) => readSet(path, set, highwayHash)))
  const found = read.filter((item) => item !== undefined)
  const best = found.sort(byTrust)[0]
  for (const other of found) if (other !== best) other.bytes?.fill(0)
  return best
}

/** Whole ones first, then the newest. */
const byTrust = (one: StoredItem, other: StoredItem) =>
  Number(one.bytes === undefined) - Number(other.bytes === undefined) ||
  Number((other.modTimeNs ?? 0n) > (one.modTimeNs ?? 0n)) - Number((other.modTimeNs ?? 0n) < (one.modTimeNs ?? 0n))

/** No item in the folders of IAM and settings comes near it. */
const isHuge = ({ latestVersion: { size } }: { readonly latestVersion: XlObject }) => size > MAX_ITEM_BYTES

async function readSet(path: string, roots: readonly string[], highwayHash: HighwayHash) {
  const metas = await readWithin(
    METAS,
    roots.map((root) => ({ of: root, file: join(root, path, 'xl.meta'), most: MAX_META_BYTES })),
  )
  try {
    const copies = metas.read.map(({ of: root, bytes }): ItemCopy => {
      const copy = bytes instanceof FormatError ? { drive: root, meta: bytes } : parseCopy(root, bytes)
      if (!isObject(copy.meta) || !isHuge(copy.meta)) return copy
      return {
        drive: root,
        meta: new FormatError(`its xl.meta says that it is larger than ${inWords(MAX_ITEM_BYTES)}`),
      }
    })
    return await assembleSet(path, copies, highwayHash)
  } finally {
    metas.done()
  }
}

/** With what lies beside the xl.meta, where it does. */
async function assembleSet(path: string, copies: readonly ItemCopy[], highwayHash: HighwayHash) {
  const wanted = copies.flatMap((copy) => {
    if (!isObject(copy.meta) || !needsPart(copy)) return []
    const { latestVersion } = copy.meta
    const folder = join(copy.drive, path, latestVersion.dataDir)
    return [{ of: copy, folder, file: join(folder, 'part.1'), most: mostShardBytes(latestVersion) }]
  })
  const parts = await readWithin(PARTS, wanted)
  try {
    const byCopy = new Map(parts.read.map(({ of, bytes }) => [of, bytes]))
    const told = copies.map((copy): ItemCopy => {
      const part = byCopy.get(copy)
      return part instanceof FormatError ? { drive: copy.drive, meta: part } : copy
    })
    const byDrive = new Map(copies.map((copy) => [copy.drive, byCopy.get(copy)]))
    const partAt = (drive: string) => {
      const part = byDrive.get(drive)
      return part instanceof FormatError ? undefined : part
    }
    return assembleItem(path, told, partAt, highwayHash)
  } finally {
    parts.done()
  }
}

/** Each erasure block of a shard has its hash before it, and a byte more where the block does not divide evenly. */
const mostShardBytes = ({ size, dataBlocks, blockSizeBytes }: XlObject) =>
  Math.min(Math.ceil(size / dataBlocks) + 33 * Math.ceil(size / blockSizeBytes), MAX_SHARD_BYTES)
