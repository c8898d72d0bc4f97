import { AppError } from '../errors.ts'

const WINDOW_MS = 60_000
const LIMIT = 10
const KEPT = 1_000

/** A proof reads drives and has KES open data keys: so many within a minute for one account, however it signed in. */
export class ProofLimit {
  readonly #begun = new Map<string, readonly number[]>()

  /** @throws AppError `rate-limited` */
  count(account: string) {
    const now = Date.now()
    const recent = (this.#begun.get(account) ?? []).filter((at) => now - at < WINDOW_MS)
    if (recent.length >= LIMIT) {
      const seconds = Math.ceil((recent[0]! + WINDOW_MS - now) / 1000)
      throw new AppError('rate-limited', `More than ${LIMIT} proofs within a minute. Try again in ${seconds} s.`)
    }
    this.#begun.delete(account)
    if (this.#begun.size >= KEPT) this.#begun.delete(this.#begun.keys().next().value!)
    this.#begun.set(account, [...recent, now])
  }
}
