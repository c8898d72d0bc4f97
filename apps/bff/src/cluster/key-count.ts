import { listKeys } from '../kes/list-keys.ts'
import type { Kes } from '../kes/transport.ts'

const KEPT_MS = 30_000

/** How many keys KES has, remembered for half a minute: beyond 1,024 keys it takes hundreds of listings to know. */
export class KeyCount {
  #last: { readonly total: Promise<number>; readonly at: number } | null = null

  /** @throws AppError as KES refuses */
  of(kes: Kes): Promise<number> {
    if (this.#last === null || Date.now() - this.#last.at > KEPT_MS) {
      const total = count(kes)
      this.#last = { total, at: Date.now() }
      total.catch(() => {
        this.#last = null
      })
    }
    return this.#last.total
  }
}

async function count(kes: Kes): Promise<number> {
  let total = 0
  for await (const _ of listKeys(kes, '')) total++
  return total
}
