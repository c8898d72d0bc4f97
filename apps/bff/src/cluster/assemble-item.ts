import { type DriveCopy, newestWhole } from '../crypto/generations.ts'
import type { HighwayHash } from '../crypto/shards.ts'
import { FormatError, parseXlMeta, type XlMeta, type XlObject } from '../crypto/xl-meta.ts'
import type { StoredItem } from './item-source.ts'

/** What one drive says of an item, or why it can't be understood. */
export interface ItemCopy {
  readonly drive: string
  readonly meta: XlMeta | FormatError
}

/** What is parsed are views of `xlMeta`: wiping that wipes all of it but names. */
export function parseCopy(drive: string, xlMeta: Uint8Array): ItemCopy {
  try {
    return { drive, meta: parseXlMeta(xlMeta) }
  } catch (meta) {
    if (meta instanceof FormatError) return { drive, meta }
    throw meta
  }
}

type Whole = XlMeta & { readonly latestVersion: XlObject }

export const isObject = (meta: XlMeta | FormatError): meta is Whole =>
  !(meta instanceof FormatError) && !meta.latestVersion.deleted

/** Servers of 2021 keep the content in `<uuid>/part.1`, later ones in the xl.meta unless it is large. */
export const needsPart = ({ meta }: ItemCopy) => isObject(meta) && meta.latestVersion.inlineShard === undefined

/**
 * Puts the newest generation together of which enough is there. Nothing in the result is a view of what it was made from,
 * so that can be wiped.
 *
 * @param partAt the `part.1` below this data folder of a drive; undefined where there is none
 * @returns undefined for an item that is deleted
 */
export function assembleItem(
  path: string,
  copies: readonly ItemCopy[],
  partAt: (drive: string, dataDir: string) => Uint8Array | undefined,
  highwayHash: HighwayHash,
): StoredItem | undefined {
  const damaged = copies.map(({ meta }) => meta).find((meta) => meta instanceof FormatError)
  const readable = copies.flatMap(({ drive, meta }) =>
    meta instanceof FormatError ? [] : [withShard(drive, meta, partAt)],
  )
  if (readable.length === 0) return damaged && unreadable(path, damaged.message)
  const found = newestWhole(readable, highwayHash)
  if (found.state === 'deleted') return undefined
  const { modTimeNs, copies: holding, older, metaSys } = found
  const drives = setSize(readable, modTimeNs)
  const common = { path, modTimeNs, copies: holding, older, metaSys: ownCopy(metaSys), drives }
  if (found.state === 'whole')
    return { ...common, bytes: found.bytes, trouble: undefined, unsettled: found.newerUnreadable }
  const trouble = damaged ? `${found.trouble}; ${damaged.message}` : found.trouble
  return { ...common, bytes: undefined, trouble }
}

function withShard(
  drive: string,
  meta: XlMeta,
  partAt: (drive: string, dataDir: string) => Uint8Array | undefined,
): DriveCopy {
  const version = meta.latestVersion
  return { meta, shard: version.deleted ? undefined : (version.inlineShard ?? partAt(drive, version.dataDir)) }
}

/** Drives of the erasure set that a generation was written to. */
function setSize(copies: readonly DriveCopy[], modTimeNs: bigint | undefined): number | undefined {
  const version = copies.map(({ meta }) => meta.latestVersion).find((each) => each.modTimeNs === modTimeNs)
  return version === undefined || version.deleted ? undefined : version.dataBlocks + version.parityBlocks
}

export const ownCopy = (metaSys: StoredItem['metaSys']): StoredItem['metaSys'] =>
  Object.fromEntries(Object.entries(metaSys).map(([name, value]) => [name, value.slice()]))

export const unreadable = (path: string, trouble: string): StoredItem => ({
  path,
  bytes: undefined,
  trouble,
  metaSys: {},
  copies: 0,
  modTimeNs: undefined,
})
