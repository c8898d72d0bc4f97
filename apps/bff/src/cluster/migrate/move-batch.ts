import type { IamItem } from '@strongroom/shared/iam'
import { type Reading, readTogether, wipeReading } from './read-together.ts'
import { prepare, type Stage, write } from './rewrite-item.ts'
import { type Rewritten, type Verdict, type VerifyScope, verify } from './verify-item.ts'

/** An item whose turn has come. */
export interface Turn {
  readonly item: IamItem
  /** How often it was begun anew because it changed under way. */
  readonly attempt: number
  /** It was written, and an outage came before it could be compared. */
  readonly pending?: Rewritten
}

/** What became of an item. `again`: it changed before its write, which was not made. `failed` says nothing of the item. */
export type Outcome =
  | Verdict
  | { readonly is: 'there' }
  | { readonly is: 'again'; readonly why: string }
  | { readonly is: 'failed'; readonly error: unknown; readonly pending?: Rewritten }

export interface BatchScope extends VerifyScope {
  /** Rejects when somebody else may be writing. Asked right before the writes. */
  readonly requireHeld: () => Promise<void>
}

export interface BatchEnd {
  readonly outcomes: readonly (readonly [Turn, Outcome])[]
  /** Of each write that MinIO took. */
  readonly tookMs: readonly number[]
  /** What comes next, read in the same call as what was written. */
  readonly ahead: Reading
}

/**
 * Brings a few items under the default key, and reads all of them back before it ends: reads them from the drives, asks
 * MinIO for them, writes them, reads them again and compares. Never throws for what concerns one item.
 *
 * @param turns of one kind, of different paths, so that no two writes meet
 * @param ahead a reading of moments ago; what it lacks is read now
 * @param next paths to be read along
 */
export async function moveBatch(
  scope: BatchScope,
  turns: readonly Turn[],
  ahead: Reading,
  next: readonly string[],
): Promise<BatchEnd> {
  let stages: readonly Stage[] = turns.map((turn) => ({ is: 'begun', turn }))
  let after: Reading = new Map()
  const advance = async (is: Stage['is'], step: (stage: Stage) => Promise<Stage>) => {
    stages = await Promise.all(
      stages.map((stage) => (stage.is === is ? step(stage).catch((error: unknown) => failed(stage, error)) : stage)),
    )
  }
  const paths = (is: Stage['is']) => stages.flatMap((stage) => (stage.is === is ? [stage.turn.item.path] : []))
  try {
    const reading = await complete(scope, turns, ahead)
    await advance('begun', (stage) => prepare(scope, stage.turn, reading.get(stage.turn.item.path)))
    stages = await withoutChanged(scope, stages)
    if (paths('ready').length > 0) await scope.requireHeld()
    await advance('ready', (stage) => write(scope, stage))
    after = await readTogether(scope, [...paths('written'), ...next])
    await advance('written', async (stage) => judge(scope, stage, after))
  } catch (error) {
    stages = stages.map((stage) => (stage.is === 'ended' ? stage : failed(stage, error)))
  }
  return { ...endOf(stages), ahead: after }
}

/** Readings are of one use: their bytes are wiped as they are looked into. */
async function complete(scope: BatchScope, turns: readonly Turn[], ahead: Reading): Promise<Reading> {
  const missing = turns.map(({ item }) => item.path).filter((path) => !ahead.has(path))
  return missing.length === 0 ? ahead : new Map([...ahead, ...(await readTogether(scope, missing))])
}

/**
 * MinIO has no way to write a policy only if it is still the one that was read. So its generation is read once more, as
 * the last thing before the write: a policy that somebody edits is begun anew, and not overwritten with its old body.
 */
async function withoutChanged(scope: BatchScope, stages: readonly Stage[]): Promise<readonly Stage[]> {
  const policies = stages.flatMap((stage) =>
    stage.is === 'ready' && stage.turn.item.kind === 'policy' ? [stage.turn.item.path] : [],
  )
  if (policies.length === 0) return stages
  const reading = await readTogether(scope, policies)
  wipeReading(reading)
  return stages.map((stage) => {
    if (stage.is !== 'ready' || stage.turn.item.kind !== 'policy') return stage
    const same = reading.get(stage.turn.item.path)?.modTimeNs === stage.before.modTimeNs
    return same ? stage : { is: 'ended', turn: stage.turn, outcome: { is: 'again', why: 'Somebody edits it.' } }
  })
}

async function judge(scope: BatchScope, stage: Stage, after: Reading): Promise<Stage> {
  if (stage.is !== 'written') return stage
  const outcome = await verify(scope, stage.rewritten, after.get(stage.turn.item.path))
  return { ...stage, is: 'ended', outcome }
}

/** What was written, or may have been, is compared when its turn comes again. */
function failed(stage: Stage, error: unknown): Stage {
  const pending = stage.is === 'written' ? stage.rewritten : stage.turn.pending
  return { is: 'ended', turn: stage.turn, outcome: { is: 'failed', error, ...(pending && { pending }) } }
}

function endOf(stages: readonly Stage[]): Pick<BatchEnd, 'outcomes' | 'tookMs'> {
  const ended = stages.filter((stage) => stage.is === 'ended')
  return {
    outcomes: ended.map(({ turn, outcome }) => [turn, outcome]),
    tookMs: ended.flatMap(({ turn, rewritten }) =>
      rewritten?.written.replied && rewritten !== turn.pending
        ? [rewritten.written.overMs - rewritten.written.sentMs]
        : [],
    ),
  }
}
