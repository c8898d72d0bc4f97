import { turns } from '../../turns.ts'
import { inParallel } from '../in-parallel.ts'
import { type Reading, readTogether } from './read-together.ts'
import { failed, type Turn, type WrittenStage } from './rewrite-item.ts'
import { type Outcome, type VerifyScope, verify } from './verify-item.ts'

export interface Proof {
  readonly outcomes: readonly (readonly [Turn, Outcome])[]
  /** To be wiped; null: nothing could be read. */
  readonly read: Reading | null
  readonly error?: unknown
}

/** Each asks KES for its key. */
const AT_ONCE = 8

/**
 * Reads back in one call what was written, and compares it. Never throws.
 *
 * @param next paths to be read along
 */
export async function prove(
  scope: VerifyScope,
  written: readonly WrittenStage[],
  next: readonly string[],
): Promise<Proof> {
  try {
    const read = await readTogether(scope, [...written.map(({ turn }) => turn.item.path), ...next])
    const one = async ({ turn, rewritten }: WrittenStage): Promise<readonly [Turn, Outcome]> => {
      const outcome = await verify(scope, rewritten, read.get(turn.item.path)).catch(
        (error: unknown) => failed(turn, error, rewritten).outcome,
      )
      return [turn, outcome]
    }
    const outcomes: (readonly [Turn, Outcome])[] = []
    const turn = turns()
    await inParallel(written, AT_ONCE, async (stage) => {
      outcomes.push(await one(stage))
      await turn()
    })
    return { outcomes, read }
  } catch (error) {
    return {
      outcomes: written.map(({ turn, rewritten }) => [turn, failed(turn, error, rewritten).outcome]),
      read: null,
      error,
    }
  }
}
