import { setTimeout as sleep } from 'node:timers/promises'
import type { IamItem } from '@strongroom/shared/iam'
import { AppError } from '../../errors.ts'
import type { Progress } from '../../jobs/job.ts'
import type { Ledger } from './ledger.ts'
import { type BatchScope, moveBatch, type Outcome, type Turn } from './move-batch.ts'
import { type Outage, outageIn } from './outage.ts'
import { pause } from './pause.ts'
import type { Plan } from './plan.ts'
import { type Reading, wipeReading } from './read-together.ts'
import type { RunScope } from './run-scope.ts'
import { MeaningChanged } from './verify-item.ts'
import { WriteWindow } from './write-window.ts'

/** An item that changes under way this often is left. */
const ATTEMPTS = 3
const AGAIN_MS = 250

/**
 * Moves the pilot one by one, then the rest kind by kind, a few at once. After an outage the items that were under way
 * come first: they are compared with what was known of them before it.
 *
 * @throws AppError naming the item, at the first that did not keep its meaning and for what does not pass
 */
export async function* moveItems(scope: RunScope, batches: BatchScope, plan: Plan): AsyncGenerator<Progress, void> {
  for (const item of plan.pilot) yield* moveKind(scope, batches, [item])
  for (const ofKind of plan.rest) yield* moveKind(scope, batches, ofKind)
}

/**
 * What is written together is read back together, and nothing else is written before. Reading costs mostly by the call: two lanes
 * of half the width, one written while the other is read, were tried and came out slower.
 */
async function* moveKind(
  scope: RunScope,
  batches: BatchScope,
  items: readonly IamItem[],
): AsyncGenerator<Progress, void> {
  const { signal, ledger, reporter } = scope
  const window = new WriteWindow()
  const queue: Turn[] = items.map((item) => ({ item, attempt: 1 }))
  let ahead: Reading = NOTHING
  try {
    while (queue.length > 0) {
      signal.throwIfAborted()
      const turns = queue.splice(0, window.width)
      const next = queue.slice(0, window.next).map(({ item }) => item.path)
      const end = await moveBatch(batches, turns, ahead, next)
      wipeReading(ahead)
      ahead = end.ahead
      const back = settle(ledger, end.outcomes)
      queue.unshift(...back.turns)
      yield ledger.progress(saying(turns, window))
      await reporter.keepIfDue()
      if (back.turns.length === 0) {
        window.wrote(end.tookMs)
        continue
      }
      // Time goes by, and what was read ahead is of use no more.
      wipeReading(ahead)
      ahead = NOTHING
      if (back.outage === null) {
        window.failed()
        await sleep(AGAIN_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
      } else {
        window.restart()
        yield* pause(scope, back.outage.on, back.outage.error)
      }
    }
  } finally {
    wipeReading(ahead)
  }
}

const NOTHING: Reading = new Map()

interface Unsettled {
  /** To be begun again, first of all. */
  readonly turns: readonly Turn[]
  readonly outage: { readonly on: Outage; readonly error: unknown } | null
}

/** Writes down how each item ended. @throws AppError for the worst that happened, once all are written down */
function settle(ledger: Ledger, outcomes: readonly (readonly [Turn, Outcome])[]): Unsettled {
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
      if (on === null) stops.push({ item, error: outcome.error })
      else {
        outages.push({ on, error: outcome.error })
        turns.push({ item, attempt, ...(outcome.pending && { pending: outcome.pending }) })
      }
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
  return new AppError(error.code, `Stopped at ${item.path}. ${error.detail}`, { cause: error })
}

const detailOf = (error: unknown) => (error instanceof AppError ? error.detail : 'The console failed. See its log.')

function saying(turns: readonly Turn[], { width }: WriteWindow): string {
  const others = turns.length > 1 ? ` and ${turns.length - 1} more` : ''
  return `Read back ${turns[0]!.item.path}${others}${width > 1 ? `; up to ${width} at once` : ''}.`
}
