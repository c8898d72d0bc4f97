import { AppError } from '../../errors.ts'
import { minioErrorIn } from '../../minio/failures.ts'
import type { StoredItem } from '../item-source.ts'
import { type Generation, isForm, isUnder, lookInto } from './item-before.ts'
import { type ApiView, contradictions, NotMovable, rewriteFor } from './item-rewrite.ts'
import type { BatchScope, Outcome, Turn } from './move-batch.ts'
import { outageIn } from './outage.ts'
import { DELETED, type Rewritten } from './verify-item.ts'
import { nowMs } from './write-clock.ts'

/** How far an item has come within its batch. */
export type Stage =
  | { readonly is: 'begun'; readonly turn: Turn }
  | { readonly is: 'ready'; readonly turn: Turn; readonly before: Generation; readonly view: ApiView }
  | { readonly is: 'written'; readonly turn: Turn; readonly rewritten: Rewritten }
  | { readonly is: 'ended'; readonly turn: Turn; readonly outcome: Outcome; readonly rewritten?: Rewritten }

/** MinIO has let go of a write whose reply never came after this. */
const LET_GO_MS = 60_000

/**
 * Looks at an item as it lies on the drives and as MinIO tells it; nothing is written.
 *
 * @param stored undefined: no drive holds it
 * @throws AppError for what passes, and for what is no word on this item
 */
export async function prepare(scope: BatchScope, turn: Turn, stored: StoredItem | undefined): Promise<Stage> {
  const { item, pending } = turn
  const ended = (outcome: Outcome): Stage => ({ is: 'ended', turn, outcome })
  if (stored === undefined) return ended({ is: 'left', reason: DELETED })
  const before = await look(scope, turn, stored)
  if (before === null) return ended({ is: 'left', reason: 'Its content is of no form that is known.' })
  if (isUnder(before.seal, scope.defaultKey)) {
    // Opened again with what is read after the batch: this reading is used up.
    return pending ? { is: 'written', turn, rewritten: pending } : ended({ is: 'there' })
  }
  const view = await rewriteFor(item.kind)
    .view(scope.api, item.name)
    .catch((error: unknown) => orUnknown(error))
  if (view === null) return ended({ is: 'left', reason: UNKNOWN })
  const others = before.content ? contradictions(item.kind, view, before.content.facts) : []
  return others.length > 0 ? ended({ is: 'again', why: contradicting(others) }) : { is: 'ready', turn, before, view }
}

const UNKNOWN = 'MinIO does not know it, though it lies on the drives: it was just deleted, or what it belongs to was.'

const contradicting = (names: readonly string[]) =>
  `MinIO’s answer and the drives differ in ${names.join(', ')}: somebody edits it, or the node that answered lags behind.`

async function look(scope: BatchScope, { item }: Turn, stored: StoredItem): Promise<Generation | null> {
  try {
    return await lookInto(scope, item, stored)
  } catch (error) {
    if (isForm(error)) return null
    throw error
  }
}

function orUnknown(error: unknown): null {
  if (error instanceof AppError && error.code === 'not-found') return null
  throw error
}

/** Writes an item as MinIO told it. A failure of which nobody knows whether it was written is told when its turn comes again. */
export async function write(scope: BatchScope, stage: Stage): Promise<Stage> {
  if (stage.is !== 'ready') return stage
  const { turn, before, view } = stage
  const { item } = turn
  const sentMs = nowMs()
  const landed = (overMs: number, replied: boolean): Rewritten => ({
    item,
    before,
    view,
    written: { sentMs, overMs, replied },
  })
  try {
    await rewriteFor(item.kind).write(scope.api, item.name, view, before.content?.facts)
    return { is: 'written', turn, rewritten: landed(nowMs(), true) }
  } catch (error) {
    const ended = (outcome: Outcome): Stage => ({ is: 'ended', turn, outcome })
    if (error instanceof NotMovable) return ended({ is: 'left', reason: error.detail })
    const status = minioErrorIn(error)?.status
    if (error instanceof AppError && error.code === 'not-found') return ended({ is: 'again', why: DELETED })
    if (outageIn(error) === null && status !== undefined && status < 500 && status !== 403)
      return ended({ is: 'left', reason: `MinIO refused the rewrite. ${(error as AppError).detail}` })
    return ended({ is: 'failed', error, pending: landed(nowMs() + LET_GO_MS, false) })
  }
}
