import { toText, viewOf } from './bytes.ts'
import { FormatError } from './failures.ts'
import { isMap, type Unpacked, unpackAll, unpackMap } from './message-pack.ts'
import { MAX_SHARDS } from './reed-solomon.ts'
import { xxHash64 } from './xxhash64.ts'

export { FormatError } from './failures.ts'

const OBJECT = 1
const DELETE_MARKER = 2
/** Items of the system volume have one; the rest is room for the objects of buckets. */
const MAX_VERSIONS = 10_000

/** One `xl.meta`: what one drive knows of one item. Byte arrays are views of the bytes that were parsed. */
export interface XlMeta {
  /** 3 from today's servers, 2 from those of May 2021, 0 from those of March 2021. */
  readonly minor: 0 | 2 | 3
  /** The newest version; items of the system volume have but one. */
  readonly latestVersion: XlVersion
}

export type XlVersion = XlObject | XlDeleted

export interface XlDeleted {
  readonly deleted: true
  readonly modTimeNs: bigint
}

export interface XlObject {
  readonly deleted: false
  readonly dataBlocks: number
  readonly parityBlocks: number
  /** Plain bytes per erasure block, 1 MiB. */
  readonly blockSizeBytes: number
  /** Which shard this drive holds, from 1; those up to `dataBlocks` hold the data, the rest parity. */
  readonly index: number
  /** The shard that each drive of the set holds, in the order of the set. */
  readonly distribution: readonly number[]
  /** Of the whole object, in bytes. */
  readonly size: number
  readonly modTimeNs: bigint
  /** The folder with `part.1`, as UUID. Inline objects name one too, which does not exist. */
  readonly dataDir: string
  readonly metaSys: Readonly<Record<string, Uint8Array>>
  readonly metaUser: Readonly<Record<string, string>>
  /** The content of `part.1` where it is kept in the `xl.meta` itself: checksums and shards, see shards.ts. */
  readonly inlineShard?: Uint8Array
}

/**
 * Parses an `xl.meta`: `"XL2 " ‖ LE16 major 1 ‖ LE16 minor ‖ bin32 metadata ‖ uint32 checksum ‖ inline data`, where the
 * checksum is the low half of the xxHash64 of the metadata. A server of RELEASE.2021-03-26 wrote minor 0: the text `1   `
 * as version, and then the metadata alone. Source: minio cmd/xl-storage-format-v2.go; drives written by those servers.
 *
 * @throws FormatError for anything cut short, damaged, foreign, or of a version not known here
 */
export function parseXlMeta(bytes: Uint8Array): XlMeta {
  const { minor, metadata, inline } = openContainer(bytes)
  const { versionId, version } = newest(minor === 3 ? listed(metadata) : mapped(metadata))
  return { minor, latestVersion: version.deleted ? version : withInline(version, versionId, inline) }
}

interface Container {
  readonly minor: XlMeta['minor']
  readonly metadata: Uint8Array
  readonly inline: Uint8Array
}

function openContainer(bytes: Uint8Array): Container {
  const mark = toText(bytes.subarray(0, 4))
  if (bytes.length < 13 || mark !== 'XL2 ') throw new FormatError('no xl.meta: it is cut short, or its mark is missing')
  if (toText(bytes.subarray(4, 8)) === '1   ')
    return { minor: 0, metadata: bytes.subarray(8), inline: bytes.subarray(0, 0) }
  const view = viewOf(bytes)
  const [major, minor] = [view.getUint16(4, true), view.getUint16(6, true)]
  if (major !== 1 || (minor !== 2 && minor !== 3))
    throw new FormatError(`xl.meta of version ${major}.${minor} is not known`)
  const end = 13 + view.getUint32(9)
  if (bytes[8] !== 0xc6 || bytes.length < end + 5 || bytes[end] !== 0xce) throw new FormatError('xl.meta is cut short')
  const metadata = bytes.subarray(13, end)
  if (Number(xxHash64(metadata) & 0xffffffffn) !== view.getUint32(end + 1)) {
    throw new FormatError('xl.meta does not match its checksum: it is damaged')
  }
  return { minor, metadata, inline: bytes.subarray(end + 5) }
}

interface Parsed {
  readonly versionId: string
  readonly version: XlVersion
}

/** Minor 3: header version, metadata version, count, and then a header and a body for each version, newest first. */
function listed(metadata: Uint8Array): unknown[] {
  const values = unpackAll(metadata, 'xl.meta')
  const count = values[2]
  if (typeof count !== 'number' || values.length < 3 + 2 * count)
    throw new FormatError('xl.meta lists fewer versions than it says')
  if (count > MAX_VERSIONS) throw new FormatError(`xl.meta lists more than ${MAX_VERSIONS} versions`)
  const versions: unknown[] = []
  for (let i = 0; i < count; i++) {
    const body = values[4 + 2 * i]
    if (!(body instanceof Uint8Array)) throw new FormatError('xl.meta holds a version without a body')
    versions.push(unpackMap(body, 'a version in xl.meta'))
  }
  return versions
}

