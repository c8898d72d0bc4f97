import { setTimeout as sleep } from 'node:timers/promises'
import { minioErrorIn } from '../../minio/failures.ts'

const SLOWED_MS = 1_000
const LONG_MS = 60_000
/** MinIO asked one item to come later so often: it is not only busy. */
const PATIENCE = 5
/** After so many that went well one more may be under way. */
const UNTIL_WIDER = 50

interface Turn<T> {
  readonly item: T
  slowed: number
}

/**
 * Works on many things at once, never on more than asked, and on fewer when MinIO says that it is busy. What could not be
 * done for a reason that passes stays in the queue: the next {@link work} tries it again.
 */
export class Crew<T> {
  readonly #act: (item: T) => Promise<void>
  readonly #signal: AbortSignal
  readonly #most: number
  #width: number
  #queue: Turn<T>[] = []
  #busy = 0
  #well = 0
  #trouble: { readonly error: unknown } | null = null
  #waiting: (() => void)[] = []

  /** @param act rejects when it has to be tried again, or when nothing more may be done; it tells of everything else itself */
  constructor(atOnce: number, signal: AbortSignal, act: (item: T) => Promise<void>) {
    this.#act = act
    this.#signal = signal
    this.#most = atOnce
    this.#width = atOnce
  }

  add(items: readonly T[]) {
    this.#queue.push(...items.map((item) => ({ item, slowed: 0 })))
  }

  /** How many may be under way now. */
  get width() {
    return this.#width
  }

  /**
   * Works for about that long; what is under way then goes on by itself.
   *
   * @returns whether everything is done
   * @throws what one of them rejected with, once nothing is under way
   */
  async work(ms: number): Promise<boolean> {
    this.#trouble = null
    const until = performance.now() + ms
    this.#pump()
    while (this.#busy > 0 && (this.#hasTrouble || performance.now() < until)) await this.#change(until)
    this.#requireNoTrouble()
    return this.#busy === 0 && this.#queue.length === 0
  }

  /** Begins nothing more, and waits for what is under way. */
  async rest() {
    this.#queue = []
    while (this.#busy > 0) await this.#change(Number.POSITIVE_INFINITY)
  }

  get #hasTrouble() {
    return this.#trouble !== null
  }

  #requireNoTrouble() {
    if (this.#trouble !== null) throw this.#trouble.error
  }

  /** Waits until one has ended, or for the time. */
  async #change(until: number) {
    const stirred = new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
    const patience = new AbortController()
    const left = this.#hasTrouble ? LONG_MS : Math.min(Math.max(until - performance.now(), 1), LONG_MS)
    const over = sleep(left, undefined, { signal: patience.signal })
    await Promise.race([stirred, over.catch(() => undefined)])
    patience.abort()
  }

  #pump() {
    while (this.#busy < this.#width && this.#trouble === null && !this.#signal.aborted) {
      const turn = this.#queue.shift()
      if (turn === undefined) return
      this.#busy++
      void this.#turn(turn)
    }
  }

  async #turn(turn: Turn<T>) {
    try {
      await this.#act(turn.item)
      this.#wider()
    } catch (error) {
      this.#queue.unshift(turn)
      if (isBusy(error) && turn.slowed++ < PATIENCE) await this.#slower()
      else this.#trouble ??= { error }
    }
    this.#busy--
    this.#pump()
    for (const wake of this.#waiting.splice(0)) wake()
  }

  #wider() {
    if (++this.#well % UNTIL_WIDER === 0) this.#width = Math.min(this.#most, this.#width + 1)
  }

  async #slower() {
    this.#width = Math.max(1, Math.floor(this.#width / 2))
    await sleep(SLOWED_MS, undefined, { signal: this.#signal }).catch(() => undefined)
  }
}

/** MinIO has too much to do. Source: minio cmd/api-errors.go. */
const isBusy = (error: unknown) =>
  /^(SlowDown(Read|Write)?|ServerBusy|RequestTimeout)$/.test(minioErrorIn(error)?.code ?? '')
