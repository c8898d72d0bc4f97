import { createHash, type Hash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { jobEnded } from '@strongroom/shared/jobs'
import { type listMigrations, MigrationReport } from '@strongroom/shared/migrations'
import type * as z from 'zod/mini'
import { AppError } from '../../errors.ts'
import { writeWhole } from '../../whole-file.ts'

const KEPT = 100
/** What this store writes; a mounted folder may hold other things. */
const FILE = /^([0-9a-f]{8}-[0-9a-f-]{27})\.json$/

/** A report as it is kept: the file itself is what is downloaded, and what the digest is of. */
export interface KeptReport {
  readonly report: MigrationReport
  /** Hex, of `bytes`. */
  readonly sha256: string
  readonly bytes: Uint8Array
}

/** One report in a list. */
export interface ReportHead extends ListedReport, Pick<MigrationReport, 'pilot' | 'message'> {
  /** Paths at which the run stopped. */
  readonly stoppedAt: readonly string[]
}

type ListedReport = z.output<typeof listMigrations.reply>['migrations'][number]

/** Reports of migrations, `reports/<id>.json` in the state folder: names and states, never content. */
export class ReportStore {
  readonly #folder: string
  /** What has ended changes no more, so it is read once. */
  readonly #ended = new Map<string, ReportHead>()

  constructor(stateDir: string) {
    this.#folder = join(stateDir, 'reports')
  }

  /** Replaces the report of this id, at once or not at all. */
  async keep(report: MigrationReport): Promise<{ sha256: string }> {
    const hash = createHash('sha256')
    await writeWhole(this.#file(report.id), hashed(textOf(report), hash))
    await this.#prune(report.id)
    return { sha256: hash.digest('hex') }
  }

  /** @throws AppError `not-found`, also for a file that was damaged */
  async read(id: string): Promise<KeptReport> {
    const bytes = FILE.test(`${id}.json`) ? await readFile(this.#file(id)).catch(() => undefined) : undefined
    const report = bytes && parse(bytes)
    if (bytes === undefined || report?.id !== id)
      throw new AppError('not-found', `There is no such report. The last ${KEPT} are kept.`)
    return { report, sha256: digest(bytes), bytes }
  }

  /** Newest first. */
  async list(): Promise<ReportHead[]> {
    const ids = await this.#ids()
    const heads: (ReportHead | undefined)[] = []
    for (const id of ids) heads.push(await this.#head(id))
    return heads
      .filter((head) => head !== undefined)
      .sort((one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt))
  }

  async #head(id: string): Promise<ReportHead | undefined> {
    const known = this.#ended.get(id)
    if (known !== undefined) return known
    const found = await this.read(id).catch(() => undefined)
    const head = found && headOf(found.report)
    if (head !== undefined && jobEnded(head)) this.#ended.set(id, head)
    return head
  }

  async #ids(): Promise<string[]> {
    const names = await readdir(this.#folder).catch((): string[] => [])
    return names.flatMap((name) => FILE.exec(name)?.[1] ?? [])
  }

  async #prune(newest: string) {
    if ((await this.#ids()).length <= KEPT) return
    const oldest = (await this.list()).filter(({ id }) => id !== newest).slice(KEPT - 1)
    for (const { id } of oldest) {
      this.#ended.delete(id)
      await rm(this.#file(id), { force: true })
    }
  }

  #file = (id: string) => join(this.#folder, `${id}.json`)
}

/** Written at once: 500 rows are some 100 kB, and 2 ms of work. */
const ROWS = 500

/** As `JSON.stringify(report, null, 2)` has it, in pieces: that of 10,000 items has megabytes, and would hold up all others. */
function* textOf(report: MigrationReport): Generator<string> {
  let before = '{'
  for (const [name, schema] of Object.entries(MigrationReport.shape)) {
    const value = report[name as keyof MigrationReport]
    yield `${before}\n  ${JSON.stringify(name)}: `
    if (Array.isArray(value) && value.length > ROWS) yield* rowsOf(schema, value)
    else yield indented(schema, value)
    before = ','
  }
  yield '\n}\n'
}

function* rowsOf(schema: z.ZodMiniType, rows: readonly unknown[]): Generator<string> {
  for (let at = 0; at < rows.length; at += ROWS) {
    const list = indented(schema, rows.slice(at, at + ROWS))
    yield (at === 0 ? '[' : ',') + list.slice(1, -LIST_END.length)
  }
  yield LIST_END
}

const LIST_END = '\n  ]'

const indented = (schema: z.ZodMiniType, value: unknown) =>
  JSON.stringify(schema.parse(value), null, 2).replaceAll('\n', '\n  ')

function* hashed(pieces: Iterable<string>, hash: Hash): Generator<string> {
  for (const piece of pieces) {
    hash.update(piece)
    yield piece
  }
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

function parse(bytes: Uint8Array): MigrationReport | undefined {
  try {
    return MigrationReport.parse(JSON.parse(Buffer.from(bytes).toString()))
  } catch {
    return undefined
  }
}

function headOf({ items, ...report }: MigrationReport): ReportHead {
  const { id, startedAt, endedAt, state, ranBy, defaultKey, dryRun, pilot, message } = report
  const count = (outcome: string) => items.filter((item) => item.outcome === outcome).length
  return {
    ...{ id, startedAt, endedAt, state, ranBy, defaultKey, dryRun, pilot, message },
    moved: count('moved'),
    failed: count('failed') + count('left'),
    stoppedAt: state === 'failed' ? items.flatMap(({ outcome, path }) => (outcome === 'failed' ? [path] : [])) : [],
  }
}
