import type { StoredItem } from '../item-source.ts'
import { Lots } from './lots.ts'
import { LOT, ProofWindow } from './proof-window.ts'
import { prove } from './prove-items.ts'
import { type Reading, wipeReading } from './read-together.ts'
import { failed, type RewriteScope, rewrite, type Turn, type WrittenStage } from './rewrite-item.ts'
import type { Outcome } from './verify-item.ts'
import { nowMs } from './write-clock.ts'

export interface Cycle {
  readonly outcomes: readonly (readonly [Turn, Outcome])[]
  /** Of each write that MinIO took. */
  readonly tookMs: readonly number[]
  /** The most that were being written at once. */
  readonly atOnce: number
  /** Something must be seen to before anything else is written; nothing is under way. */
  readonly amiss: boolean
}

/** How far an item is whose end was not waited for. `sent`: nobody knows whether MinIO has written it. */
export type Far = 'sent' | 'written'

/**
 * Items of one kind on their way: some are being written, while those written before are read back, together with what
 * comes next. No more are written and not proven than the window allows. After anything that is amiss no write begins.
 */
export class Belt implements Disposable {
  readonly #scope: RewriteScope
  readonly #queue: Turn[]
  readonly #window = new ProofWindow()
  readonly #lots: Lots
  #width = 1
  /** Of the first ones of the queue; null: it was not there. */
  readonly #ahead = new Map<string, StoredItem | null>()
  readonly #writing = new Map<Turn, { sent: boolean }>()
  #written: WrittenStage[] = []
  #proving: readonly WrittenStage[] = []
  #ended: (readonly [Turn, Outcome])[] = []
  #atOnce = 0
  #amiss = false
  #over = false
  #stirred = () => {}

  /** @param turns of different paths, so that no two writes meet */
  constructor(scope: RewriteScope, turns: readonly Turn[]) {
    this.#scope = scope
    const byPath = new Map(turns.map((turn) => [turn.item.path, turn]))
    this.#lots = new Lots([...byPath.keys()], LOT)
    this.#queue = this.#lots.inOrder.map((path) => byPath.get(path)!)
  }

  get isEmpty() {
    return this.#queue.length + this.#unproven === 0
  }

  get waiting(): readonly Turn[] {
    return this.#queue
  }

