import { FormatError } from './failures.ts'
import { generationOf, type HighwayHash, joinWhole } from './shards.ts'
import type { XlMeta, XlVersion } from './xl-meta.ts'

/** What one drive holds of an item; the shard is `undefined` where it could not be read. */
export interface DriveCopy {
  readonly meta: XlMeta
  readonly shard: Uint8Array | undefined
}

interface Generation {
  /** When it was written, nanoseconds since 1970; `undefined` where no drive holds the item. */
  readonly modTimeNs: bigint | undefined
  /** Drives that hold this generation, with a whole shard or without. */
  readonly copies: number
  /** Drives that hold an older one: they missed a save, and wait to be healed. */
  readonly older: number
}

/** An item that could be put together. */
export interface WholeGeneration extends Generation {
  readonly state: 'whole'
  /** New memory, to be wiped by the caller. */
  readonly bytes: Uint8Array
  readonly modTimeNs: bigint
  readonly metaSys: Readonly<Record<string, Uint8Array>>
  /** Data shards that were missing or damaged, and rebuilt from parity. */
  readonly rebuilt: number
  /** Drives name a newer generation, of which too little is there: a save runs right now, or was broken off. */
  readonly newerUnreadable: boolean
}

export interface DeletedGeneration extends Generation {
  readonly state: 'deleted'
  readonly modTimeNs: bigint
}

/** No generation could be put together; what is said is said of the newest. */
export interface BrokenGeneration extends Generation {
  readonly state: 'broken'
  /** Why, in words. */
  readonly trouble: string
  readonly metaSys: Readonly<Record<string, Uint8Array>>
}

export type NewestGeneration = WholeGeneration | DeletedGeneration | BrokenGeneration

/**
 * Puts together the newest generation of an item of which enough is there, as MinIO does: drives that were away during a
 * save hold an older one, and a save that runs or was broken off has left a newer one on too few.
 *
 * A delete marker counts like an object: where fewer drives hold it than any object needs, an older generation is read.
 *
 * @param copies of one item from all drives, in any order
 */
export function newestWhole(copies: readonly DriveCopy[], highwayHash: HighwayHash): NewestGeneration {
  const generations = byAge(copies)
  const quorum = Math.min(...copies.map(({ meta }) => dataBlocksOf(meta.latestVersion) ?? Number.POSITIVE_INFINITY))
  const troubles: string[] = []
  for (const { modTimeNs, members } of generations) {
    const common = { modTimeNs, copies: members.length, older: olderThan(modTimeNs, generations) }
    const read = readGeneration(members, highwayHash, quorum)
    if ('trouble' in read) troubles.push(read.trouble)
    else if (read.state === 'deleted') return { ...read, ...common }
    else return { ...read, ...common, newerUnreadable: generations[0]!.modTimeNs > modTimeNs }
  }
  const [newest] = generations
  const [trouble = 'no drive holds this item'] = troubles
  return {
    state: 'broken',
    trouble: troubles.length > 1 ? `${trouble}; nor is an older generation whole` : trouble,
    metaSys: metaSysOf(newest?.members ?? []),
    modTimeNs: newest?.modTimeNs,
    copies: newest?.members.length ?? 0,
    older: newest ? olderThan(newest.modTimeNs, generations) : 0,
  }
}

interface Members {
  readonly modTimeNs: bigint
  readonly members: readonly DriveCopy[]
}

/** One group for each generation, the newest first; of two of one time, the one that more drives hold. */
function byAge(copies: readonly DriveCopy[]): readonly Members[] {
  const groups = new Map<string, DriveCopy[]>()
  for (const copy of copies) {
    const { latestVersion: version } = copy.meta
    const generation = version.deleted ? `deleted ${version.modTimeNs}` : generationOf(version)
    groups.set(generation, [...(groups.get(generation) ?? []), copy])
  }
  return [...groups.values()]
    .map((members) => ({ modTimeNs: members[0]!.meta.latestVersion.modTimeNs, members }))
    .sort(
      (a, b) =>
        Number(b.modTimeNs > a.modTimeNs) - Number(b.modTimeNs < a.modTimeNs) || b.members.length - a.members.length,
    )
}

const olderThan = (modTimeNs: bigint, generations: readonly Members[]) =>
  generations.filter((other) => other.modTimeNs < modTimeNs).reduce((sum, { members }) => sum + members.length, 0)

function readGeneration(members: readonly DriveCopy[], highwayHash: HighwayHash, quorum: number) {
  const version = members[0]!.meta.latestVersion
  if (version.deleted) {
    // Without any object beside it, the marker alone tells what is known.
    if (members.length >= quorum || quorum === Number.POSITIVE_INFINITY) return { state: 'deleted' as const }
    return { trouble: `${members.length} of the drives say that it is deleted, which are too few` }
  }
  // An empty item may have no shards at all: there is nothing to put together.
  const absent = version.size === 0 ? new Uint8Array(0) : undefined
  const shards = members.flatMap(({ meta: { latestVersion: each }, shard = absent }) =>
    shard === undefined || each.deleted ? [] : [{ index: each.index, shard }],
  )
  try {
    return { state: 'whole' as const, ...joinWhole(shards, version, highwayHash), metaSys: version.metaSys }
  } catch (error) {
    if (error instanceof FormatError) return { trouble: error.message }
    throw error
  }
}

const dataBlocksOf = (version: XlVersion) => (version.deleted ? undefined : version.dataBlocks)

function metaSysOf(members: readonly DriveCopy[]) {
  const version = members[0]?.meta.latestVersion
  return version === undefined || version.deleted ? {} : version.metaSys
}
