import type { IamItem, ItemKind } from '@strongroom/shared/iam'
import type { SealCounts } from '@strongroom/shared/seal'
import { isUnderDefault } from './item-seal.ts'

/** Items that stay for one reason. */
export interface Staying {
  readonly kind: ItemKind
  readonly note: string
  readonly count: number
  /** The name of the first one. */
  readonly example: string
}

/** What a migration would do, in figures. */
export interface MigrationPlan {
  readonly toMove: number
  readonly byKind: readonly { readonly kind: ItemKind; readonly count: number }[]
  /** What seals the items that would be moved. */
  readonly from: SealCounts
  readonly stays: readonly Staying[]
}

/** Counts items page by page, so that ten thousand of them are never held at once. */
export class PlanTally {
  readonly #defaultKey: string | null
  readonly #kinds = new Map<ItemKind, number>()
  readonly #from: SealCounts = { plaintext: 0, 'root-credentials': 0, kms: {}, unreadable: 0 }
  readonly #stays = new Map<string, Staying>()

  constructor(defaultKey: string | null) {
    this.#defaultKey = defaultKey
  }

  add(items: readonly IamItem[]) {
    for (const item of items) {
      if (isUnderDefault(item, this.#defaultKey)) continue
      if (item.movable) this.#move(item)
      else this.#stay(item)
    }
  }

  plan(): MigrationPlan {
    const byKind = [...this.#kinds].map(([kind, count]) => ({ kind, count }))
    return {
      toMove: byKind.reduce((sum, { count }) => sum + count, 0),
      byKind: byKind.sort((a, b) => b.count - a.count),
      from: this.#from,
      stays: [...this.#stays.values()].sort((a, b) => b.count - a.count),
    }
  }

  #move({ kind, state, key = '' }: IamItem) {
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1)
    if (state === 'kms') this.#from.kms[key] = (this.#from.kms[key] ?? 0) + 1
    else this.#from[state] += 1
  }

  #stay({ kind, name, note = 'No reason is known.' }: IamItem) {
    const id = `${kind}\n${note}`
    const known = this.#stays.get(id)
    this.#stays.set(id, known ? { ...known, count: known.count + 1 } : { kind, note, count: 1, example: name })
  }
}
