import { dirname } from 'node:path/posix'
import {
  downloadDrives,
  type InspectEntry,
  isTooLarge,
  KYPELLO_VOLUME,
  openDownload,
  SYSTEM_VOLUME,
} from '../minio/inspect.ts'
import { type Census, type Shelf, takeCensus } from './drive-census.ts'
import { ask, assembleAll, type DriveReader } from './drive-reader.ts'
import type { ItemBatch, ItemSource } from './item-source.ts'
import { literal, nameGlobs, type Weighed } from './name-globs.ts'
import { oneAhead } from './one-ahead.ts'

/** Copies on drives that one reply may hold, some 2 MB: 600 items of a cluster with sets of four drives. */
const MAX_COPIES = 2_500
const MAX_REPLY_BYTES = 32 * 2 ** 20

const META = '/xl.meta'
const PART = '/part.1'

/**
 * The items of a running cluster, from its drives through `inspect-data`. First the names, then content in replies of
 * bounded size: while one is opened MinIO gathers the next, and a batch is ready ahead of whoever takes it. No pattern has
 * two stars in it; see minio/inspect.ts.
 *
 * @param volume as {@link systemVolume} tells it
 */
export function inspectSource(reader: DriveReader, volume = SYSTEM_VOLUME): ItemSource {
  let marker: boolean | undefined
  return {
    volume,
    batches: (signal) =>
      oneAhead(
        read(reader, volume, signal, (census) => {
          marker = census.legacyMarker
        }),
        wipe,
      ),
    async legacyMarker() {
      marker ??= (await ask(reader, { volume, file: 'backend-encrypted/*' }, MAX_REPLY_BYTES)).entries.length > 0
      return marker
    },
  }
}

/** Where this cluster keeps its own data: MinIO and its successor Kypello name the volume differently. */
export async function systemVolume(reader: DriveReader): Promise<string> {
  for (const volume of [SYSTEM_VOLUME, KYPELLO_VOLUME]) {
    if ((await ask(reader, { volume, file: 'format.json' }, MAX_REPLY_BYTES)).drives.size > 0) return volume
  }
  return SYSTEM_VOLUME
}

const wipe = ({ items }: ItemBatch) => {
  for (const { bytes } of items) bytes?.fill(0)
}

/** Items that one pattern fits. */
interface Reading {
  /** Fits the folders of the items. */
  readonly folders: string
  /** What the pattern was made from; empty where it can't be parted further. */
  readonly shelves: readonly Shelf[]
}

async function* read(
  reader: DriveReader,
  volume: string,
  signal: AbortSignal | undefined,
  told: (census: Census) => void,
): AsyncGenerator<ItemBatch, void> {
  signal?.throwIfAborted()
  const census = await takeCensus(reader, volume)
  told(census)
  const seen = new Set<string>()
  const expected = census.shelves.reduce((sum, { names }) => sum + names.length, 0)
  const batch = async (files: readonly InspectEntry[], drives: ReadonlySet<string>): Promise<ItemBatch> => {
    const fresh = new Set(itemsOf(files).filter((path) => isOurs(path) && !seen.has(path)))
    for (const path of fresh) seen.add(path)
    return { items: await assembleAll(files, reader.highwayHash, fresh), drives, expected }
  }

  const metParts = await Promise.all(
    [...census.metWithParts].map((path) => ask(reader, { volume, file: `${literal(path)}/*${PART}` }, MAX_REPLY_BYTES)),
  )
  yield await batch([...census.met, ...metParts.flatMap(({ entries }) => entries)], census.drives)

  const asked = new Set<string>()
  for (let readings = plan(census.shelves); readings.length > 0; ) {
    const next: Reading[] = []
    for await (const { reading, bytes } of oneAhead(downloads(reader, volume, readings, asked, signal), discard)) {
      try {
        const { files, drives, deeper } = await openFolders(reader, volume, reading.folders, bytes)
        next.push(...deeper)
        yield await batch(files, drives)
      } catch (error) {
        next.push(...smallerFor(error, reading))
      }
    }
    readings = next
  }
}

