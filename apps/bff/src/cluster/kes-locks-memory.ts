import type { Caller } from '../session/caller.ts'
import { waitsForKes } from './waits-for-kes.ts'

const REMEMBERED_MS = 30_000
/** While MinIO waits for KES it can't be asked, and who looks after KES needs to see what is known. */
const WHILE_SILENT_MS = 30 * 60_000
const MOST = 50_000

/**
 * What callers were allowed to read a moment ago: a yes for half a minute, or for half an hour as long as MinIO waits for
 * KES, per session, address and question; a no never. Without it each line of a list would cost two calls to MinIO. Writes
 * don't use it.
 */
export class RememberedReads {
  readonly #saidYes = new Map<string, number>()

  /** The answer of `ask`, which is asked unless it was yes within the last half minute. */
  async yes(caller: Caller, clientAddress: string | undefined, question: string, ask: () => Promise<boolean>) {
    const key = [caller.credentials.accessKey, clientAddress ?? '', question].join('\n')
    const age = Date.now() - (this.#saidYes.get(key) ?? Number.NEGATIVE_INFINITY)
    if (age < REMEMBERED_MS) return true
    try {
      const answer = await ask()
      this.#saidYes.delete(key)
      if (answer) this.#keep(key)
      return answer
    } catch (error) {
      if (age < WHILE_SILENT_MS && waitsForKes(error)) return true
      this.#saidYes.delete(key)
      throw error
    }
  }

  /** The oldest come first: a map keeps the order in which its keys were set. */
  #keep(key: string) {
    const limit = Date.now() - WHILE_SILENT_MS
    for (const [old, at] of this.#saidYes) {
      if (at > limit && this.#saidYes.size < MOST) break
      this.#saidYes.delete(old)
    }
    this.#saidYes.set(key, Date.now())
  }
}
