import { setTimeout } from 'node:timers/promises'
import {
  type InspectEntry,
  type InspectKeyPair,
  type InspectReply,
  type InspectTarget,
  inspectDrives,
  SYSTEM_VOLUME,
} from '../minio/inspect.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import { turns } from '../turns.ts'
import { assembleItem, isObject, ownCopy, parseCopy } from './assemble-item.ts'
import { groupBy } from './group-by.ts'
import type { StoredItem } from './item-source.ts'
import { literal } from './name-globs.ts'

export type { StoredItem } from './item-source.ts'

/** What reads the drives of a cluster through `inspect-data`, with the caller's own credentials. */
export interface DriveReader {
  readonly minio: Minio
  readonly credentials: Credentials
  /** Replies are sealed to it, so that even a proxy that ends TLS sees ciphertext. */
  readonly keyPair: InspectKeyPair
  readonly highwayHash: (bytes: Uint8Array) => Uint8Array
  /** For each reply; absent: as long as a large one may take. */
  readonly timeoutMs?: number
}

/** Asks for what fits a pattern. */
export const ask = (
  { minio, credentials, keyPair, timeoutMs }: DriveReader,
  target: InspectTarget,
  maxReplyBytes?: number,
): Promise<InspectReply> => inspectDrives(minio, credentials, target, { keyPair, timeoutMs, maxReplyBytes })

const META = '/xl.meta'
const READINGS = 3
const PAUSE_MS = 50

/**
 * Reads one item. A save that runs at the same time can show shards of two generations, so it is read again then.
 *
 * @param volume `.kypello.sys` on Kypello
 * @returns undefined when no drive holds it
 */
export async function readItem(
  reader: DriveReader,
  path: string,
  volume = SYSTEM_VOLUME,
): Promise<StoredItem | undefined> {
  for (let reading = 1; ; reading++) {
    const files = await readFiles(reader, path, volume)
    const [item] = await assembleAll(files, reader.highwayHash, new Set([path]))
    const settled = item === undefined || (item.bytes !== undefined && !item.unsettled)
    if (settled || reading === READINGS) return item
    item.bytes?.fill(0)
    await setTimeout(PAUSE_MS * reading)
  }
}

/** `xl.meta` and, one folder deeper, `part.1`: both fit this pattern, so two stars before it give them in one reply. */
const META_OR_PART = '[xp][la]*.[m1]*'

/** Names that hold what means something to two stars are asked for level by level instead; see inspect.ts. */
async function readFiles(reader: DriveReader, path: string, volume: string) {
  const read = async (file: string) => (await ask(reader, { volume, file })).entries
  if (!/[*?[\]\\]/.test(path)) return read(`${path}/**/${META_OR_PART}`)
  const [metas, parts] = await Promise.all([read(literal(path) + META), read(`${literal(path)}/*/part.1`)])
  return [...metas, ...parts]
}

/**
 * The metadata of one item alone: an object of a bucket may be of any size. Undefined when no drive holds it whole.
 */
export async function readMeta(
  reader: DriveReader,
  path: string,
  volume: string,
): Promise<StoredItem['metaSys'] | undefined> {
  const { entries } = await ask(reader, { volume, file: literal(path) + META })
  const metas = entries.map(({ drive, bytes }) => parseCopy(drive, bytes).meta)
  const found = metas.find(isObject)?.latestVersion.metaSys
  const metaSys = found && ownCopy(found)
  for (const { bytes } of entries) bytes.fill(0)
  return metaSys
}

/**
 * Assembles the items that the files make up, and wipes the files.
 *
 * @param files `<item>/xl.meta` and `<item>/<uuid>/part.1` of all drives, in any order
 * @param only these paths, where given
 */
export async function assembleAll(
  files: readonly InspectEntry[],
  highwayHash: DriveReader['highwayHash'],
  only?: ReadonlySet<string>,
): Promise<StoredItem[]> {
  const turn = turns()
  const metas = groupBy(
    files.filter(({ path }) => path.endsWith(META)),
    ({ path }) => path.slice(0, -META.length),
  )
  const parts = new Map(
    files.filter(({ path }) => !path.endsWith(META)).map(({ drive, path, bytes }) => [`${drive}\n${path}`, bytes]),
  )
  const items: StoredItem[] = []
  try {
    for (const [path, found] of metas) {
      if (only !== undefined && !only.has(path)) continue
      const copies = found.map(({ drive, bytes }) => parseCopy(drive, bytes))
      const partAt = (drive: string, dataDir: string) => parts.get(`${drive}\n${path}/${dataDir}/part.1`)
      const item = assembleItem(path, copies, partAt, highwayHash)
      if (item !== undefined) items.push(item)
      await turn()
    }
    return items
  } finally {
    for (const { bytes } of files) bytes.fill(0)
  }
}
