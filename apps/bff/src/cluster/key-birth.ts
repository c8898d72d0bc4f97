import { Instant } from '@strongroom/shared/endpoint'
import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { describeKey } from '../kes/keys.ts'
import type { Kes } from '../kes/transport.ts'
import { inParallel } from './in-parallel.ts'

/**
 * When KES made a key, and for whom: one that was made anew under a name is another key, and nothing that was shown of the
 * former one is true of it. Both are null for key files of old releases.
 */
export const KeyBirth = z.object({ createdAt: z.nullable(Instant), createdBy: z.nullable(z.string()) })
export type KeyBirth = z.infer<typeof KeyBirth>

export const sameBirth = (one: KeyBirth, other: KeyBirth): boolean =>
  one.createdAt === other.createdAt && one.createdBy === other.createdBy

/** Null: KES does not tell, or has no such key. */
export const birthOf = async (kes: Kes, name: string): Promise<KeyBirth | null> =>
  (await birthsOf(kes, [name])).get(name) ?? null

/** Of the keys that KES tells of; of the others none. Where KES does not answer once it is not asked on. */
export async function birthsOf(kes: Kes, names: Iterable<string>): Promise<Map<string, KeyBirth>> {
  const births = new Map<string, KeyBirth>()
  let silent = false
  await inParallel([...new Set(names)], AT_ONCE, async (name) => {
    if (silent) return
    try {
      const { createdAt, createdBy } = await describeKey(kes, name)
      births.set(name, { createdAt, createdBy })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      silent ||= error.code === 'upstream-unreachable'
    }
  })
  return births
}

const AT_ONCE = 8
const HOLDS_MS = 30_000

/** The same for a page that asks for the same keys again and again. While KES does not tell, what it told last holds. */
export class KeyBirths {
  readonly #births = new Map<string, KeyBirth>()
  readonly #askedAt = new Map<string, number>()
  #last: Promise<unknown> = Promise.resolve()

  async of(kes: Kes, names: Iterable<string>): Promise<ReadonlyMap<string, KeyBirth>> {
    const wanted = [...new Set(names)]
    if (wanted.some(this.#isDue)) {
      // One reading after the other: whoever comes during one asks for nothing that it tells.
      const mine = this.#last.then(() => this.#ask(kes, wanted.filter(this.#isDue)))
      this.#last = mine.catch(() => undefined)
      await mine
    }
    return this.#births
  }

  #isDue = (name: string) => performance.now() - (this.#askedAt.get(name) ?? Number.NEGATIVE_INFINITY) >= HOLDS_MS

  async #ask(kes: Kes, due: readonly string[]) {
    for (const [name, birth] of await birthsOf(kes, due)) this.#births.set(name, birth)
    for (const name of due) this.#askedAt.set(name, performance.now())
  }
}
