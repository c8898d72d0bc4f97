import { opendir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../errors.ts'
import { isObject, ownCopy, parseCopy } from './assemble-item.ts'
import { matchingDrives, readFolderFile } from './drive-folder.ts'
import { type SealedSample, sampleOfObject } from './sealed-sample.ts'
import { shuffled } from './spread.ts'

/** Even one of many versions, each with its content inline, is smaller. */
const MAX_META_BYTES = 4 * 2 ** 20
const BUCKETS = 200
/** Names of one folder that are looked at; file systems tell them in an order that has nothing to do with theirs. */
const NAMES = 500
const DEPTH = 12

/**
 * Data keys of objects that lie in folders of drives: some of each bucket, read from one drive of each set, since each
 * drive of a set has the metadata of all its objects. Nothing is written, no link is followed. What can't be read is
 * passed over: others tell.
 *
 * @param wanted ends after so many
 */
export async function* folderObjectSamples(
  drives: readonly string[],
  volume: string,
  wanted: number,
): AsyncGenerator<SealedSample, void> {
  const ofSets = new Map((await matchingDrives(drives, volume)).map((drive) => [drive.setDrives.join(), drive]))
  const places: { path: string; bucket: string }[] = []
  for (const { path, layout } of ofSets.values()) {
    if (layout === 'erasure') for (const bucket of await bucketsOf(path)) places.push({ path, bucket })
  }
  const chosen = shuffled(places).slice(0, BUCKETS)
  const each = Math.max(1, Math.ceil((2 * wanted) / Math.max(1, chosen.length)))
  let found = 0
  for (const { path, bucket } of chosen) {
    let looked = 0
    for await (const object of objectsBelow(join(path, bucket), '', 0)) {
      if (++looked > each) break
      const sample = await readSample(path, bucket, object)
      if (sample === undefined) continue
      yield sample
      if (++found >= wanted) return
    }
  }
}

/** A bucket's name is of at least three characters and begins with a letter or digit: no folder of MinIO's own does. */
async function bucketsOf(drive: string): Promise<string[]> {
  const entries = await readdir(drive, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory() && /^[a-z0-9]/.test(entry.name)).map(({ name }) => name)
}

/** A folder with an xl.meta is an object. */
async function* objectsBelow(folder: string, below: string, depth: number): AsyncGenerator<string, void> {
  const names: string[] = []
  let isItem = false
  const entries = await opendir(join(folder, below)).catch(() => undefined)
  for await (const entry of entries ?? []) {
    if (entry.name === 'xl.meta' && entry.isFile()) isItem = true
    if (entry.isDirectory()) names.push(entry.name)
    if (isItem || names.length >= NAMES) break
  }
  if (isItem && below !== '') yield below
  else if (depth < DEPTH)
    for (const name of names) yield* objectsBelow(folder, below === '' ? name : `${below}/${name}`, depth + 1)
}

async function readSample(drive: string, bucket: string, object: string): Promise<SealedSample | undefined> {
  const bytes = await readFolderFile(join(drive, bucket, object, 'xl.meta'), MAX_META_BYTES).catch((error: unknown) => {
    if (error instanceof AppError) return undefined
    throw error
  })
  if (bytes === undefined) return undefined
  try {
    const { meta } = parseCopy(drive, bytes)
    return isObject(meta) ? sampleOfObject(bucket, object, ownCopy(meta.latestVersion.metaSys)) : undefined
  } finally {
    bytes.fill(0)
  }
}
