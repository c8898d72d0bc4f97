import { type Reading, readTogether } from './read-together.ts'
import { failed, type Turn, type WrittenStage } from './rewrite-item.ts'
import { type Outcome, type VerifyScope, verify } from './verify-item.ts'

export interface Proof {
  readonly outcomes: readonly (readonly [Turn, Outcome])[]
  /** To be wiped; null: nothing could be read. */
  readonly read: Reading | null
  readonly error?: unknown
}

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
    return { outcomes: await Promise.all(written.map(one)), read }
  } catch (error) {
    return {
      outcomes: written.map(({ turn, rewritten }) => [turn, failed(turn, error, rewritten).outcome]),
      read: null,
      error,
    }
  }
}
