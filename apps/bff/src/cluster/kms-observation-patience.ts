import type { KesStatus } from '@strongroom/shared/kms'
import { healthOf } from '../kes/health.ts'
import { readKesStatus } from '../kes/status.ts'
import type { Kes } from '../kes/transport.ts'

/** With every KES endpoint refusing connections MinIO was seen to need 4 s for an answer that says so. */
const PATIENCE_MS = 4_000
/** The console begins to look for itself, since that takes its time too. */
const LOOK_AFTER_MS = 1_500
/** While KES is known to hang there is nothing to wait for. */
const SHORT_PATIENCE_MS = 1_000

/**
 * While KES hangs, so does every question to MinIO about its KMS, until the console's own time-out would call MinIO
 * unreachable. So the wait ends early, if the console sees for itself that no KES endpoint is well; otherwise it is MinIO
 * that is slow, and is waited for.
 */
export class Patience implements Disposable {
  readonly #kes: Kes | null
  readonly #mayKnowKes: () => Promise<unknown>
  readonly #end: Promise<readonly KesStatus[] | null>
  readonly #timers: NodeJS.Timeout[] = []
  /** What was given up waiting for. */
  readonly late = new Set<string>()

  /** @param mayKnowKes rejects for a caller who may not; asks nothing that hangs while KES does */
  constructor(kes: Kes | null, mayKnowKes: () => Promise<unknown>) {
    this.#kes = kes
    this.#mayKnowKes = mayKnowKes
    const { promise, resolve } = withResolvers<readonly KesStatus[] | null>()
    this.#end = promise
    if (kes === null) return
    const hangs = healthOf(kes).hangs()
    const waited = withResolvers<void>()
    this.#after(hangs ? SHORT_PATIENCE_MS : PATIENCE_MS, waited.resolve)
    this.#after(hangs ? 0 : LOOK_AFTER_MS, () => {
      Promise.all([this.#lookAtKes(), waited.promise]).then(
        ([seen]) => resolve(seen),
        () => resolve(null),
      )
    })
  }

  /** What `ask` becomes; null when the wait was given up. */
  async wait<T>(what: string, ask: Promise<T>): Promise<T | null> {
    const answered = ask.then((answer) => ({ answer }))
    const first = await Promise.race([answered, this.#end])
    if (first === null) return ask
    if (!Array.isArray(first)) return (first as { answer: T }).answer
    answered.catch(() => undefined) // nobody waits for it any more
    this.late.add(what)
    return null
  }

  /** What the console saw of KES when it gave up waiting for `what`; null when it did not. */
  async sight(what: string): Promise<KesStatus[] | null> {
    return this.late.has(what) ? [...((await this.#end) ?? [])] : null
  }

  [Symbol.dispose]() {
    for (const timer of this.#timers) clearTimeout(timer)
  }

  #after(ms: number, act: () => void) {
    this.#timers.push(setTimeout(act, ms))
  }

  /** Null, or a rejection: go on waiting. */
  async #lookAtKes(): Promise<readonly KesStatus[] | null> {
    await this.#mayKnowKes()
    const statuses = await readKesStatus(this.#kes!)
    return statuses.every(({ trouble }) => trouble !== null) ? statuses : null
  }
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
