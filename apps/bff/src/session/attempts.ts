import { AppError } from '../errors.ts'

const WINDOW_MS = 60_000
const LIMIT = 10
const KEPT = 10_000

/**
 * Sign-ins by client address within the last minute that have not succeeded, those under way included. Guessing is
 * slowed; a typing error is not. A success takes back its own attempt alone, so that it pays for no guesses.
 */
export class SignInAttempts {
  readonly #attempts = new Map<string, number[]>()

  /**
   * Counts an attempt.
   *
   * @returns what takes it back once it has succeeded, or failed for another reason than the credentials
   * @throws AppError `rate-limited` after ten within a minute
   */
  begin(address: string): () => void {
    const recent = this.#recent(address)
    if (recent.length >= LIMIT) {
      const seconds = Math.ceil((recent[0]! + WINDOW_MS - Date.now()) / 1000)
      throw new AppError('rate-limited', `Too many failed sign-ins from this address. Try again in ${seconds} s.`)
    }
    if (this.#attempts.size >= KEPT) this.#attempts.delete(this.#attempts.keys().next().value!)
    const at = Date.now()
    this.#attempts.set(address, [...recent, at])
    return () => this.#takeBack(address, at)
  }

  #takeBack(address: string, at: number) {
    const recent = this.#recent(address)
    const index = recent.indexOf(at)
    if (index !== -1) recent.splice(index, 1)
    this.#attempts.set(address, recent)
  }

  #recent(address: string) {
    return (this.#attempts.get(address) ?? []).filter((at) => Date.now() - at < WINDOW_MS)
  }
}
