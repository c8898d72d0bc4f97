import type { IamItem } from '@strongroom/shared/iam'
import type { Job } from '@strongroom/shared/jobs'
import { AppError } from '../../errors.ts'
import type { Progress, Work } from '../../jobs/job.ts'
import { type AuditResult, type AuditScope, takeAudit } from '../audit.ts'
import { countSeals, isToMove } from '../seal-counts.ts'
import { NotMovable, REWRITE_ORDER } from './item-rewrite.ts'
import { type MoveScope, moveItem } from './move-item.ts'

export interface MigrationScope extends MoveScope {
  readonly audit: AuditScope
  /** Keeps what the drives hold after the run, so that the pages show it. */
  readonly keep: (result: AuditResult) => Promise<void>
  readonly dryRun: boolean
  /** Stop after one item of each kind. */
  readonly pilot: boolean
}

const RECENT = 12

/**
 * Moves every movable item to the default key, one by one. The drives say what is left, so a run after a stop or a crash
 * goes on where that was; each rewrite is one atomic write by MinIO, so no moment leaves an item unreadable.
 */
export const migrationWork = (scope: MigrationScope): Work =>
  async function* (signal, resumed) {
    yield { message: 'Reading the drives.' }
    const { audit, items } = await takeAudit(scope.audit)
    const plan = planOf(items, scope)
    const run = new Run(items, plan, scope.defaultKey)
    yield {
      ...run.progress(`${plan.length} items to move to ${scope.defaultKey}.`),
      sealsBefore: audit.counts,
      total: plan.length,
    }
    try {
      for (const item of scope.dryRun ? [] : plan) {
        yield* patiently(resumed, run, async () => {
          signal.throwIfAborted()
          return step(scope, run, item)
        })
      }
    } catch (error) {
      yield await seen(scope)
      throw error
    }
    yield { ...run.progress('Reading the drives again.') }
    yield* patiently(resumed, run, async () => {
      const result = await takeAudit(scope.audit)
      await scope.keep(result)
      return { seals: result.audit.counts, message: closing(scope, run, result) }
    })
  }

/** Does one thing; when the job's credentials have ended, it waits until somebody brings new ones, and does it again. */
async function* patiently(
  resumed: () => Promise<void>,
  run: Run,
  act: () => Promise<Progress>,
): AsyncGenerator<Progress, void> {
  for (;;) {
    try {
      yield await act()
      return
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'session-expired') throw error
    }
    yield {
      state: 'paused',
      message: 'Needs sign-in: the credentials of this job have ended. Start the migration again to go on.',
    }
    await resumed()
    yield { ...run.progress('Goes on with new credentials.'), state: 'running' }
  }
}

/** After a stop the pages show what the drives hold now; that they can't be read hides no reason for the stop. */
async function seen({ audit, keep }: MigrationScope): Promise<Progress> {
  try {
    const result = await takeAudit(audit)
    await keep(result)
    return { seals: result.audit.counts }
  } catch {
    return {}
  }
}

async function step(scope: MoveScope, run: Run, item: IamItem): Promise<Progress> {
  try {
    run.moved(item, (await moveItem(scope, item))?.compared)
    return run.progress(`Moved ${item.path}.`)
  } catch (error) {
    if (error instanceof AppError && error.code === 'session-expired') throw error
    if (error instanceof NotMovable) return run.leave(item, error.detail)
    if (error instanceof AppError)
      throw new AppError(error.code, `Stopped at ${item.path}. ${error.detail}`, { cause: error })
    throw error
  }
}

/** What is to be moved, kinds in the order of their rewrites, each by path; with a pilot one of each kind. */
function planOf(items: readonly IamItem[], { defaultKey, pilot }: MigrationScope): IamItem[] {
  const toMove = items.filter((item) => isToMove(item, defaultKey))
  return REWRITE_ORDER.flatMap((kind) => {
    const ofKind = toMove.filter((item) => item.kind === kind)
    return pilot ? ofKind.slice(0, 1) : ofKind
  })
}

function closing({ dryRun, pilot, defaultKey }: MigrationScope, run: Run, { audit, items }: AuditResult): string {
  if (dryRun) return `Dry run: ${run.total} items would be moved to ${defaultKey}. Nothing was written.`
  const left = items.filter(({ movable, state, key }) => !movable && !(state === 'kms' && key === defaultKey)).length
  const rest = left > 0 ? ` ${left} can’t be moved by any call; each row says why.` : ''
  if (pilot && audit.toMove > 0)
    return `Pilot: moved ${run.done} items, one of each kind. Look at them, then migrate the other ${audit.toMove}.${rest}`
  const there = run.there > 0 ? ` ${run.there} were there already when their turn came, and were not compared.` : ''
  const history = run.rewroteConfig ? ' Moving config.json added one entry to the config history.' : ''
  const checked =
    run.byAnswers > 0
      ? ` ${run.byAnswers} of them were compared by MinIO’s answers alone: the console holds no key that opens them.`
      : ''
  return `Moved ${run.done - run.there} items to ${defaultKey}, each read back from the drives.${checked}${there}${history}${rest}`
}

/** The counts of one run. */
class Run {
  done = 0
  byAnswers = 0
  /** Somebody else, or an attempt whose end was not seen, had moved them. */
  there = 0
  rewroteConfig = false
  readonly total: number
  readonly #now: Map<string, IamItem>
  readonly #byKind: Map<string, { done: number; total: number }>
  readonly #defaultKey: string
  #recent: string[] = []
  #failures: Job['failures'] = []

  constructor(items: readonly IamItem[], plan: readonly IamItem[], defaultKey: string) {
    this.total = plan.length
    this.#now = new Map(items.map((item) => [item.path, item]))
    this.#byKind = new Map()
    for (const { kind } of plan) {
      const counts = this.#byKind.get(kind) ?? { done: 0, total: 0 }
      this.#byKind.set(kind, { ...counts, total: counts.total + 1 })
    }
    this.#defaultKey = defaultKey
  }

  moved(item: IamItem, compared: 'content' | 'answers' | undefined) {
    this.done += 1
    if (compared === 'answers') this.byAnswers += 1
    if (compared === undefined) this.there += 1
    if (item.kind === 'server-config' && compared !== undefined) this.rewroteConfig = true
    const counts = this.#byKind.get(item.kind)!
    this.#byKind.set(item.kind, { ...counts, done: counts.done + 1 })
    this.#now.set(item.path, { ...item, state: 'kms', key: this.#defaultKey })
    this.#recent = [item.path, ...this.#recent].slice(0, RECENT)
  }

  leave(item: IamItem, reason: string): Progress {
    this.#failures = [...this.#failures, { item: item.path, reason }]
    return this.progress(`Left ${item.path} as it is.`)
  }

  progress(message: string): Progress & Pick<Job, 'message'> {
    return {
      message,
      done: this.done,
      seals: countSeals(this.#now.values()),
      byKind: [...this.#byKind].map(([kind, counts]) => ({ kind, ...counts })),
      recent: this.#recent,
      failed: this.#failures.length,
      failures: this.#failures,
    }
  }
}
