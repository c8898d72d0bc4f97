import { join } from 'node:path'
import { KeyCanary, KeyName } from '@strongroom/shared/keys'
import type { Logger } from 'pino'
import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import type { Kes } from '../kes/transport.ts'
import {
  type AnswerAt,
  EndpointCanary,
  LastAnswer,
  lastTogether,
  openEverywhere,
  remember,
  togetherNow,
} from './canary-endpoints.ts'
import { type CanaryAnswer, sealCanary } from './canary-seal.ts'
import { inParallel } from './in-parallel.ts'
import { RecordFolder } from './record-folder.ts'

const Kept = z.extend(KeyCanary, {
  name: KeyName,
  sealed: z.string(),
  digest: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  /** The worst of what the endpoints said when they could be asked. */
  lastAnswer: LastAnswer,
  endpoints: z._default(z.array(EndpointCanary), []),
})
type Kept = z.infer<typeof Kept>

/** Somebody wanted none for this key: so none is made by itself. */
const Declined = z.object({ name: KeyName, declined: z.literal(true) })
const CanaryRecord = z.union([Kept, Declined])

/** A canary, and what KES last said when it could be asked. */
export interface WatchedKey extends KeyCanary {
  readonly name: string
  readonly lastAnswer: LastAnswer
  readonly endpoints: readonly EndpointCanary[]
}

const MOST = 1_000
const EVERY_MS = 10 * 60_000
/** So that consoles that were started together do not ask together. */
const JITTER = 0.2
const FIRST_MS = 5_000
const AT_ONCE = 4

export interface CanariesOptions {
  readonly stateDir: string
  /** KES under the identity that may generate and decrypt; null where none is configured. */
  readonly kes: () => Kes | null
  readonly log: Logger
}

/**
 * Data keys that KES sealed for the console, one for each key that is watched, and opened again every ten minutes: that the
 * material was replaced or lost shows at once. What is kept lets nobody open anything.
 */
export class Canaries {
  readonly #folder: RecordFolder<typeof CanaryRecord>
  readonly #kes: CanariesOptions['kes']
  readonly #log: Logger
  #byName = new Map<string, Kept>()
  #declined = new Set<string>()
  /** Names that get one at the next round. */
  readonly #wanted = new Set<string>()
  #last: Promise<unknown> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined

  constructor({ stateDir, kes, log }: CanariesOptions) {
    this.#folder = new RecordFolder(join(stateDir, 'canaries'), CanaryRecord)
    this.#kes = kes
    this.#log = log
  }

  /** Reads what a former process kept, and what another console has kept meanwhile. */
  load(): Promise<void> {
    return this.#alone(async () => {
      const records = [...(await this.#folder.read()).values()]
      this.#byName = new Map(records.flatMap((record) => ('declined' in record ? [] : [[record.name, record]])))
      this.#declined = new Set(records.flatMap((record) => ('declined' in record ? [record.name] : [])))
    })
  }

  /** Opens all of them now and then, until {@link stop}. Keeps no process alive. */
  start() {
    this.#again(FIRST_MS)
  }

  stop() {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #again(afterMs: number) {
    this.#timer = setTimeout(() => {
      const next = EVERY_MS * (1 + JITTER * (Math.random() - 0.5))
      void this.round()
        .catch((err: unknown) => this.#log.error({ err }, 'the canaries could not be looked at'))
        .then(() => this.#timer && this.#again(next))
    }, afterMs).unref()
  }

  /** Null: none is kept for this key. */
  of(name: string): KeyCanary | null {
    const kept = this.#byName.get(name)
    return kept === undefined ? null : shown(kept)
  }

