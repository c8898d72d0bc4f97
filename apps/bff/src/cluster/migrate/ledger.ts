import type { IamItem } from '@strongroom/shared/iam'
import type { Job } from '@strongroom/shared/jobs'
import type { MigrationReport, ReportedItem } from '@strongroom/shared/migrations'
import type { SealCounts } from '@strongroom/shared/seal'
import type { Progress } from '../../jobs/job.ts'
import type { AuditResult } from '../audit.ts'
import type { EarlierRuns } from './earlier-runs.ts'
import { isUnder } from './item-before.ts'
import { inOrder, type Plan } from './plan.ts'
import { EDITED, type Outcome } from './verify-item.ts'

const RECENT = 12
/** A snapshot goes to every reader with every step, so it names the first ones; the report has all. */
const FAILURES_TOLD = 100
/** So many of a sort are named in the story; the report has them all. */
const NAMED = 20

const WORDS = { plaintext: 'plaintext', 'root-credentials': 'root credentials', unreadable: 'unreadable', kms: '' }

/** What is to be told of at its first line. */
export type ReportHeader = Pick<MigrationReport, 'id' | 'cluster' | 'startedAt' | 'defaultKey' | 'dryRun' | 'pilot'>

/** How an item ended; `failed` with why. */
export type Settled =
  | Exclude<Outcome, { is: 'again' } | { is: 'failed' }>
  | { readonly is: 'failed'; readonly reason: string }

/** What one run has done, for the job and for the report. */
export class Ledger {
  readonly header: ReportHeader
  readonly ranBy: string[]
  readonly story: MigrationReport['story'] = []
  done = 0
  /** Of each word that ends a run. */
  readonly ends = { moved: 0, there: 0, left: 0, failed: 0, answers: 0, edited: 0 }
  rewroteConfig = false
  /** Paths at which earlier runs stopped, and which lie under the key now. */
  readonly doubtful: string[] = []
  before: SealCounts | null = null
  after: SealCounts | null = null
  #items: Map<string, ReportedItem> = new Map()
  #total = 0
  #from: ReadonlySet<string> = new Set()
  #short = false
  #byKind = new Map<string, { done: number; total: number }>()
  #seals: SealCounts | null = null
  #recent: string[] = []
  #failures: Job['failures'] = []
  #cannotMove: MigrationReport['cannotMove'] = []
  #rotate: MigrationReport['rotate'] = []

  constructor(header: ReportHeader, startedBy: string) {
    this.header = header
    this.ranBy = [startedBy]
    const { defaultKey, dryRun, pilot } = header
    const how = dryRun ? 'A dry run' : pilot ? 'A pilot' : 'A migration'
    this.tell(`${how} to ${defaultKey}, started by ${startedBy}.`)
  }

  tell(text: string) {
    this.story.push({ at: new Date().toISOString(), text })
  }

  signedIn(by: string) {
    this.ranBy.push(by)
    this.tell(`${by} signed in for it.`)
  }

