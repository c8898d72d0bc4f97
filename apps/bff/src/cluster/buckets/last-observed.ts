import type { Bucket } from '@strongroom/shared/buckets'
import { type ObjectFigures, objectFigures } from '../observed.ts'

/** Buckets in numbers, for a monitoring system. */
export interface BucketFigures extends ObjectFigures {
  readonly at: Date
  /** By what seals a new object: a mode, or `unknown`. */
  readonly byMode: ReadonlyMap<string, number>
  /** Buckets that do not encrypt as the rules of the house say. */
  readonly drifted: number
  /** By outcome of the newest write-probe. */
  readonly probes: ReadonlyMap<string, number>
}

/** What the last look at all buckets came to. Only of those who may see them all: others would shrink the numbers. */
export class LastObserved {
  #figures: BucketFigures | null = null

  note(buckets: readonly Bucket[], at: Date) {
    this.#figures = {
      ...objectFigures(buckets),
      at,
      byMode: tally(buckets.map(({ effective }) => effective?.mode ?? 'unknown')),
      drifted: buckets.filter(({ house }) => house?.drifted === true).length,
      probes: tally(buckets.flatMap(({ proof }) => (proof ? [proof.outcome] : []))),
    }
  }

  /** Null: nobody has looked since the start. */
  get figures(): BucketFigures | null {
    return this.#figures
  }
}

function tally(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
