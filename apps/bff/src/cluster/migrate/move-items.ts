import { setTimeout as sleep } from 'node:timers/promises'
import type { IamItem } from '@strongroom/shared/iam'
import { AppError } from '../../errors.ts'
import type { Progress } from '../../jobs/job.ts'
import { type Outage, outageIn } from '../outage.ts'
import { endsInTime } from '../stopping.ts'
import { Belt, type Cycle } from './belt.ts'
import type { Ledger } from './ledger.ts'
import { pause } from './pause.ts'
import type { Plan } from './plan.ts'
import type { RewriteScope, Turn } from './rewrite-item.ts'
import type { RunScope } from './run-scope.ts'
import { MeaningChanged, type Outcome } from './verify-item.ts'
import { WriteWindow } from './write-window.ts'

/** An item that changes under way this often is left. */
const ATTEMPTS = 3
const AGAIN_MS = 250
/** A MinIO that works has answered by then, so that a stop leaves nothing uncompared; for one that hangs nobody waits. */
const GRACE_MS = 1_000

/**
 * Moves the pilot one by one, then the rest kind by kind, a few at once. After an outage the items that were under way
 * come first: they are compared with what was known of them before it.
 *
 * @throws AppError naming the item, at the first that did not keep its meaning and for what does not pass
 */
export async function* moveItems(scope: RunScope, rewriting: RewriteScope, plan: Plan): AsyncGenerator<Progress, void> {
  for (const item of plan.pilot) yield* moveSome(scope, rewriting, [item])
  for (const items of plan.rest) yield* moveSome(scope, rewriting, items)
}

/** While some are read back the next ones are written; after anything that is amiss nothing more is until it is seen to. */
async function* moveSome(
  scope: RunScope,
  rewriting: RewriteScope,
  items: readonly IamItem[],
): AsyncGenerator<Progress, void> {
  const { signal, ledger, reporter } = scope
  const window = new WriteWindow()
  using belt = new Belt(
    rewriting,
    items.map((item) => ({ item, attempt: 1 })),
  )
  try {
    while (!belt.isEmpty) {
      const { outcomes, tookMs, atOnce, amiss } = await inTime(scope, belt, belt.cycle(window.width))
      const back = settle(ledger, signal, outcomes)
      belt.begin(back.turns)
      if (outcomes.length > 0) yield ledger.progress(saying(outcomes, window))
      await reporter.keepIfDue()
      if (!amiss) {
        window.wrote(tookMs, atOnce)
        continue
      }
      signal.throwIfAborted()
      if (back.outage === null) {
        window.failed()
        await sleep(AGAIN_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
      } else {
        window.restart()
        yield* pause(scope, back.outage.on, back.outage.error)
      }
    }
  } finally {
    if (signal.aborted) cutOff(ledger, belt.waiting)
  }
}

/** What was not proven in time after a stop is told as it is; what still runs begins no write. @throws the stop */
async function inTime({ signal, ledger }: RunScope, belt: Belt, cycle: Promise<Cycle>): Promise<Cycle> {
  if (await endsInTime(signal, cycle, GRACE_MS)) return cycle
  for (const [{ item }, far] of belt.underWay) ledger.cutOff(item, far)
  cutOff(ledger, settle(ledger, signal, belt.ended).turns)
  throw signal.reason
}

/** What an outage had kept from being compared when the job was stopped. */
function cutOff(ledger: Ledger, turns: readonly Turn[]) {
  for (const { item, pending } of turns)
    if (pending !== undefined) ledger.cutOff(item, pending.written.replied ? 'written' : 'sent')
}

interface Unsettled {
  /** To be begun again, first of all. */
  readonly turns: readonly Turn[]
  readonly outage: { readonly on: Outage; readonly error: unknown } | null
}

/** Writes down how each item ended. @throws AppError for the worst that happened, once all are written down */
function settle(ledger: Ledger, signal: AbortSignal, outcomes: readonly (readonly [Turn, Outcome])[]): Unsettled {
  const turns: Turn[] = []
  const outages: { on: Outage; error: unknown }[] = []
  const stops: { item: IamItem; error: unknown }[] = []
  for (const [turn, outcome] of outcomes) {
    const { item, attempt } = turn
    if (outcome.is === 'again') {
      if (attempt < ATTEMPTS) turns.push({ ...turn, attempt: attempt + 1 })
      else ledger.settle(item, { is: 'left', reason: `${outcome.why} Tried ${ATTEMPTS} times.` })
    } else if (outcome.is === 'failed') {
      const on = outageIn(outcome.error)
      const byUser = signal.aborted && outcome.error === signal.reason
      if (on === null && !byUser) stops.push({ item, error: outcome.error })
      else turns.push({ item, attempt, ...(outcome.pending && { pending: outcome.pending }) })
      if (on !== null) outages.push({ on, error: outcome.error })
    } else ledger.settle(item, outcome)
  }
  for (const { item, error } of stops) ledger.settle(item, { is: 'failed', reason: detailOf(error) })
  if (stops.length > 0) throw stopped(stops)
  // A MinIO that stops answers some with no connection, and others that it does not know their credentials.
  const worst = (['minio', 'kes', 'sign-in'] as const).flatMap((on) => outages.filter((outage) => outage.on === on))[0]
  return { turns, outage: worst ?? null }
}

/** A lost meaning comes before everything else that stopped items of the same batch. */
function stopped(stops: readonly { item: IamItem; error: unknown }[]): unknown {
  const { item, error } = stops.find((stop) => stop.error instanceof MeaningChanged) ?? stops[0]!
  if (!(error instanceof AppError)) return error
  return new AppError(error.code, `Stopped at ${item.path}. ${error.detail} ${NOTHING_MORE}`, { cause: error })
}

const NOTHING_MORE = 'Nothing more was written; what was being written was read back first.'

const detailOf = (error: unknown) => (error instanceof AppError ? error.detail : 'The console failed. See its log.')

function saying(outcomes: Cycle['outcomes'], { width }: WriteWindow): string {
  const others = outcomes.length > 1 ? ` and ${outcomes.length - 1} more` : ''
  return `Read back ${outcomes[0]![0].item.path}${others}${width > 1 ? `; writes up to ${width} at once` : ''}.`
}
