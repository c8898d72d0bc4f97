import { createHash } from 'node:crypto'
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
    const bytes = Buffer.from(`${JSON.stringify(MigrationReport.parse(report), null, 2)}\n`)
    await writeWhole(this.#file(report.id), bytes)
    await this.#prune(report.id)
    return { sha256: digest(bytes) }
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
