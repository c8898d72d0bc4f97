import type { IamItem } from '@strongroom/shared/iam'
import { type DriveReader, readItem } from './drive-reader.ts'
import { inspectSource, systemVolume } from './inspect-source.ts'
import type { ItemSource } from './item-source.ts'
import { objectSamples } from './object-samples.ts'
import { type SealedSample, sampleOfItem } from './sealed-sample.ts'
import { spread } from './spread.ts'

const FROM_ITEMS = 16
/** A proof must not read all drives of a large cluster: where there is enough to choose from, not even so much. */
const MOST_ITEMS_READ = 5_000
const ITEMS_READ = 1_000
const ENOUGH = 64
const MOST_MS = 15_000
const READ_AT_ONCE = 4

const OBJECTS = { wanted: 8, buckets: 20, listed: 50, read: 2 }

/**
 * Sealed data keys under `name`, from the drives alone: of IAM and config items, of remote targets and tiers, and of
 * objects, a few of each.
 *
 * @param known items of the latest audit, which save reading all of them to find those under this key
 */
export async function sealedSamples(
  reader: DriveReader,
  name: string,
  known: readonly IamItem[] = [],
): Promise<SealedSample[]> {
  const [items, objects] = await Promise.all([itemSamples(reader, name, known), fromObjects(reader, name)])
  return [...items, ...objects]
}

async function itemSamples(reader: DriveReader, name: string, known: readonly IamItem[]): Promise<SealedSample[]> {
  const volume = await systemVolume(reader)
  const paths = spread(
    known.filter(({ key, state }) => state === 'kms' && key === name),
    FROM_ITEMS,
    ({ kind }) => kind,
  ).map(({ path }) => path)
  const samples = await readKnown(reader, volume, paths)
  const fresh = samples.filter(({ keyName }) => keyName === name)
  return fresh.length > 0 ? fresh : samplesFrom(inspectSource(reader, volume), name)
}

async function readKnown(reader: DriveReader, volume: string, paths: readonly string[]): Promise<SealedSample[]> {
  const samples: SealedSample[] = []
  for (let at = 0; at < paths.length; at += READ_AT_ONCE) {
    const items = await Promise.all(paths.slice(at, at + READ_AT_ONCE).map((path) => readItem(reader, path, volume)))
    for (const item of items) {
      const sample = item && sampleOfItem(item, volume)
      if (sample !== undefined) samples.push(sample)
      item?.bytes?.fill(0)
    }
  }
  return samples
}

/** The first that are met, until there are enough of them or enough was read. */
export async function samplesFrom(source: ItemSource, name: string): Promise<SealedSample[]> {
  const samples: SealedSample[] = []
  const began = performance.now()
  let read = 0
  for await (const { items } of source.batches()) {
    for (const item of items) {
      const sample = sampleOfItem(item, source.volume)
      if (sample?.keyName === name) samples.push(sample)
      item.bytes?.fill(0)
    }
    read += items.length
    if (read >= (samples.length >= ENOUGH ? ITEMS_READ : MOST_ITEMS_READ) || performance.now() - began > MOST_MS) break
  }
  return spread(samples, FROM_ITEMS, ({ kind }) => kind)
}

async function fromObjects(reader: DriveReader, name: string): Promise<SealedSample[]> {
  const samples: SealedSample[] = []
  for await (const sample of objectSamples(reader, { ...OBJECTS, name })) samples.push(sample)
  return samples
}