  /** What was not waited for, and may lie on the drives. */
  get underWay(): readonly (readonly [Turn, Far])[] {
    const sent = [...this.#writing].filter(([, { sent }]) => sent).map(([turn]) => [turn, 'sent'] as const)
    return [...sent, ...[...this.#written, ...this.#proving].map(({ turn }) => [turn, 'written'] as const)]
  }

  /** How those ended that no cycle has told of yet. */
  get ended(): readonly (readonly [Turn, Outcome])[] {
    return this.#ended
  }

  /** Turns that come before all others. */
  begin(turns: readonly Turn[]) {
    this.#queue.unshift(...turns)
  }

  /** Reads once: what has been written, and what comes next. Never throws. */
  async cycle(width: number): Promise<Cycle> {
    const since = nowMs()
    this.#width = width
    this.#atOnce = this.#writing.size
    this.#amiss = this.#ended.some(isAmiss)
    const tookMs: number[] = []
    do {
      this.#pump()
      await this.#untilWorthReading()
      this.#proving = this.#takeWritten()
      tookMs.push(...this.#proving.flatMap(tookOf))
      const next = this.#next()
      const { outcomes, read, error } = await prove(this.#scope, this.#proving, next)
      this.#proving = []
      this.#ended.push(...outcomes)
      if (read !== null) this.#keep(read, next)
      else if (outcomes.length === 0) this.#failNext(error)
      if (this.#ended.some(isAmiss)) this.#amiss = true
    } while (this.#amiss && this.#unproven > 0)
    const ended = this.#ended
    this.#ended = []
    // Time goes by, and what was read ahead is of use no more.
    if (this.#amiss) {
      this.#forget()
      this.#window.restart()
    } else {
      if (ended.length > 0) this.#window.proved(nowMs() - since)
      this.#pump()
    }
    return { outcomes: ended, tookMs, atOnce: this.#atOnce, amiss: this.#amiss }
  }

  get #unproven() {
    return this.#writing.size + this.#written.length + this.#proving.length
  }

  /** Begins as many writes as may be. */
  #pump() {
    if (this.#scope.signal.aborted) this.#amiss = true
    while (!this.#amiss && !this.#over && this.#writing.size < this.#width && this.#unproven < this.#window.most) {
      const stored = this.#queue[0] && this.#ahead.get(this.#queue[0].item.path)
      if (stored === undefined) return
      const turn = this.#queue.shift()!
      this.#ahead.delete(turn.item.path)
      void this.#write(turn, stored ?? undefined)
    }
  }

  async #write(turn: Turn, stored: StoredItem | undefined) {
    const state = { sent: false }
    this.#writing.set(turn, state)
    this.#atOnce = Math.max(this.#atOnce, this.#writing.size)
    const stage = await rewrite(this.#scope, turn, stored, () => {
      state.sent = true
    })
    stored?.bytes?.fill(0)
    this.#writing.delete(turn)
    this.#lots.wrote(turn.item.path)
    if (stage.is === 'written') this.#written.push(stage)
    else {
      const end = [turn, stage.outcome] as const
      this.#ended.push(end)
      if (isAmiss(end)) this.#amiss = true
    }
    this.#pump()
    this.#stirred()
  }

  /** One lot is read back while the next one is written; where less may be unproven, one half of that. */
  async #untilWorthReading() {
    while (this.#writing.size > 0 && !this.#isWorthReading())
      await new Promise<void>((resolve) => {
        this.#stirred = resolve
      })
  }

  #isWorthReading() {
    if (this.#amiss) return false
    return this.#written.length >= this.#window.most / 2 || this.#wholeLots().length >= LOT / 2
  }

  #wholeLots = () => this.#written.filter(({ turn }) => this.#lots.isWritten(turn.item.path))

  /** Whole lots where there are any: they cost least to read. */
  #takeWritten(): readonly WrittenStage[] {
    const whole = this.#amiss ? [] : this.#wholeLots()
    const taken = whole.length > 0 ? whole : this.#written
    this.#written = this.#written.filter((stage) => !taken.includes(stage))
    return taken
  }

  /** So much that writing does not wait for the next reading: what ends with the lot after the one being written. */
  #next(): string[] {
    if (this.#amiss) return []
    const near = this.#queue.slice(0, this.#window.most).map(({ item }) => item.path)
    const end = near.findIndex((path, at) => at > LOT && this.#lots.isEnd(near[at - 1]!, path))
    return near.slice(0, end < 0 ? undefined : end).filter((path) => !this.#ahead.has(path))
  }

  #keep(read: Reading, next: readonly string[]) {
    if (this.#over) return wipeReading(read)
    for (const path of next) this.#ahead.set(path, read.get(path) ?? null)
    for (const [path, { bytes }] of read) if (!this.#ahead.has(path)) bytes?.fill(0)
  }

  /** That nothing could be read is told of the item that is next. */
  #failNext(error: unknown) {
    const turn = this.#queue.shift()
    if (turn !== undefined) this.#ended.push([turn, failed(turn, error).outcome])
  }

  #forget() {
    wipeReading(new Map([...this.#ahead].flatMap(([path, item]) => (item ? [[path, item]] : []))))
    this.#ahead.clear()
  }

  [Symbol.dispose]() {
    this.#over = true
    this.#forget()
  }
}

const isAmiss = ([, { is }]: readonly [Turn, Outcome]) => is === 'again' || is === 'failed'

const tookOf = ({ turn, rewritten: { written }, rewritten }: WrittenStage) =>
  written.replied && rewritten !== turn.pending ? [written.overMs - written.sentMs] : []