  all(): WatchedKey[] {
    return [...this.#byName.values()].map(({ name, lastAnswer, endpoints, ...kept }) => ({
      ...shown(kept),
      ...{ name, lastAnswer, endpoints },
    }))
  }

  /**
   * Seals a canary, anew where there is one: from now on the material that KES has now counts as the right one.
   *
   * @throws AppError `conflict` where too many are kept, `kes-not-configured`, or as KES refuses
   */
  async keep(name: string): Promise<KeyCanary> {
    if (!this.#byName.has(name) && this.#byName.size >= MOST) throw tooMany()
    const kes = this.#kes()
    if (kes === null) throw new AppError('kes-not-configured', 'The console knows no KES that could seal a canary.')
    const sealed = await sealCanary(kes, name)
    // At once, where there is more than one that MinIO may ask: what was made at one may be unknown to another.
    const answers = kes.urls.length > 1 ? await openEverywhere(kes, name, { canary: sealed, silent: new Map() }) : []
    const now = new Date().toISOString()
    const opens = { state: 'opens' as const, detail: 'KES has sealed it; it was not opened again yet.' }
    const times = { sealedAt: now, since: now, checkedAt: now, lastAnswer: { state: 'opens' as const, at: now } }
    return this.#alone(async () => {
      const kept = after({ name, ...sealed, ...opens, ...times, endpoints: [] }, answers, now)
      await this.#folder.write(name, kept)
      this.#byName.set(name, kept)
      this.#declined.delete(name)
      this.#wanted.delete(name)
      return shown(kept)
    })
  }

  /**
   * For a key that was made, imported or proven here, whatever its state: opens the canary that there is, else seals one
   * unless somebody declined it. A canary of the same name is never sealed anew by itself, since that would hide that the
   * material is another one. Never throws: the log tells.
   */
  async ensure(name: string): Promise<KeyCanary | null> {
    try {
      if (this.#byName.has(name)) return await this.check(name)
      if (this.#declined.has(name)) return null
      return await this.keep(name)
    } catch (err) {
      // A static key is no key of KES, though MinIO uses it by default.
      const expected = err instanceof AppError && (err.code === 'not-found' || err.code === 'kes-not-configured')
      if (!expected) this.#log.warn({ err, key: name }, 'no canary could be sealed')
      return null
    }
  }

  /** Has one sealed at the next round, as {@link ensure} would. */
  want(name: string) {
    if (!this.#byName.has(name) && !this.#declined.has(name) && KeyName.safeParse(name).success) this.#wanted.add(name)
  }

  /** Keeps none for this key any more, and makes none by itself. */
  drop(name: string): Promise<void> {
    return this.#alone(async () => {
      await this.#folder.write(name, { name, declined: true })
      this.#wanted.delete(name)
      this.#byName.delete(name)
      this.#declined.add(name)
    })
  }

  /** For a key that was deleted: one that is made under the name later is another key, and gets one of its own. */
  forget(name: string): Promise<void> {
    return this.#alone(async () => {
      await this.#folder.remove(name)
      this.#wanted.delete(name)
      this.#byName.delete(name)
      this.#declined.delete(name)
    })
  }

  /** Has KES open it now. @throws AppError `not-found` where none is kept */
  check(name: string): Promise<KeyCanary> {
    return this.#check(name, new Map())
  }

  async #check(name: string, silent: Map<string, CanaryAnswer>): Promise<KeyCanary> {
    const kept = this.#byName.get(name)
    if (kept === undefined) throw new AppError('not-found', 'The console keeps no canary for this key.')
    const kes = this.#kes()
    const answers = kes === null ? null : await openEverywhere(kes, name, { canary: kept, silent })
    return shown(await this.#alone(() => this.#answered(kept, answers)))
  }

  /** Opens all of them once. */
  async round(): Promise<void> {
    await this.load()
    const silent = new Map<string, CanaryAnswer>()
    await inParallel([...this.#byName.keys()], AT_ONCE, (name) => this.#checkStill(name, silent))
    for (const name of this.#wanted) {
      this.#wanted.delete(name)
      await this.ensure(name)
    }
  }

  async #checkStill(name: string, silent: Map<string, CanaryAnswer>) {
    if (this.#byName.has(name)) await this.#check(name, silent)
  }

  /** What KES said counts only for the canary that it was asked about: another console may have sealed it anew. */
  async #answered(asked: Kept, answers: readonly AnswerAt[] | null): Promise<Kept> {
    const now = await this.#folder.find(asked.name)
    if (now === undefined || 'declined' in now || now.sealed !== asked.sealed) return asked
    const kept = after(asked, answers, new Date().toISOString())
    if (kept.state !== asked.state)
      this.#log.warn({ key: kept.name, before: asked.state, now: kept.state, detail: kept.detail }, 'a canary changed')
    this.#byName.set(kept.name, kept)
    await this.#folder.write(kept.name, kept).catch((err: unknown) => {
      this.#log.error({ err, key: kept.name }, 'what a canary told could not be written')
    })
    return kept
  }

  /** One after the other: a reading of the folder must not bring back what was changed while it was read. */
  #alone<T>(act: () => Promise<T>): Promise<T> {
    const next = this.#last.then(act, act)
    this.#last = next.catch(() => undefined)
    return next
  }
}

/** @param answers of each endpoint; none: nothing was asked yet; null: there is no KES to ask */
function after(kept: Kept, answers: readonly AnswerAt[] | null, now: string): Kept {
  if (answers?.length === 0) return kept
  if (answers === null) return { ...kept, ...told(kept, NO_KES, now) }
  const endpoints = remember(kept.endpoints, answers, now)
  const lastAnswer = lastTogether(endpoints) ?? kept.lastAnswer
  return { ...kept, ...told(kept, togetherNow(endpoints), now), lastAnswer, endpoints }
}

const NO_KES: CanaryAnswer = { state: 'unknown', detail: 'The console knows no KES.' }

const told = (kept: Kept, { state, detail }: CanaryAnswer, now: string) => ({
  state,
  detail,
  since: state === kept.state ? kept.since : now,
  checkedAt: now,
})

const shown = ({ state, sealedAt, since, checkedAt, detail }: KeyCanary): KeyCanary => ({
  state,
  sealedAt,
  since,
  checkedAt,
  detail,
})

const tooMany = () =>
  new AppError('conflict', `The console keeps canaries for ${MOST} keys at most: drop some that matter less first.`)
