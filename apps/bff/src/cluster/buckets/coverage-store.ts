import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Coverage, CoverageSummary } from '@strongroom/shared/coverage'
import { AppError } from '../../errors.ts'
import { inParallel } from '../in-parallel.ts'
import { RecordFolder } from '../record-folder.ts'
import { coverageOf, Finished, nameOf, summaryOf, Unfinished } from './coverage-record.ts'
import { streamFile } from './file-stream.ts'
import { recordOf } from './record-name.ts'

const ENDING = '.json'
/** Far below what a process may have open. */
const AT_ONCE = 32

/** What stays in memory of a counting at its end. */
interface Known {
  readonly name: string
  readonly summary: CoverageSummary
}

interface OfBucket {
  /** Oldest first. */
  finished: readonly Known[]
  unfinished: CoverageSummary | null
}

/**
 * What was found of what seals the objects of each bucket. A counting at its end is a file that is written once, and a list
 * of what is plain; it stays until the next one is at its end, and one of a whole bucket stays beside one of a prefix. A
 * counting that is under way is a file in a folder of its own, which is written again and again.
 */
export class CoverageStore {
  readonly #folder: string
  readonly #finished: RecordFolder<typeof Finished>
  readonly #unfinished: RecordFolder<typeof Unfinished>
  readonly #buckets = new Map<string, OfBucket>()
  /** The bucket of each counting that was read. */
  readonly #bucketOf = new Map<string, string>()
  #refreshing: Promise<void> | undefined

  constructor(stateDir: string) {
    this.#folder = join(stateDir, 'coverage')
    this.#finished = new RecordFolder(join(this.#folder, 'finished'), Finished)
    this.#unfinished = new RecordFolder(join(this.#folder, 'unfinished'), Unfinished)
  }

  /** Reads what a former process kept. */
  load(): Promise<void> {
    return this.refresh()
  }

  /** Sees what another console has kept meanwhile. A file that can't be read counts as none. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#look().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  /** Of the whole bucket where there is one; else of a prefix, or of what is under way. As of the last {@link refresh}. */
  summary(bucket: string): CoverageSummary | null {
    const known = this.#buckets.get(bucket)
    if (known === undefined) return null
    return (wholeIn(known.finished) ?? known.finished.at(-1))?.summary ?? known.unfinished
  }

  /** The last counting that came to its end, and the one that did not. */
  async read(bucket: string): Promise<{ readonly complete: Coverage | null; readonly unfinished: Coverage | null }> {
    const [complete, unfinished] = [await this.#newest(bucket), await this.findUnfinished(bucket)]
    return {
      complete: complete?.coverage ?? null,
      unfinished: unfinished ? coverageOf(unfinished, null) : null,
    }
  }

  /**
   * The list of the last counting that came to its end. A newer one that ends meanwhile does not cut it off.
   *
   * @throws AppError `not-found`
   */
  async openList(bucket: string): Promise<ReadableStream<Uint8Array>> {
    const newest = await this.#newest(bucket)
    const file = newest && (await open(this.#listPath(nameOf({ bucket, run: newest.run }))).catch(() => null))
    if (file) return streamFile(file)
    throw new AppError('not-found', 'No counting of this bucket has come to its end yet. Start one, and wait for it.')
  }

  /** The counting of a bucket that has not come to its end. */
  async findUnfinished(bucket: string): Promise<Unfinished | undefined> {
    const found = await this.#unfinished.find(recordOf(bucket))
    // Cut off between its result and the removal of how far it was.
    return found && (await this.#finished.find(nameOf(found))) ? undefined : found
  }

  /** Where the list of a counting grows. */
  listPathOf(counting: Pick<Unfinished, 'bucket' | 'run'>): string {
    return this.#listPath(nameOf(counting))
  }

  async keepUnfinished(counting: Unfinished): Promise<void> {
    await this.#unfinished.write(recordOf(counting.bucket), counting)
    this.#of(counting.bucket).unfinished = summaryOf(coverageOf(counting, null))
  }

  /** Forgets a counting that is not gone on with. */
  async dropUnfinished({ bucket, run }: Pick<Unfinished, 'bucket' | 'run'>): Promise<void> {
    await rm(this.#listPath(nameOf({ bucket, run })), { force: true })
    await this.#removeUnfinished(bucket)
  }

  /** Keeps a counting that came to its end, in the place of those before. */
  async finish(counting: Unfinished): Promise<Coverage> {
    const { bucket, run } = counting
    const coverage = coverageOf(counting, new Date().toISOString())
    const name = nameOf(counting)
    await this.#finished.write(name, { run, coverage })
    this.#take(name, coverage)
    await this.#removeUnfinished(bucket)
    const { finished } = this.#of(bucket)
    const staying = [wholeIn(finished)?.name, name]
    for (const old of finished) if (!staying.includes(old.name)) await this.#remove(old.name, bucket)
    return coverage
  }

  async #look() {
    const names = new Set((await this.#files()).map((file) => file.slice(0, -ENDING.length)))
    for (const [name, bucket] of this.#bucketOf) if (!names.has(name)) this.#forget(name, bucket)
    const unread = [...names].filter((name) => !this.#bucketOf.has(name))
    await inParallel(unread, AT_ONCE, async (name) => {
      const found = await this.#finished.find(name)
      if (found !== undefined) this.#take(name, found.coverage)
    })
    const unfinished = await this.#unfinished.read()
    for (const known of this.#buckets.values()) known.unfinished = null
    for (const counting of unfinished.values())
      this.#of(counting.bucket).unfinished = summaryOf(coverageOf(counting, null))
  }

  /** Looked for twice: another console may take the place of the one that was known. */
  async #newest(bucket: string): Promise<Finished | undefined> {
    for (const _ of ['first', 'again']) {
      await this.refresh()
      const name = this.#of(bucket).finished.at(-1)?.name
      const found = name === undefined ? undefined : await this.#finished.find(name)
      if (name === undefined || found !== undefined) return found
    }
    return undefined
  }

  async #removeUnfinished(bucket: string) {
    await this.#unfinished.remove(recordOf(bucket))
    this.#of(bucket).unfinished = null
  }

  #take(name: string, coverage: Coverage) {
    const known = this.#of(coverage.bucket)
    const others = known.finished.filter((each) => each.name !== name)
    known.finished = [...others, { name, summary: summaryOf(coverage) }].sort(byName)
    this.#bucketOf.set(name, coverage.bucket)
  }

  #forget(name: string, bucket: string) {
    const known = this.#of(bucket)
    known.finished = known.finished.filter((each) => each.name !== name)
    this.#bucketOf.delete(name)
  }

  /** The list first: cut off between the two, it is known what is left to be removed. */
  async #remove(name: string, bucket: string) {
    await rm(this.#listPath(name), { force: true })
    await this.#finished.remove(name)
    this.#forget(name, bucket)
  }

  #of(bucket: string): OfBucket {
    const known = this.#buckets.get(bucket) ?? { finished: [], unfinished: null }
    this.#buckets.set(bucket, known)
    return known
  }

  async #files(): Promise<string[]> {
    const files = await readdir(join(this.#folder, 'finished')).catch((): string[] => [])
    return files.filter((file) => file.endsWith(ENDING))
  }

  #listPath = (name: string) => join(this.#folder, 'lists', `${name}.plain.csv`)
}

const byName = (one: Known, other: Known) => (one.name < other.name ? -1 : 1)

const wholeIn = (finished: readonly Known[]) => finished.findLast(({ summary }) => summary.prefix === '')
