import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** How long what was seen of the files holds: a call does not wait for a disk each time. */
const LOOK_MS = 1_500

export interface WatchedFilesOptions<T> {
  /** Files, or folders of them. */
  readonly paths: readonly string[]
  readonly read: () => T
  /** Whether an error of `read` says that the files can't be used; any other is a fault. */
  readonly unusable: (error: unknown) => boolean
  /** What became of files that have changed; null: what they hold is in use now. */
  readonly tell: (trouble: Error | null, now: T) => void
}

/**
 * What is made of files, and follows them: they are looked at when it is asked for. While new ones can't be used, because
 * they are half written or do not fit together, what was made of the old ones stays.
 */
export class WatchedFiles<T> {
  readonly #options: WatchedFilesOptions<T>
  #made: T
  #seen: string
  #lookedAt = performance.now()
  #loadedAt = new Date()
  #trouble: Error | null = null

  /** @throws what `read` throws at the start */
  constructor(options: WatchedFilesOptions<T>) {
    this.#options = options
    this.#seen = signature(options.paths)
    this.#made = options.read()
  }

  /** What to use now; the same until the files change. */
  current(): T {
    if (performance.now() - this.#lookedAt < LOOK_MS) return this.#made
    this.#lookedAt = performance.now()
    const { paths, read, unusable, tell } = this.#options
    const seen = signature(paths)
    if (seen === this.#seen && this.#trouble === null) return this.#made
    try {
      this.#made = read()
      this.#loadedAt = new Date()
      this.#trouble = null
      tell(null, this.#made)
    } catch (error) {
      if (!unusable(error)) throw error
      if (seen !== this.#seen) tell(error as Error, this.#made)
      this.#trouble = error as Error
    }
    this.#seen = seen
    return this.#made
  }

  get loadedAt(): Date {
    return this.#loadedAt
  }

  /** Why changed files are not in use; null: they are. */
  get trouble(): Error | null {
    return this.#trouble
  }
}

/** Changes whenever one of the files does; a file that can't be seen counts as one. */
const signature = (paths: readonly string[]): string => paths.flatMap((path) => faceOf(path, true)).join('\n')

/** Each with an error of its own: a broken link hides no other file of its folder. */
function faceOf(path: string, withEntries: boolean): string[] {
  try {
    const found = statSync(path)
    if (!found.isDirectory()) return [`${found.mtimeMs} ${found.size} ${found.ino}`]
    return withEntries ? readdirSync(path).flatMap((name) => [name, ...faceOf(join(path, name), false)]) : []
  } catch (error) {
    return [String((error as NodeJS.ErrnoException).code)]
  }
}