/** What MinIO sent for a reading, not opened yet. */
interface Download {
  readonly reading: Reading
  readonly bytes: Uint8Array
}

const discard = ({ bytes }: Download) => bytes.fill(0)

/** One after the other, in smaller pieces where a reply is too large. */
async function* downloads(
  { minio, credentials, keyPair }: DriveReader,
  volume: string,
  readings: readonly Reading[],
  asked: Set<string>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Download, void> {
  const queue = [...readings]
  const options = { keyPair, maxReplyBytes: MAX_REPLY_BYTES }
  for (let reading = queue.shift(); reading !== undefined; reading = queue.shift()) {
    signal?.throwIfAborted()
    const { folders } = reading
    if (asked.has(folders)) continue
    asked.add(folders)
    try {
      yield { reading, bytes: await downloadDrives(minio, credentials, { volume, file: `${folders}/*` }, options) }
    } catch (error) {
      queue.unshift(...smallerFor(error, reading))
    }
  }
}

/** What lies in the folders that fit: content, and folders that are no item but lead to some, as a DN with a slash makes. */
async function openFolders(reader: DriveReader, volume: string, folders: string, bytes: Uint8Array) {
  const reply = await openDownload(bytes, volume, reader.keyPair)
  const items = new Set(itemsOf(reply.entries))
  const holdsParts = reply.folders.some(({ path }) => items.has(dirname(path)))
  const parts = holdsParts ? (await ask(reader, { volume, file: `${folders}/*${PART}` }, MAX_REPLY_BYTES)).entries : []
  const deeper = reply.folders
    .map(({ path }) => dirname(path))
    .filter((path) => !items.has(path))
    .map((path): Reading => ({ folders: `${literal(path)}/*`, shelves: [] }))
  return { files: [...reply.entries, ...parts], drives: reply.drives, deeper }
}

const itemsOf = (files: readonly InspectEntry[]) =>
  files.filter(({ path }) => path.endsWith(META)).map(({ path }) => dirname(path))

const isOurs = (path: string) => /^(config\/|batch-jobs\/(?!reports\/)|buckets\/[^/]+\/\.metadata\.bin$)/.test(path)

const weigh = (names: Weighed) => names.reduce((sum, [, weight]) => sum + weight, 0)

/** Everything of IAM at once where it is little: its items lie equally deep, mappings included. */
function plan(shelves: readonly Shelf[]): Reading[] {
  const iam = shelves.filter(({ parent }) => parent.startsWith('config/iam/'))
  const others = shelves.filter((shelf) => !iam.includes(shelf))
  const together = iam.reduce((sum, { names }) => sum + weigh(names), 0) <= MAX_COPIES && iam.length > 0
  return [
    ...(together ? [{ folders: 'config/iam/*/*/*', shelves: iam }] : iam.flatMap((shelf) => readingsOf(shelf))),
    ...others.flatMap((shelf) => readingsOf(shelf)),
  ]
}

function readingsOf({ parent, tail, names }: Shelf, limit = MAX_COPIES): Reading[] {
  const weights = new Map(names)
  return nameGlobs(names, limit).map((glob) => ({
    folders: `${literal(parent)}/${glob.pattern}${tail}`,
    shelves: [{ parent, tail, names: glob.names.map((name) => [name, weights.get(name)!] as const) }],
  }))
}

/** @throws the error, where it is another than that the reply was too large, or there is nothing to part */
function smallerFor(error: unknown, reading: Reading): Reading[] {
  const smaller = isTooLarge(error) ? part(reading) : []
  if (smaller.length === 0) throw error
  return smaller
}

/** Smaller readings for one whose reply was too large; none where there is nothing to part. */
function part({ shelves }: Reading): Reading[] {
  if (shelves.length > 1) return shelves.flatMap((shelf) => readingsOf(shelf))
  return shelves.flatMap((shelf) => (shelf.names.length > 1 ? readingsOf(shelf, weigh(shelf.names) / 4) : []))
}
