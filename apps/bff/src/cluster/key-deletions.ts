import { join } from 'node:path'
import { Instant } from '@strongroom/shared/endpoint'
import { type DeletionStage, KeyName } from '@strongroom/shared/keys'
import * as z from 'zod/mini'
import type { RecordSeal } from '../custody/record-seal.ts'
import { RecordFolder } from './record-folder.ts'

const Kept = z.object({
  name: KeyName,
  /** As KES told it at the mark: a key made anew under the name is another key. Null for key files of old releases. */
  keyCreatedAt: z.nullable(Instant),
  markedAt: Instant,
  markedBy: z.string(),
  /** The end of the waiting time. */
  waitUntil: Instant,
  otherClusters: z.object({ statement: z.string(), by: z.string(), at: Instant }),
  quarantinedAt: z.nullable(Instant),
  quarantinedBy: z.nullable(z.string()),
})

/** How far the deletion of one key has come. */
export type MarkedKey = z.infer<typeof Kept>

export interface MarkOrder {
  readonly name: KeyName
  readonly keyCreatedAt: string | null
  readonly by: string
  readonly waitDays: number
  /** What was said of other clusters. */
  readonly statement: string
}

/** Their folder in the state folder. */
export const KEY_DELETIONS = 'key-deletions'
const DAY_MS = 24 * 60 * 60_000

/**
 * The keys that are marked or quarantined, kept over restarts: one file for each, so that consoles that share the folder
 * write no file together. A file that can't be read, or that the console did not write, counts as none: the way to a deletion
 * then begins anew.
 */
export class KeyDeletions {
  readonly #records: RecordFolder<typeof Kept>
  /** What the waiting times are measured by. */
  readonly now: () => Date
  #byName: ReadonlyMap<string, MarkedKey> = new Map()

  constructor(stateDir: string, seal: RecordSeal, now: () => Date = () => new Date()) {
    this.#records = new RecordFolder(join(stateDir, KEY_DELETIONS), Kept, seal.guard(KEY_DELETIONS))
    this.now = now
  }

  /** Reads what a former process kept. */
  load(): Promise<void> {
    return this.refresh()
  }

  /** Sees what another console has done meanwhile. */
  async refresh(): Promise<void> {
    const found = await this.#records.read()
    this.#byName = new Map([...found].filter(([name, kept]) => kept.name === name))
  }

  /** As of the last {@link refresh} or change here. */
  find(name: string): MarkedKey | null {
    return this.#byName.get(name) ?? null
  }

  stageOf(name: string): DeletionStage | null {
    const found = this.find(name)
    return found && (found.quarantinedAt === null ? 'marked' : 'quarantined')
  }

  /** By name. */
  all(): readonly MarkedKey[] {
    return [...this.#byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  /** The waiting time begins now. */
  mark({ name, keyCreatedAt, by, waitDays, statement }: MarkOrder): Promise<MarkedKey> {
    const now = this.now()
    return this.#write({
      name,
      keyCreatedAt,
      markedAt: now.toISOString(),
      markedBy: by,
      waitUntil: new Date(now.getTime() + waitDays * DAY_MS).toISOString(),
      otherClusters: { statement, by, at: now.toISOString() },
      quarantinedAt: null,
      quarantinedBy: null,
    })
  }

  /** Says that a marked key is now denied by the policies of KES. */
  quarantine(marked: MarkedKey, by: string): Promise<MarkedKey> {
    return this.#write({ ...marked, quarantinedAt: this.now().toISOString(), quarantinedBy: by })
  }

  /** The key is neither marked nor quarantined any more: undone, or deleted. */
  async forget(name: KeyName): Promise<void> {
    await this.#records.remove(name)
    this.#byName = new Map([...this.#byName].filter(([other]) => other !== name))
  }

  async #write(marked: MarkedKey): Promise<MarkedKey> {
    await this.#records.write(marked.name, marked)
    this.#byName = new Map([...this.#byName, [marked.name, marked]])
    return marked
  }
}
