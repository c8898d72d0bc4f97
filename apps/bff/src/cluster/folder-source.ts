import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FormatError } from '../crypto/failures.ts'
import type { HighwayHash } from '../crypto/shards.ts'
import { AppError } from '../errors.ts'
import { KYPELLO_VOLUME, SYSTEM_VOLUME } from '../minio/inspect.ts'
import { loadHighwayHash } from '../native/highway-hash.ts'
import { assembleItem, type ItemCopy, isObject, parseCopy, unreadable } from './assemble-item.ts'
import { type DriveFolder, matchingDrives, readFolderFile } from './drive-folder.ts'
import { type FoundItem, namesBelow, walkTogether } from './folder-walk.ts'
import { groupBy } from './group-by.ts'
import type { ItemBatch, ItemSource, StoredItem } from './item-source.ts'

/** A batch holds no more than this, so that memory does not grow with the cluster. */
const MAX_ITEMS = 200
const MAX_BYTES = 4 * 2 ** 20
/** Items that are read at the same time. */
const AT_ONCE = 8

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
      const found = await Promise.all(drives.map((drive) => stat(join(drive, volume, MARKER)).catch(() => null)))
      return found.some((each) => each !== null)
    },
  }
}

const MARKER = 'backend-encrypted'

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
  const { names: buckets, trouble } = await namesBelow(roots, 'buckets')
  if (trouble !== undefined) yield { path: 'buckets', roots: [], trouble }
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
  const bytes = await orTrouble(readFolderFile(file))
  if (bytes instanceof FormatError) return unreadable(path, bytes.message)
  if (bytes === undefined) return undefined
  const { mtimeNs } = await stat(file, { bigint: true })
  return { path, bytes, trouble: undefined, metaSys: {}, copies: 1, drives: 1, modTimeNs: mtimeNs }
}

/** What keeps one copy from being read is trouble of that copy alone: others may be whole. */
const orTrouble = (reading: Promise<Buffer | undefined>) =>
  reading.catch((error: unknown) => {
    if (error instanceof AppError) return new FormatError(error.detail.replace(/\.$/, ''))
    throw error
  })

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

async function readSet(path: string, roots: readonly string[], highwayHash: HighwayHash) {
  const files: Uint8Array[] = []
  const parts = new Map<string, Uint8Array>()
  const readCopy = async (root: string): Promise<ItemCopy | undefined> => {
    const xlMeta = await orTrouble(readFolderFile(join(root, path, 'xl.meta')))
    if (xlMeta === undefined) return undefined
    if (xlMeta instanceof FormatError) return { drive: root, meta: xlMeta }
    files.push(xlMeta)
    const copy = parseCopy(root, xlMeta)
    if (!isObject(copy.meta) || copy.meta.latestVersion.inlineShard !== undefined) return copy
    const { dataDir } = copy.meta.latestVersion
    const part = await orTrouble(readFolderFile(join(root, path, dataDir, 'part.1')))
    if (part instanceof FormatError) return { drive: root, meta: part }
    if (part !== undefined) {
      files.push(part)
      parts.set(`${root}\n${dataDir}`, part)
    }
    return copy
  }
  try {
    const copies = (await Promise.all(roots.map(readCopy))).filter((copy) => copy !== undefined)
    return assembleItem(path, copies, (root, dataDir) => parts.get(`${root}\n${dataDir}`), highwayHash)
  } finally {
    for (const file of files) file.fill(0)
  }
}