/** Minor 0 and 2: one map with all versions in it. */
function mapped(metadata: Uint8Array): unknown[] {
  const { Versions: versions } = unpackMap(metadata, 'xl.meta')
  if (!Array.isArray(versions)) throw new FormatError('xl.meta holds no versions')
  if (versions.length > MAX_VERSIONS) throw new FormatError(`xl.meta lists more than ${MAX_VERSIONS} versions`)
  return versions
}

function newest(versions: readonly unknown[]): Parsed {
  const parsed = versions.map(toVersion)
  const [first, ...rest] = parsed
  if (first === undefined) throw new FormatError('xl.meta holds no versions')
  return rest.reduce((latest, each) => (each.version.modTimeNs > latest.version.modTimeNs ? each : latest), first)
}

function toVersion(version: unknown): Parsed {
  if (!isMap(version)) throw new FormatError('xl.meta holds a version that is no map')
  const { Type: type, V2Obj: object, DelObj: marker } = version
  if (type === DELETE_MARKER && isMap(marker)) {
    return { versionId: uuid(marker, 'ID'), version: { deleted: true, modTimeNs: big(marker, 'MTime') } }
  }
  if (type === OBJECT && isMap(object)) return { versionId: uuid(object, 'ID'), version: toObject(object) }
  throw new FormatError('xl.meta holds a version of a kind that is not known')
}

function toObject(object: Unpacked): XlObject {
  const [dataBlocks, parityBlocks, index] = [count(object, 'EcM'), count(object, 'EcN'), count(object, 'EcIndex')]
  const blockSizeBytes = count(object, 'EcBSize')
  const shards = dataBlocks + parityBlocks
  if (dataBlocks < 1 || shards > MAX_SHARDS || blockSizeBytes < 1 || index < 1 || index > shards) {
    throw new FormatError('xl.meta describes an erasure layout that cannot be')
  }
  return {
    deleted: false,
    dataBlocks,
    parityBlocks,
    blockSizeBytes,
    index,
    distribution: distribution(object),
    size: count(object, 'Size'),
    modTimeNs: big(object, 'MTime'),
    dataDir: uuid(object, 'DDir'),
    metaSys: entries(object, 'MetaSys', (value) => (value instanceof Uint8Array ? value : undefined)),
    metaUser: entries(object, 'MetaUsr', (value) => (typeof value === 'string' ? value : undefined)),
  }
}

/** Adds the inline data: byte 1, and a map from version id (`null` for the version without one) to content. */
function withInline(object: XlObject, versionId: string, tail: Uint8Array): XlObject {
  if (tail.length === 0) return object
  if (tail[0] !== 1) throw new FormatError('xl.meta has inline data of a version that is not known')
  const shard = unpackMap(tail.subarray(1), 'the inline data of xl.meta')[versionId === NIL ? 'null' : versionId]
  return shard instanceof Uint8Array ? { ...object, inlineShard: shard } : object
}

const NIL = '00000000-0000-0000-0000-000000000000'

function count(map: Unpacked, name: string): number {
  const value = map[name]
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number
  throw new FormatError(`xl.meta has no valid ${name}`)
}

function big(map: Unpacked, name: string): bigint {
  const value = map[name]
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return BigInt(value as number | bigint)
  throw new FormatError(`xl.meta has no valid ${name}`)
}

function distribution({ EcDist: value }: Unpacked): number[] {
  const list = value instanceof Uint8Array || Array.isArray(value) ? value : []
  const shards = list.length > MAX_SHARDS ? [] : [...list]
  if (shards.length === 0 || !shards.every((each) => Number.isSafeInteger(each) && each >= 1 && each <= MAX_SHARDS)) {
    throw new FormatError('xl.meta has no valid EcDist')
  }
  return shards
}

function uuid(map: Unpacked, name: string): string {
  const value = map[name]
  if (!(value instanceof Uint8Array) || value.length !== 16) throw new FormatError(`xl.meta has no valid ${name}`)
  let text = ''
  for (let i = 0; i < 16; i++) text += (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') + HEX[value[i]!]!
  return text
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function entries<T>(map: Unpacked, name: string, read: (value: unknown) => T | undefined): Record<string, T> {
  const value = map[name] ?? {}
  if (!isMap(value)) throw new FormatError(`xl.meta has no valid ${name}`)
  const known: Record<string, T> = {}
  // No key is `__proto__`: what unpacks refuses that.
  for (const key of Object.keys(value)) {
    const kept = read(value[key])
    if (kept !== undefined) known[key] = kept
  }
  return known
}
