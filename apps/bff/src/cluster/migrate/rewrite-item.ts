import type { IamItem } from '@strongroom/shared/iam'
import { AppError } from '../../errors.ts'
import { minioErrorIn } from '../../minio/failures.ts'
import type { StoredItem } from '../item-source.ts'
import { outageIn } from '../outage.ts'
import { type Generation, isForm, isUnder, lookInto } from './item-before.ts'
import { type ApiView, contradictions, factsTold, NotMovable, rewriteFor } from './item-rewrite.ts'
import { readTogether, wipeReading } from './read-together.ts'
import { DELETED, type Outcome, type Rewritten, type VerifyScope } from './verify-item.ts'
import { nowMs } from './write-clock.ts'

/** An item whose turn has come. */
export interface Turn {
  readonly item: IamItem
  /** How often it was begun anew because it changed under way. */
  readonly attempt: number
  /** It was written, and an outage came before it could be compared. */
  readonly pending?: Rewritten
}

export interface RewriteScope extends VerifyScope {
  /** Once it is stopped, nothing more is written. */
  readonly signal: AbortSignal
  /** Rejects when somebody else may be writing. Asked before each item. */
  readonly requireHeld: () => Promise<void>
}

/** An item on its way. */
export type Stage =
  | { readonly is: 'ready'; readonly turn: Turn; readonly before: Generation; readonly view: ApiView }
  | { readonly is: 'written'; readonly turn: Turn; readonly rewritten: Rewritten }
  | { readonly is: 'ended'; readonly turn: Turn; readonly outcome: Outcome }

export type WrittenStage = Extract<Stage, { is: 'written' }>

/** MinIO has let go of a write whose reply never came after this. */
const LET_GO_MS = 60_000

/**
 * Looks at an item as it lies on the drives, asks MinIO for it, and writes it. Never throws.
 *
 * @param stored a reading of moments ago; undefined: no drive holds it
 * @param sent told right before the write
 * @returns `written`, or `ended`
 */
export async function rewrite(
  scope: RewriteScope,
  turn: Turn,
  stored: StoredItem | undefined,
  sent = () => {},
): Promise<Exclude<Stage, { is: 'ready' }>> {
  try {
    await scope.requireHeld()
    const stage = await prepare(scope, turn, stored)
    if (stage.is !== 'ready') return stage
    // It may have taken long.
    await scope.requireHeld()
    if (isPrecious(stage) && !(await isUnchanged(scope, turn, stage.before)))
      return { is: 'ended', turn, outcome: { is: 'again', why: 'Somebody edits it.' } }
    scope.signal.throwIfAborted()
    sent()
    return await write(scope, stage)
  } catch (error) {
    return failed(turn, error)
  }
}

/** What was written, or may have been, is compared when its turn comes again. */
export const failed = (turn: Turn, error: unknown, pending = turn.pending): Extract<Stage, { is: 'ended' }> => ({
  is: 'ended',
  turn,
  outcome: { is: 'failed', error, ...(pending && { pending }) },
})

/**
 * What MinIO answered is the last thing before the write, so that an edit is undone only if it falls into the millisecond
 * between the two. Where an undone edit would widen rights or lose a document, or where what is written comes from the drives
 * and not from that answer, the drives are looked at once more.
 */
const isPrecious = ({ turn: { item }, view }: Extract<Stage, { is: 'ready' }>) =>
  item.kind === 'policy' ||
  item.kind === 'service-account' ||
  (item.kind === 'policy-mapping' && factsTold(item.kind, view).policies === undefined)

/**
 * MinIO has no way to write an item only if it is still the one that was read. So its generation is read once more: a policy
 * that somebody edits is begun anew, and not overwritten with its old body.
 */
async function isUnchanged(scope: RewriteScope, { item }: Turn, before: Generation): Promise<boolean> {
  const reading = await readTogether(scope, [item.path])
  wipeReading(reading)
  return reading.get(item.path)?.modTimeNs === before.modTimeNs
}

/** Nothing is written. @throws AppError for what passes, and for what is no word on this item */
async function prepare(scope: RewriteScope, turn: Turn, stored: StoredItem | undefined): Promise<Stage> {
  const { item, pending } = turn
  const ended = (outcome: Outcome) => ({ is: 'ended', turn, outcome }) as const
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

async function look(scope: RewriteScope, { item }: Turn, stored: StoredItem): Promise<Generation | null> {
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
async function write(
  scope: RewriteScope,
  stage: Extract<Stage, { is: 'ready' }>,
): Promise<Exclude<Stage, { is: 'ready' }>> {
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
    const ended = (outcome: Outcome) => ({ is: 'ended', turn, outcome }) as const
    if (error instanceof NotMovable) return ended({ is: 'left', reason: error.detail })
    const status = minioErrorIn(error)?.status
    if (error instanceof AppError && error.code === 'not-found') return ended({ is: 'again', why: DELETED })
    if (outageIn(error) === null && status !== undefined && status < 500 && status !== 403)
      return ended({ is: 'left', reason: `MinIO refused the rewrite. ${(error as AppError).detail}` })
    return failed(turn, error, landed(nowMs() + LET_GO_MS, false))
  }
}
