import type { Caller } from '../session/caller.ts'

const REMEMBERED_MS = 30_000

/**
 * What callers were allowed to read a moment ago: a yes for half a minute, per session, address and question; a no never.
 * Without it each line of a list would cost two calls to MinIO. Writes don't use it.
 */
export class RememberedReads {
  readonly #saidYes = new Map<string, number>()

  /** The answer of `ask`, which is asked unless it was yes within the last half minute. */
  async yes(caller: Caller, clientAddress: string | undefined, question: string, ask: () => Promise<boolean>) {
    const key = [caller.credentials.accessKey, clientAddress ?? '', question].join('\n')
    if (Date.now() - (this.#saidYes.get(key) ?? Number.NEGATIVE_INFINITY) < REMEMBERED_MS) return true
    const answer = await ask()
    this.#forgetOld()
    this.#saidYes.delete(key)
    if (answer) this.#saidYes.set(key, Date.now())
    return answer
  }

  /** The oldest come first: a map keeps the order in which its keys were set. */
  #forgetOld() {
    const limit = Date.now() - REMEMBERED_MS
    for (const [key, at] of this.#saidYes) {
      if (at > limit) return
      this.#saidYes.delete(key)
    }
  }
}
