import { AppError } from '../errors.ts'

const WINDOW_MS = 60_000
const LIMIT = 10
const KEPT = 10_000

/** Failed sign-ins by client address, within the last minute. Guessing is slowed; a typing error is not. */
export class SignInAttempts {
  readonly #failures = new Map<string, number[]>()

  /** @throws AppError `rate-limited` after ten failures within a minute */
  check(address: string) {
    const recent = this.#recent(address)
    if (recent.length < LIMIT) return
    const seconds = Math.ceil((recent[0]! + WINDOW_MS - Date.now()) / 1000)
    throw new AppError('rate-limited', `Too many failed sign-ins from this address. Try again in ${seconds} s.`)
  }

  failed(address: string) {
    if (this.#failures.size >= KEPT) this.#failures.delete(this.#failures.keys().next().value!)
    this.#failures.set(address, [...this.#recent(address), Date.now()])
  }

  succeeded(address: string) {
    this.#failures.delete(address)
  }

  #recent(address: string) {
    return (this.#failures.get(address) ?? []).filter((at) => Date.now() - at < WINDOW_MS)
  }
}
