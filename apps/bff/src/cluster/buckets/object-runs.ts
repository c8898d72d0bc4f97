import { join } from 'node:path'
import { Instant } from '@strongroom/shared/endpoint'
import { ObjectRun } from '@strongroom/shared/object-encryption'
import * as z from 'zod/mini'
import { RecordFolder } from '../record-folder.ts'

/** A run with what it takes to go on where it was cut off. */
export const KeptRun = z.object({
  run: ObjectRun,
  /** As it was when all up to `goesOnAfter` was dealt with. */
  upTo: ObjectRun,
  /** The key of an object, empty at the start; null: it came to its end. */
  goesOnAfter: z.nullable(z.string()),
  /** When this one began, where `run.startedAt` is that of the run it goes on with; absent in the records of older consoles. */
  begunAt: z.optional(Instant),
})
export type KeptRun = z.infer<typeof KeptRun>

/** So many are kept, of all buckets. */
const KEPT = 200

/** What encryption and removal of objects did, by the id of the job, also while it runs. */
export class ObjectRuns {
  readonly #records: RecordFolder<typeof KeptRun>

  constructor(stateDir: string) {
    this.#records = new RecordFolder(join(stateDir, 'object-runs'), KeptRun)
  }

  keep(record: KeptRun): Promise<void> {
    return this.#records.write(record.run.id, record)
  }

  async find(id: string): Promise<ObjectRun | undefined> {
    return /^[\w-]+$/.test(id) ? (await this.#records.find(id))?.run : undefined
  }

  /** The newest run of an act on a bucket, when it did not come to its end. */
  async unfinished(bucket: string, act: ObjectRun['act']): Promise<KeptRun | null> {
    const own = (await this.#newestFirst()).find(({ run }) => run.bucket === bucket && run.act === act)
    return own === undefined || own.goesOnAfter === null ? null : own
  }

  /** Removes the oldest. */
  async prune(): Promise<void> {
    for (const { run } of (await this.#newestFirst()).slice(KEPT)) await this.#records.remove(run.id)
  }

  async #newestFirst(): Promise<KeptRun[]> {
    const all = [...(await this.#records.read()).values()]
    const at = ({ run, begunAt }: KeptRun) => run.endedAt ?? begunAt ?? run.startedAt
    return all.sort((a, b) => (at(a) < at(b) ? 1 : -1))
  }
}
