import { groupBy } from './group-by.ts'
import type { SealedSample } from './sealed-sample.ts'
import { shuffled } from './spread.ts'

/** Samples of one kind under one key: a uniform choice of all that were seen. */
interface Stratum {
  readonly keyName: string
  kept: SealedSample[]
  seen: number
}

/**
 * Chooses among all data keys that go by, of which there may be millions: so many of each kind under each key as there is
 * room for. Memory stays within some times the number that is wanted.
 */
export class DrillSampling {
  readonly #wanted: number
  readonly #strata = new Map<string, Stratum>()
  /** Of each kind under each key; halved when there are too many kinds and keys. */
  #each: number
  #kept = 0
  #seen = 0

  constructor(wanted: number) {
    this.#wanted = wanted
    this.#each = wanted
  }

  /** Data keys that went by. */
  get seen(): number {
    return this.#seen
  }

  add(sample: SealedSample) {
    this.#seen++
    const id = `${sample.kind}\n${sample.keyName}`
    const stratum = this.#strata.get(id) ?? { keyName: sample.keyName, kept: [], seen: 0 }
    this.#strata.set(id, stratum)
    stratum.seen++
    if (stratum.kept.length < this.#each) {
      stratum.kept.push(sample)
      this.#kept++
      if (this.#kept > 4 * this.#wanted && this.#each > 1) this.#halve()
      return
    }
    const place = Math.floor(Math.random() * stratum.seen)
    if (place < this.#each) stratum.kept[place] = sample
  }

  #halve() {
    this.#each = Math.max(1, Math.floor(this.#each / 2))
    this.#kept = 0
    for (const stratum of this.#strata.values()) {
      stratum.kept = shuffled(stratum.kept).slice(0, this.#each)
      this.#kept += stratum.kept.length
    }
  }

  /** As many as are wanted: in turn of each key, and of each kind under it. `leftOut`: keys that have none among them. */
  chosen(): { samples: SealedSample[]; leftOut: string[] } {
    const byKey = groupBy([...this.#strata.values()], ({ keyName }) => keyName)
    const queues = [...byKey].map(([name, strata]) => ({ name, queue: inTurn(strata.map(({ kept }) => kept)) }))
    const samples = inTurn(queues.map(({ queue }) => queue)).slice(0, this.#wanted)
    const tried = new Set(samples.map(({ keyName }) => keyName))
    return { samples, leftOut: queues.flatMap(({ name }) => (tried.has(name) ? [] : [name])).sort() }
  }
}

/** The first of each list, then the second of each, and so on. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = lists.reduce((most, { length }) => Math.max(most, length), 0)
  const all: T[] = []
  for (let round = 0; round < longest; round++)
    for (const list of lists) if (round < list.length) all.push(list[round]!)
  return all
}
