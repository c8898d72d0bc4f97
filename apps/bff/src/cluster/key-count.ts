import { listKeys } from '../kes/list-keys.ts'
import type { Kes } from '../kes/transport.ts'

const KEPT_MS = 30_000
/** So many come with one listing. */
const FEW = 1024

/** How many keys KES has. Where it takes many listings to know it is remembered for half a minute; a few are asked anew. */
export class KeyCount {
  #last: { readonly total: Promise<number>; readonly at: number } | null = null

  /** @throws AppError as KES refuses */
  of(kes: Kes): Promise<number> {
    if (this.#last === null || Date.now() - this.#last.at > KEPT_MS) {
      const total = count(kes)
      this.#last = { total, at: Date.now() }
      const forget = () => {
        this.#last = null
      }
      total.then((many) => many <= FEW && forget(), forget)
    }
    return this.#last.total
  }
}

async function count(kes: Kes): Promise<number> {
  let total = 0
  for await (const _ of listKeys(kes, '')) total++
  return total
}
