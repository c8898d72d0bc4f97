import { appendFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BucketAct, BucketResult } from '@strongroom/shared/bucket-runs'
import { Instant } from '@strongroom/shared/endpoint'
import * as z from 'zod/mini'
import { AppError } from '../../errors.ts'

const Head = z.object({
  act: BucketAct,
  by: z.string(),
  startedAt: Instant,
  /** How many it is for. */
  buckets: z.int(),
  /** Their names; absent in the records of older consoles. */
  names: z.optional(z.array(z.string())),
})
export type RunHead = z.infer<typeof Head>

const End = z.object({ endedAt: Instant })

export interface BucketRun extends Omit<RunHead, 'names'> {
  readonly id: string
  /** Null while it runs, and where it was cut off. */
  readonly endedAt: string | null
  /** In the order they were done. */
  readonly results: BucketResult[]
  /** Those without a result; null: nobody wrote down for which buckets it was. */
  readonly notReached: string[] | null
}

/** As many as jobs are kept. */
const KEPT = 50
const ENDING = '.jsonl'

/**
 * What became of each bucket of a run: a file of JSON lines for each run, whose first line is its head, and which grows by a
 * line as each bucket is done. So whatever ends the process, what was done is told, and other consoles read along.
 */
export class BucketRuns {
  readonly #folder: string

  constructor(stateDir: string) {
    this.#folder = join(stateDir, 'bucket-runs')
  }

  /** @param id of the job */
  async begin(id: string, head: RunHead): Promise<RunWriter> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await this.#forgetOldest()
    const file = this.#file(id)
    const write = (line: object) => appendFile(file, `${JSON.stringify(line)}\n`, { mode: 0o600 })
    await write(head)
    return { add: write, end: () => write({ endedAt: new Date().toISOString() }) }
  }

  /** @throws AppError `not-found` */
  async read(id: string): Promise<BucketRun> {
    const lines = await this.#lines(id)
    const head = Head.safeParse(lines[0])
    if (!head.success) throw new AppError('not-found', `There is no such run. The last ${KEPT} are kept.`)
    const ends = lines.flatMap((line) => End.safeParse(line).data ?? [])
    const results = lines.flatMap((line) => BucketResult.safeParse(line).data ?? [])
    // What was found when a bucket was looked at again goes before.
    const last = new Map(results.map((result) => [result.bucket, result]))
    const { names, ...rest } = head.data
    const notReached = names?.filter((name) => !last.has(name)) ?? null
    return { id, ...rest, endedAt: ends[0]?.endedAt ?? null, results: [...last.values()], notReached }
  }

  /** Half a line is none: the process ended in the middle of it. */
  async #lines(id: string): Promise<unknown[]> {
    const text = await readFile(this.#file(id), 'utf8').catch(() => '')
    return text.split('\n').flatMap((line) => {
      try {
        return [JSON.parse(line) as unknown]
      } catch {
        return []
      }
    })
  }

  async #forgetOldest() {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith(ENDING))
    if (names.length < KEPT) return
    const files = await Promise.all(
      names.map(async (name) => {
        const file = join(this.#folder, name)
        return { file, at: (await stat(file)).mtimeMs }
      }),
    )
    const old = files.sort((one, other) => other.at - one.at).slice(KEPT - 1)
    for (const { file } of old) await rm(file, { force: true })
  }

  #file(id: string): string {
    if (!/^[\w-]+$/.test(id)) throw new AppError('not-found', 'There is no such run.')
    return join(this.#folder, id + ENDING)
  }
}

/** To be told what is done, as it is done. */
export interface RunWriter {
  readonly add: (result: BucketResult) => Promise<void>
  readonly end: () => Promise<void>
}
