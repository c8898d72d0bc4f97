import { dirname } from 'node:path/posix'
import { type InspectEntry, type InspectReply, isTooLarge } from '../minio/inspect.ts'
import { turns } from '../turns.ts'
import { ask, type DriveReader } from './drive-reader.ts'
import { groupBy } from './group-by.ts'
import { literal, type Weighed } from './name-globs.ts'

/** A folder whose names are known, and how deep below them the items lie that are still to be read. */
export interface Shelf {
  /** `config/iam/users` */
  readonly parent: string
  /** From a name to its item, as part of a pattern: empty for `config/history/<item>`, `/*` for `config/iam/users/<name>/<item>`. */
  readonly tail: string
  /** Each with how many drives hold it. */
  readonly names: Weighed
}

export interface Census {
  readonly shelves: readonly Shelf[]
  /** Files of the few items that lie as high as the names do: `config/config.json`, `config/iam/format.json`. */
  readonly met: readonly InspectEntry[]
  /** Which of those have content in a file beside their xl.meta. */
  readonly metWithParts: ReadonlySet<string>
  readonly drives: ReadonlySet<string>
  readonly legacyMarker: boolean
}

/** MinIO sends some 210 bytes for each name on each drive, so this is a reply of 60,000. */
const MAX_REPLY_BYTES = 12 * 2 ** 20

const MARKER = 'backend-encrypted'
const META = '/xl.meta'

/**
 * Asks for names alone, so that reading can be planned: MinIO names the folders that fit a pattern and sends no content but
 * that of the few items on the same level.
 */
export async function takeCensus(reader: DriveReader, volume: string): Promise<Census> {
  const [config, iam, mappings, rest] = (await Promise.all(
    [
      ['config', '*', '*'],
      ['config', 'iam', '*', '*'],
      ['config', 'iam', 'policydb', '*', '*'],
      ['b*', '*'],
    ].map((levels) => list(reader, volume, levels)),
  )) as [InspectReply, InspectReply, InspectReply, InspectReply]
  const replies = [config, iam, mappings, rest]
  // Each list may name tens of thousands.
  const turn = turns()
  await turn()
  const entries = replies.flatMap((reply) => reply.entries)
  const items = new Set(entries.filter(({ path }) => path.endsWith(META)).map(({ path }) => dirname(path)))
  const shelves: Shelf[] = []
  for (const found of [
    () => shelvesOf(config, items, '').filter(({ parent }) => parent !== 'config/iam'),
    () => shelvesOf(iam, items, '/*').filter(({ parent }) => parent !== 'config/iam/policydb'),
    () => shelvesOf(mappings, items, ''),
    () => shelvesOf(rest, items, '').flatMap(bucketsAndJobs),
  ]) {
    shelves.push(...found())
    await turn()
  }
  const dataFolders = replies.flatMap(({ folders }) => folders.map(({ path }) => dirname(path)))
  return {
    shelves,
    met: entries.filter(({ path }) => path.startsWith('config/')),
    metWithParts: new Set(dataFolders.filter((path) => items.has(path))),
    drives: new Set(replies.flatMap(({ drives }) => [...drives])),
    legacyMarker: items.has(MARKER),
  }
}

/** Folders by the folder they lie in; those in items are no names but hold the items' content. */
function shelvesOf({ folders }: InspectReply, items: ReadonlySet<string>, tail: string): Shelf[] {
  const byParent = groupBy(folders, ({ path }) => dirname(path))
  return [...byParent]
    .filter(([parent]) => !items.has(parent))
    .map(([parent, found]) => {
      const copies = groupBy(found, ({ path }) => path.slice(parent.length + 1))
      return { parent, tail, names: [...copies].map(([name, each]) => [name, each.length] as const) }
    })
}

/** Of what begins with b: the metadata of each bucket, and jobs without the reports on ended ones, which hold no secret. */
function bucketsAndJobs({ parent, names }: Shelf): Shelf[] {
  if (parent === 'buckets') {
    return [{ parent, tail: '/.metadata.bin', names: names.filter(([name]) => !name.startsWith('.')) }]
  }
  return parent === 'batch-jobs' ? [{ parent, tail: '', names: names.filter(([name]) => name !== 'reports') }] : []
}

/** Together they fit every character. */
const CLASSES = ['[0-4]', '[5-9]', '[a-f]', '[g-l]', '[m-r]', '[s-z]', '[A-M]', '[N-Z]', '[^0-9a-zA-Z]']

/** Lists what fits a pattern, given level by level; a list that is too long for one reply is asked for in pieces. */
async function list(reader: DriveReader, volume: string, levels: readonly string[]): Promise<InspectReply> {
  try {
    return await ask(reader, { volume, file: levels.join('/') }, MAX_REPLY_BYTES)
  } catch (error) {
    if (!isTooLarge(error)) throw error
    const replies: InspectReply[] = []
    for (const piece of await pieces(reader, volume, levels)) replies.push(await list(reader, volume, piece))
    return {
      entries: replies.flatMap(({ entries }) => entries),
      folders: replies.flatMap(({ folders }) => folders),
      drives: new Set(replies.flatMap(({ drives }) => [...drives])),
    }
  }
}

/** Folder by folder where several are asked for, else by what names begin with. */
async function pieces(reader: DriveReader, volume: string, levels: readonly string[]): Promise<string[][]> {
  const open = levels.findIndex((level) => level.includes('*'))
  if (open < levels.length - 1) {
    const { folders } = await list(reader, volume, levels.slice(0, open + 1))
    const names = new Set(folders.map(({ path }) => path.split('/')[open]!))
    return [...names].map((name) => levels.with(open, literal(name)))
  }
  const begun = levels.at(-1)!.slice(0, -1)
  const longer = CLASSES.map((each) => levels.with(-1, `${begun}${each}*`))
  return begun === '' ? longer : [levels.with(-1, begun), ...longer]
}
