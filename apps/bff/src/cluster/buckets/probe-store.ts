import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BucketProbe, FailedProbe, ProbeSummary } from '@strongroom/shared/bucket-probes'
import * as z from 'zod/mini'
import { RecordFolder } from '../record-folder.ts'
import { recordOf } from './record-name.ts'

/** A probe that was written first has its own shape: of a failed one it is but a part. */
const Evidence = z.union([BucketProbe, FailedProbe])
export type Evidence = z.infer<typeof Evidence>

const Log = z.object({ bucket: z.string(), probes: z.array(Evidence) })
const Newest = z.extend(ProbeSummary, { bucket: z.string() })

const KEPT = 20
/** A folder that is written to now may get the same time of change again. */
const SETTLED_MS = 2_000
/** While this console itself writes, which changes the folder too. */
const READ_EVERY_MS = 5_000

/**
 * The last probes of each bucket, kept over restarts. What the table shows is in memory and in small records of its own, so
 * that thousands of buckets are read at once; the evidence is read when somebody looks.
 */
export class ProbeStore {
  readonly #summariesAt: string
  readonly #summaries: RecordFolder<typeof Newest>
  readonly #logs: RecordFolder<typeof Log>
  readonly #newest = new Map<string, ProbeSummary>()
  #readAsOf: number | null = null
  #readAt = Number.NEGATIVE_INFINITY
  #wroteSince = false
  #reading: Promise<void> | undefined
  /** One after the other for each bucket: a record is read before it is written. */
  readonly #writing = new Map<string, Promise<unknown>>()

  constructor(stateDir: string) {
    this.#summariesAt = join(stateDir, 'bucket-probes', 'newest')
    this.#summaries = new RecordFolder(this.#summariesAt, Newest)
    this.#logs = new RecordFolder(join(stateDir, 'bucket-probes', 'evidence'), Log)
  }

  /** Reads what a former process kept. */
  load(): Promise<void> {
    return this.refresh()
  }

  /** Takes in what another console has kept, within seconds: one look at the folder where nothing has changed. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #read() {
    if (this.#wroteSince && performance.now() - this.#readAt < READ_EVERY_MS) return
    const changed = await stat(this.#summariesAt).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    )
    if (changed === null || changed === this.#readAsOf) return
    const settled = Date.now() - changed > SETTLED_MS
    this.#readAt = performance.now()
    this.#wroteSince = false
    for (const { bucket, at, outcome } of (await this.#summaries.read()).values()) this.#take(bucket, { at, outcome })
    this.#readAsOf = settled ? changed : null
  }

  async keep(bucket: string, probe: Evidence): Promise<void> {
    const before = this.#writing.get(bucket)
    const written = (before ?? Promise.resolve()).catch(() => undefined).then(() => this.#write(bucket, probe))
    this.#writing.set(bucket, written)
    try {
      await written
    } finally {
      if (this.#writing.get(bucket) === written) this.#writing.delete(bucket)
    }
  }

  async #write(bucket: string, probe: Evidence) {
    const record = recordOf(bucket)
    const probes = [probe, ...(await this.list(bucket))].toSorted(newestFirst).slice(0, KEPT)
    await this.#logs.write(record, { bucket, probes })
    this.#take(bucket, summaryOf(probe))
    this.#wroteSince = true
    await this.#summaries.write(record, { bucket, ...this.#newest.get(bucket)! })
  }

  #take(bucket: string, summary: ProbeSummary) {
    const known = this.#newest.get(bucket)
    if (known === undefined || known.at <= summary.at) this.#newest.set(bucket, summary)
  }

  /** Null: there was none. */
  newest(bucket: string): ProbeSummary | null {
    return this.#newest.get(bucket) ?? null
  }

  /** Newest first, twenty at most. */
  async list(bucket: string): Promise<readonly Evidence[]> {
    return (await this.#logs.find(recordOf(bucket)))?.probes ?? []
  }
}

const newestFirst = (one: Evidence, other: Evidence) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0)

export function summaryOf(probe: Evidence): ProbeSummary {
  const { at } = probe
  if ('reason' in probe || !probe.readBack) return { at, outcome: 'failed' }
  if (probe.asPromised === false) return { at, outcome: 'not-as-promised' }
  if (!probe.encrypted) return { at, outcome: 'plain' }
  // Neither kept nor broken.
  return { at, outcome: probe.asPromised === null ? 'unpromised' : 'as-promised' }
}