  /** The drives have been read. @param toDo of the plan, what this run is to do */
  plan({ audit, items }: AuditResult, plan: Plan, toDo: readonly IamItem[]) {
    this.#from = new Set(toDo.map(({ state, key }) => (state === 'kms' ? (key ?? '') : WORDS[state])))
    this.tell(`${toDo.length} items to move ${this.way}.`)
    this.before = audit.counts
    this.#seals = structuredClone(audit.counts)
    this.#total = toDo.length
    for (const { kind } of toDo) {
      const counts = this.#byKind.get(kind) ?? { done: 0, total: 0 }
      this.#byKind.set(kind, { ...counts, total: counts.total + 1 })
    }
    const planned = new Set(toDo)
    const outcome = (item: IamItem) => (this.header.dryRun && planned.has(item) ? 'planned' : 'not-reached')
    this.#items = new Map(
      inOrder(plan).map((item) => [
        item.path,
        {
          path: item.path,
          kind: item.kind,
          name: item.name,
          before: sealOf(item),
          outcome: outcome(item),
          compared: null,
        },
      ]),
    )
    this.#cannotMove = items
      .filter((item) => !item.movable && !isUnder(item, this.header.defaultKey))
      .map((item) => ({ path: item.path, kind: item.kind, name: item.name, seal: sealOf(item), note: item.note ?? '' }))
    this.#rotate = items
      .filter(({ kind, state }) => state === 'plaintext' && HOLDS_SECRETS.has(kind))
      .map(({ kind, name }) => ({ kind, name }))
  }

  get total() {
    return this.#total
  }

  /** `from K1 to K2`, with what seals the items. */
  get way(): string {
    const to = `to ${this.header.defaultKey}`
    return this.#from.size === 0 ? to : `from ${[...this.#from].sort().join(', ')} ${to}`
  }

  /** What earlier runs left behind. @param items as they lie now */
  tellEarlier({ killed, lastKilledAt, stoppedAt }: EarlierRuns, items: readonly IamItem[]) {
    if (killed > 0)
      this.tell(
        `${killed} ${killed === 1 ? 'run' : 'runs'} before this one ended with the console, last at ${lastKilledAt}.`,
      )
    const { defaultKey } = this.header
    for (const item of items.filter(({ path }) => stoppedAt.has(path))) {
      if (isUnder(item, defaultKey)) this.doubtful.push(item.path)
      this.tell(
        isUnder(item, defaultKey)
          ? `An earlier run stopped at ${item.path}, which lies under ${defaultKey} now and is not moved again: hold it against a backup.`
          : `An earlier run stopped at ${item.path}: it comes last.`,
      )
    }
  }

  /** @param when `At the start`, or at the end */
  tellDrives(when: string, { drives: { observed, total } }: AuditResult['audit']) {
    if (total !== null && observed < total) this.tell(`${when} ${observed} of ${total} drives answered.`)
  }

  /** Told of each item that was read back; the story tells when it begins and when it ends. */
  readBack(path: string, copies: number, drives: number) {
    const short = copies < drives
    if (short === this.#short) return
    this.#short = short
    this.tell(
      short
        ? `${path} was read back from ${copies} of the ${drives} drives that should hold it: some do not answer, or missed the write.`
        : `${path} was read back from all its drives again.`,
    )
  }

  /** Names what others edited and deleted meanwhile. */
  tellLeft() {
    const items = [...this.#items.values()]
    this.#name(
      'Left as they are',
      items.filter(({ outcome }) => outcome === 'left'),
    )
    this.#name(
      'Edited by somebody else meanwhile',
      items.filter(({ outcome, compared, note }) => outcome === 'moved' && compared === null && note === EDITED),
    )
  }

  #name(what: string, items: readonly ReportedItem[]) {
    if (items.length === 0) return
    const more = items.length > NAMED ? ` and ${items.length - NAMED} more` : ''
    const names = items.slice(0, NAMED).map(({ path, note }) => (note === EDITED ? path : `${path} (${note})`))
    this.tell(`${what}: ${names.join(', ')}${more}.`)
  }

  settle(item: IamItem, end: Settled) {
    const { path, kind } = item
    this.ends[end.is] += 1
    const note = 'reason' in end ? end.reason : 'note' in end ? end.note : undefined
    const compared = end.is === 'moved' ? end.compared : null
    this.#items.set(path, { ...this.#items.get(path)!, outcome: end.is, compared, ...(note !== undefined && { note }) })
    if (end.is === 'left' || end.is === 'failed') {
      this.#failures = [...this.#failures, { item: path, reason: end.reason }]
      return
    }
    this.done += 1
    if (compared === 'answers') this.ends.answers += 1
    if (end.is === 'moved' && compared === null) this.ends.edited += 1
    if (kind === 'server-config' && end.is === 'moved') this.rewroteConfig = true
    const counts = this.#byKind.get(kind)!
    this.#byKind.set(kind, { ...counts, done: counts.done + 1 })
    this.#reseal(item)
    this.#recent = [path, ...this.#recent].slice(0, RECENT)
  }

  /** The run was stopped before it could be compared; the drives say what became of it. */
  cutOff({ path }: IamItem, far: 'sent' | 'written') {
    const note = far === 'written' ? 'not compared: stopped' : 'not compared: stopped while MinIO was writing it'
    this.#items.set(path, { ...this.#items.get(path)!, outcome: far === 'written' ? 'moved' : 'failed', note })
    this.tell(`${path}: ${note}.`)
  }

  #reseal({ state, key = '' }: IamItem) {
    const seals = this.#seals!
    if (state === 'kms') seals.kms[key] = (seals.kms[key] ?? 1) - 1
    else seals[state] -= 1
    if (seals.kms[key] === 0) delete seals.kms[key]
    const { defaultKey } = this.header
    seals.kms[defaultKey] = (seals.kms[defaultKey] ?? 0) + 1
  }

  progress(message: string): Progress & Pick<Job, 'message'> {
    return {
      message,
      done: this.done,
      ranBy: [...this.ranBy],
      ...(this.#seals && { seals: structuredClone(this.#seals) }),
      byKind: [...this.#byKind].map(([kind, counts]) => ({ kind, ...counts })),
      recent: this.#recent,
      failed: this.#failures.length,
      failures: this.#failures.slice(0, FAILURES_TOLD),
    }
  }

  report(state: Job['state'], message: string): MigrationReport {
    return {
      ...this.header,
      endedAt: new Date().toISOString(),
      ...{ state, message, ranBy: [...this.ranBy] },
      before: this.before ?? { plaintext: 0, 'root-credentials': 0, kms: {}, unreadable: 0 },
      after: this.after,
      items: [...this.#items.values()],
      cannotMove: this.#cannotMove,
      rotate: this.#rotate,
      story: [...this.story],
    }
  }
}

/** Whose plaintext may still lie on old drives, in snapshots and in backups. Temporary credentials end by themselves. */
const HOLDS_SECRETS: ReadonlySet<IamItem['kind']> = new Set([
  'user',
  'service-account',
  'tier-config',
  'bucket-targets',
  'server-config',
])

const sealOf = ({ state, key }: IamItem) => ({ state, ...(key !== undefined && { key }) })
