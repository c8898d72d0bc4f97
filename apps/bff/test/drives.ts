import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { Decoder } from '@msgpack/msgpack'

/**
 * Reads what MinIO has on its drives straight from the files. It shares no line with the console's own reading, so that
 * one can be held against the other. It wants every data shard: tests that take drives away do not read with it.
 */

const SYSTEM = '.minio.sys'
const META = 'xl.meta'
const HASH_BYTES = 32

/** Version of an item as its xl.meta has it; only what is needed to join its shards. */
interface Version {
  /** UUID of the folder that holds part.1. */
  readonly dataDir: string
  /** Nanoseconds. */
  readonly modTime: bigint
  readonly dataBlocks: number
  readonly blockSize: number
  /** 1-based: shards 1 … dataBlocks are the content itself. */
  readonly shard: number
  readonly size: number
  readonly inline: Uint8Array | undefined
}

/** Stored bytes, sealed or not, of every item below `folder` of the system volume, by path. */
export function readStored(drives: readonly string[], folder = 'config'): Map<string, Buffer> {
  const paths = new Set(drives.flatMap((drive) => itemsBelow(join(drive, SYSTEM), folder)))
  return new Map([...paths].sort().map((path) => [path, readStoredItem(drives, path)]))
}

/** Stored bytes of one item. @throws Error when a data shard is missing, or drives hold different generations */
export function readStoredItem(drives: readonly string[], path: string): Buffer {
  const copies = drives.flatMap((drive) => readCopy(join(drive, SYSTEM, path)))
  const newest = copies.map(({ version }) => version.modTime).reduce((one, other) => (one > other ? one : other))
  const current = copies.filter(({ version }) => version.modTime === newest)
  const { dataBlocks, size, blockSize } = current[0]!.version
  const shards = Array.from({ length: dataBlocks }, (_, index) => {
    const copy = current.find(({ version }) => version.shard === index + 1)
    if (copy === undefined) throw new Error(`${path}: no drive holds shard ${index + 1}.`)
    return copy.shard
  })
  return joinBlocks(shards, size, blockSize)
}

/** Whether the shard of an item on this drive is a piece of its content; the others are parity. */
export function holdsContent(drive: string, path: string): boolean {
  const [copy] = readCopy(join(drive, SYSTEM, path))
  return copy !== undefined && copy.version.shard <= copy.version.dataBlocks
}

/** Each shard holds, for each block of the item, a hash and its slice of that block. */
function joinBlocks(shards: readonly Uint8Array[], size: number, blockSize: number): Buffer {
  const blocks: Buffer[] = []
  let offset = 0
  for (let left = size; left > 0; left -= blockSize) {
    const block = Math.min(left, blockSize)
    const slice = Math.ceil(block / shards.length)
    const begin = offset + HASH_BYTES
    blocks.push(Buffer.concat(shards.map((shard) => shard.subarray(begin, begin + slice))).subarray(0, block))
    offset = begin + slice
  }
  return Buffer.concat(blocks)
}

function readCopy(folder: string): { version: Version; shard: Uint8Array }[] {
  const file = join(folder, META)
  if (!existsSync(file)) return []
  const version = latestVersion(readFileSync(file))
  return [{ version, shard: version.inline ?? readFileSync(join(folder, version.dataDir, 'part.1')) }]
}

/** Names of folders with an xl.meta in them, relative to the volume. */
function itemsBelow(volume: string, folder: string): string[] {
  if (!existsSync(join(volume, folder))) return []
  return readdirSync(join(volume, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(`${sep}${META}`))
    .map((name) => `${folder}/${name.slice(0, -META.length - 1).replaceAll(sep, '/')}`)
}

type Fields = Record<string, unknown>

/**
 * After `XL2 ` and the version: in the oldest form (`1   `, as text) the metadata as it is, in later ones the metadata as
 * one bin, its checksum, and, with inline data, 1 and a map of shards.
 */
function latestVersion(file: Buffer): Version {
  if (file.toString('latin1', 0, 4) !== 'XL2 ') throw new Error('no xl.meta')
  const wrapped = file.toString('latin1', 4, 8) !== '1   '
  const [metadata, , , inline = {}] = wrapped ? (values(file.subarray(8)) as Wrapped) : [file.subarray(8)]
  const found = versions(metadata).map((fields) => describe(fields, inline))
  return found.reduce((one, other) => (one.modTime > other.modTime ? one : other))
}

type Wrapped = [Uint8Array, checksum?: unknown, layout?: unknown, shards?: Fields]

/** One map of versions; since minor version 3 numbers, then a header and a body for each version. */
function versions(metadata: Uint8Array): Fields[] {
  const [first, ...rest] = values(metadata)
  const bodies =
    typeof first === 'object'
      ? ((first as { Versions: Fields[] }).Versions ?? [])
      : rest.slice(2).flatMap((bytes, index) => (index % 2 === 1 ? (values(bytes as Uint8Array) as Fields[]) : []))
  return bodies.map(({ V2Obj }) => {
    if (V2Obj === undefined || V2Obj === null) throw new Error('the item is deleted')
    return V2Obj as Fields
  })
}

function describe(fields: Fields, inline: Fields): Version {
  const id = fields.ID as Uint8Array
  const name = id.every((byte) => byte === 0) ? 'null' : uuid(id)
  return {
    dataDir: uuid(fields.DDir as Uint8Array),
    modTime: BigInt(fields.MTime as bigint),
    dataBlocks: Number(fields.EcM),
    blockSize: Number(fields.EcBSize),
    shard: Number(fields.EcIndex),
    size: Number(fields.Size),
    inline: inline[name] as Uint8Array | undefined,
  }
}

const values = (bytes: Uint8Array): unknown[] => [...new Decoder({ useBigInt64: true }).decodeMulti(bytes)]

const uuid = (bytes: Uint8Array) =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
