import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { Decoder } from '@msgpack/msgpack'
import { contentShards } from './galois.ts'

/**
 * Reads what MinIO has on its drives straight from the files. It shares no line with the console's own reading, so that
 * one can be held against the other. It trusts what it reads: whether a shard is damaged is not looked at.
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
  readonly parityBlocks: number
  readonly blockSize: number
  /** 1-based: shards 1 … dataBlocks are the content itself. */
  readonly shard: number
  readonly size: number
  readonly inline: Uint8Array | undefined
}

/** Stored bytes, sealed or not, of every item below `folder` of the system volume, by path. */
export function readStored(drives: readonly string[], folder = 'config'): Map<string, Buffer> {
  if (isFsLayout(drives)) return readFiles(join(drives[0]!, SYSTEM), folder)
  const paths = new Set(drives.flatMap((drive) => itemsBelow(join(drive, SYSTEM), folder)))
  return new Map([...paths].sort().map((path) => [path, readStoredItem(drives, path)]))
}

/** Stored bytes of one item, in its youngest generation that is whole. @throws Error when too few drives hold one */
export function readStoredItem(drives: readonly string[], path: string): Buffer {
  const copies = drives.flatMap((drive) => readCopy(join(drive, SYSTEM, path)))
  const times = [...new Set(copies.map(({ version }) => version.modTime))].sort((one, other) => (one > other ? -1 : 1))
  for (const time of times) {
    const current = copies.filter(({ version }) => version.modTime === time)
    const { dataBlocks, parityBlocks, size, blockSize } = current[0]!.version
    const shards = new Map(current.map(({ version, shard }) => [version.shard - 1, shard]))
    if (shards.size < dataBlocks) continue
    return joinBlocks(
      contentShards(withoutHashes(shards, size, blockSize, dataBlocks), dataBlocks, dataBlocks + parityBlocks),
      size,
      blockSize,
    )
  }
  throw new Error(`${path}: no generation of it has enough shards.`)
}

/** One drive in the layout of 2021 and before, where each item is a file. */
function isFsLayout([drive]: readonly string[]): boolean {
  const { format } = JSON.parse(readFileSync(join(drive!, SYSTEM, 'format.json'), 'utf8')) as { format: string }
  return format === 'fs'
}

function readFiles(volume: string, folder: string): Map<string, Buffer> {
  const names = readdirSync(join(volume, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(volume, folder, name)).isFile())
    .map((name) => `${folder}/${name.replaceAll(sep, '/')}`)
  return new Map(names.sort().map((path) => [path, readFileSync(join(volume, path))]))
}

/** A shard holds, for each block of the item, a hash and its slice of that block. */
function withoutHashes(shards: ReadonlyMap<number, Uint8Array>, size: number, blockSize: number, dataBlocks: number) {
  const slices = slicesOf(size, blockSize, dataBlocks)
  const bare = (shard: Uint8Array) => {
    let offset = 0
    return Buffer.concat(
      slices.map((slice) => {
        offset += HASH_BYTES + slice
        return shard.subarray(offset - slice, offset)
      }),
    )
  }
  return new Map([...shards].map(([number, shard]) => [number, bare(shard)]))
}

/** Content lies in blocks, and each block in slices, one to a shard. */
function joinBlocks(shards: readonly Uint8Array[], size: number, blockSize: number): Buffer {
  let [offset, left] = [0, size]
  return Buffer.concat(
    slicesOf(size, blockSize, shards.length).map((slice) => {
      const block = Buffer.concat(shards.map((shard) => shard.subarray(offset, offset + slice)))
      const length = Math.min(left, blockSize)
      offset += slice
      left -= length
      return block.subarray(0, length)
    }),
  )
}

/** Bytes of a shard's slice of each block. */
const slicesOf = (size: number, blockSize: number, dataBlocks: number) =>
  Array.from({ length: Math.ceil(size / blockSize) }, (_, at) =>
    Math.ceil(Math.min(blockSize, size - at * blockSize) / dataBlocks),
  )

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
    parityBlocks: Number(fields.EcN),
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
