import { joinShards } from '../crypto/shards.ts'
import { FormatError, parseXlMeta, type XlMeta, type XlObject } from '../crypto/xl-meta.ts'
import { type InspectKeyPair, inspect, SYSTEM_VOLUME } from '../minio/inspect.ts'
import type { Credentials, Minio } from '../minio/transport.ts'

/** What reads the drives of a cluster through `inspect-data`, with the caller's own credentials. */
export interface DriveReader {
  readonly minio: Minio
  readonly credentials: Credentials
  /** Replies are sealed to it, so that even a proxy that ends TLS sees ciphertext. */
  readonly keyPair: InspectKeyPair
  readonly highwayHash: (bytes: Uint8Array) => Uint8Array
}

/** One item as it lies on the drives. `bytes` are sealed or plaintext as stored: wipe them after use. */
export interface StoredItem {
  /** Below the volume, without `/xl.meta`. */
  readonly path: string
  /** Undefined when no whole generation could be put together; `trouble` says why. */
  readonly bytes: Uint8Array | undefined
  readonly trouble: string | undefined
  readonly metaSys: Readonly<Record<string, Uint8Array>>
  /** Drives that hold the newest generation. */
  readonly copies: number
}

export interface DriveReading {
  readonly items: readonly StoredItem[]
  /** Drives that sent anything. */
  readonly drives: ReadonlySet<string>
}

const META = '/xl.meta'

/** Reads every item below `folder` of `volume`, such as `config`. Shards are checked and joined; nothing is opened. */
export const readItems = (reader: DriveReader, folder: string, volume = SYSTEM_VOLUME): Promise<DriveReading> =>
  read(reader, volume, { metas: `${folder}/**${META}`, parts: `${folder}/**/part.1` })

/**
 * Reads one item. A save that runs at the same time can show shards of two generations, so it is read again then.
 *
 * @returns undefined when no drive holds it
 */
export async function readItem(
  reader: DriveReader,
  path: string,
  volume = SYSTEM_VOLUME,
): Promise<StoredItem | undefined> {
  for (let attempt = 1; ; attempt++) {
    const { items } = await read(reader, volume, {
      metas: literal(path) + META,
      parts: `${literal(path)}/*/part.1`,
    })
    const item = items.find((found) => found.path === path)
    if (item?.bytes !== undefined || item === undefined || attempt === 3) return item
  }
}

/** `inspect-data` reads names as patterns: any one character stands for each that means something there. */
const literal = (path: string) => path.replace(/[*?[\]\\]/g, '?')

/** An item is a folder with an xl.meta, and with `<uuid>/part.1` when its content is not inside that. */
async function read(
  reader: DriveReader,
  volume: string,
  globs: { metas: string; parts: string },
): Promise<DriveReading> {
  const metas = await inspect(reader.minio, reader.credentials, { volume, file: globs.metas }, reader.keyPair)
  const byItem = groupByItem(metas)
  const parts = needsParts(byItem)
    ? await inspect(reader.minio, reader.credentials, { volume, file: globs.parts }, reader.keyPair)
    : []
  const partsAt = new Map(parts.map((part) => [`${part.drive}\n${part.path}`, part.bytes]))
  const items = [...byItem].map(([path, copies]) => assemble(path, copies, partsAt, reader.highwayHash))
  for (const { bytes } of [...metas, ...parts]) bytes.fill(0)
  return { items: items.filter((item) => item !== undefined), drives: new Set(metas.map(({ drive }) => drive)) }
}

/**
 * The metadata of one item alone: an object of a bucket may be of any size. Undefined when no drive holds it whole.
 */
export async function readMeta(
  reader: DriveReader,
  path: string,
  volume: string,
): Promise<StoredItem['metaSys'] | undefined> {
  const files = await inspect(reader.minio, reader.credentials, { volume, file: literal(path) + META }, reader.keyPair)
  const copies = groupByItem(files).get(path) ?? []
  return copies.map(({ meta }) => meta).find(isObject)?.latestVersion.metaSys
}

interface Copy {
  readonly drive: string
  readonly meta: XlMeta | FormatError
}

function groupByItem(files: Awaited<ReturnType<typeof inspect>>): Map<string, Copy[]> {
  const byItem = new Map<string, Copy[]>()
  for (const { path, drive, bytes } of files) {
    if (!path.endsWith(META)) continue
    const item = path.slice(0, -META.length)
    byItem.set(item, [...(byItem.get(item) ?? []), { drive, meta: parse(bytes) }])
  }
  return byItem
}

/** Parses a copy of its own: the reply it came in is wiped, while views of it would live on. */
function parse(bytes: Uint8Array): XlMeta | FormatError {
  try {
    return parseXlMeta(bytes.slice())
  } catch (error) {
    if (error instanceof FormatError) return error
    throw error
  }
}

type Whole = XlMeta & { readonly latestVersion: XlObject }

const isObject = (meta: XlMeta | FormatError): meta is Whole =>
  !(meta instanceof FormatError) && !meta.latestVersion.deleted

const needsParts = (byItem: ReadonlyMap<string, readonly Copy[]>) =>
  [...byItem.values()].flat().some(({ meta }) => isObject(meta) && meta.latestVersion.inlineShard === undefined)

/** Joins the newest generation; undefined for an item that is deleted. */
function assemble(
  path: string,
  copies: readonly Copy[],
  partsAt: ReadonlyMap<string, Uint8Array>,
  highwayHash: DriveReader['highwayHash'],
): StoredItem | undefined {
  const readable = copies.flatMap(({ drive, meta }) => (isObject(meta) ? [{ drive, meta }] : []))
  const damaged = copies.find(({ meta }) => meta instanceof FormatError)?.meta as FormatError | undefined
  if (readable.length === 0) {
    return damaged && { path, bytes: undefined, trouble: damaged.message, metaSys: {}, copies: 0 }
  }
  const newest = readable
    .map(({ meta }) => meta.latestVersion.modTimeNs)
    .reduce((one, other) => (one > other ? one : other))
  const current = readable.filter(({ meta }) => meta.latestVersion.modTimeNs === newest)
  const shards = current.flatMap(({ drive, meta }) => {
    const { inlineShard, dataDir } = meta.latestVersion
    const shard = inlineShard ?? partsAt.get(`${drive}\n${path}/${dataDir}/part.1`)
    return shard ? [{ meta, shard }] : []
  })
  const { metaSys } = current[0]!.meta.latestVersion
  try {
    return { path, bytes: joinShards(shards, highwayHash), trouble: undefined, metaSys, copies: current.length }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    const trouble = damaged ? `${error.message}; ${damaged.message}` : error.message
    return { path, bytes: undefined, trouble, metaSys, copies: current.length }
  }
}
