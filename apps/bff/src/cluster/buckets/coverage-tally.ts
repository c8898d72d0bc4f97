import { Coverage, type ObjectState, StateCount } from '@strongroom/shared/coverage'
import * as z from 'zod/mini'
import type { ListedVersion, VersionPage } from '../../minio/version-listing.ts'

/** First parts of keys that are kept apart at the end. */
const PREFIXES_KEPT = 500
/** Twice as many while it counts: sorting them at each new one would take long. */
const PREFIXES_AT_ONCE = 2 * PREFIXES_KEPT
/** Keys of the KMS that are kept apart. */
const KEYS_KEPT = 1_000

type PrefixCount = Coverage['byPrefix'][number]

/** What was counted so far, as it is written down. */
export const Counted = z.object({
  counts: z.array(StateCount),
  deleteMarkers: z.int(),
  byPrefix: Coverage.shape.byPrefix,
})
export type Counted = z.infer<typeof Counted>

export const NOTHING: Counted = { counts: [], deleteMarkers: 0, byPrefix: [] }

const STATES: Readonly<Record<ListedVersion['mode'], ObjectState>> = {
  none: 'plain',
  'sse-s3': 'sse-s3',
  'sse-kms': 'sse-kms',
  'sse-c': 'sse-c',
  unknown: 'unknown',
}

/**
 * Counts versions by what seals them, and by the first part of their keys. However many there are, the memory that it takes
 * is bounded: of the first parts those with the most plain content are kept apart. A listing has all keys of one first part
 * in a row, so what is put together with others comes no more.
 */
export class CoverageTally {
  /** What all keys that are counted have in front of their first part. */
  readonly #base: string
  readonly #counts = new Map<string, StateCount>()
  readonly #prefixes = new Map<string | null, PrefixCount>()
  #deleteMarkers: number
  /** The first part that was counted last: there may be more of it. */
  #last: string | undefined

  /** @param prefix of all keys that are counted; empty: they may have any */
  constructor(prefix: string, { counts, deleteMarkers, byPrefix }: Counted) {
    this.#base = prefix.slice(0, prefix.lastIndexOf('/') + 1)
    this.#deleteMarkers = deleteMarkers
    for (const count of counts) this.#counts.set(nameOf(count.state, count.key), structuredClone(count))
    for (const count of byPrefix) this.#prefixes.set(count.prefix, { ...count })
  }

  add({ versions, markers }: Pick<VersionPage, 'versions' | 'markers'>) {
    this.#deleteMarkers += markers
    for (const version of versions) {
      const state = STATES[version.mode]
      this.#countState(state, version)
      this.#countPrefix(state, version)
    }
  }

  /** Versions, in whatever state. */
  get total(): number {
    return totals({ counts: [...this.#counts.values()] }).total
  }

  get counted(): Counted {
    this.#fold()
    return {
      counts: [...this.#counts.values()].map((count) => structuredClone(count)),
      deleteMarkers: this.#deleteMarkers,
      byPrefix: [...this.#prefixes.values()].sort(mostPlainFirst).map((count) => ({ ...count })),
    }
  }

  #countState(state: ObjectState, { kmsKey, current, sizeBytes }: ListedVersion) {
    const count = this.#countOf(state, kmsKey)
    const tally = current ? count.current : count.older
    tally.count++
    tally.bytes += sizeBytes
  }

  #countOf(state: ObjectState, kmsKey: string | undefined): StateCount {
    const known = this.#counts.get(nameOf(state, kmsKey))
    if (known !== undefined) return known
    if (kmsKey !== undefined && this.#counts.size >= KEYS_KEPT) return this.#countOf(state, undefined)
    const count: StateCount = {
      ...{ state, current: { count: 0, bytes: 0 }, older: { count: 0, bytes: 0 } },
      ...(kmsKey !== undefined && { key: kmsKey }),
    }
    this.#counts.set(nameOf(state, kmsKey), count)
    return count
  }

  #countPrefix(state: ObjectState, { key, sizeBytes }: ListedVersion) {
    const first = key.slice(0, key.indexOf('/', this.#base.length) + 1) || this.#base
    if (first !== this.#base) this.#last = first
    const count = this.#prefixOf(first)
    count.total++
    if (state === 'unknown') count.unknown++
    if (state !== 'plain') return
    count.plain++
    count.plainBytes += sizeBytes
  }

  #prefixOf(prefix: string | null): PrefixCount {
    const known = this.#prefixes.get(prefix)
    if (known !== undefined) return known
    if (this.#prefixes.size >= PREFIXES_AT_ONCE) this.#fold()
    const count = { prefix, total: 0, plain: 0, plainBytes: 0, unknown: 0 }
    this.#prefixes.set(prefix, count)
    return count
  }

  /** Puts together what is not kept apart. What has no first part comes between all others, so it stays. */
  #fold() {
    if (this.#last === undefined) return
    const staying = new Set([null, this.#base, this.#last])
    const apart = [...this.#prefixes.values()].filter(({ prefix }) => !staying.has(prefix))
    const others = apart.sort(mostPlainFirst).slice(PREFIXES_KEPT)
    if (others.length === 0) return
    for (const { prefix } of others) this.#prefixes.delete(prefix)
    const rest = this.#prefixOf(null)
    for (const { total, plain, plainBytes, unknown } of others) {
      rest.total += total
      rest.plain += plain
      rest.plainBytes += plainBytes
      rest.unknown += unknown
    }
  }
}

/** A state and a key: no state has a space in its name. */
const nameOf = (state: ObjectState, key: string | undefined) => (key === undefined ? state : `${state} ${key}`)

const mostPlainFirst = (one: PrefixCount, other: PrefixCount) =>
  other.plain - one.plain || other.unknown - one.unknown || other.total - one.total

/** Versions in each state, and altogether. */
export function totals({ counts }: Pick<Counted, 'counts'>) {
  const sum = (of: readonly StateCount[], what: 'count' | 'bytes') =>
    of.reduce((all, { current, older }) => all + current[what] + older[what], 0)
  const plain = counts.filter(({ state }) => state === 'plain')
  return {
    total: sum(counts, 'count'),
    plain: sum(plain, 'count'),
    plainBytes: sum(plain, 'bytes'),
    unknown: sum(
      counts.filter(({ state }) => state === 'unknown'),
      'count',
    ),
  }
}
