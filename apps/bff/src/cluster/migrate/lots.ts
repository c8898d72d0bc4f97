import { nameGlobs } from '../name-globs.ts'

/**
 * Paths parted into lots that begin alike, as `users/user-003`: one pattern covers such a lot and little besides. Each lot
 * and the one after the next are neighbours, so that one pattern covers what is read back and what comes next, while the
 * lot between them is being written.
 */
export class Lots {
  /** Each path once, lot after lot. */
  readonly inOrder: readonly string[]
  readonly #lots = new Map<string, { toWrite: number }>()

  /** @param most paths in a lot */
  constructor(paths: readonly string[], most: number) {
    const sorted = [...paths].sort().map((path) => [path, 1] as const)
    const lots = nameGlobs(sorted, most).map(({ names }) => names)
    for (const lot of lots) {
      const state = { toWrite: lot.length }
      for (const path of lot) this.#lots.set(path, state)
    }
    const half = Math.ceil(lots.length / 2)
    this.inOrder = lots.slice(0, half).flatMap((lot, at) => [...lot, ...(lots[half + at] ?? [])])
  }

  /** Its write has ended, however. */
  wrote(path: string) {
    this.#lots.get(path)!.toWrite -= 1
  }

  /** Nothing of its lot is still to be written; what is begun anew comes by itself. */
  isWritten = (path: string) => this.#lots.get(path)!.toWrite <= 0

  isEnd = (path: string, next: string) => this.#lots.get(path) !== this.#lots.get(next)
}
