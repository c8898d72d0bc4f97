import { escrowTimes } from '../custody/escrow.ts'

const REMEMBERED_MS = 2_000

/** When the console last made a sealed copy of each key, read anew every other second: each key that is looked at wants to know. */
export class EscrowMemory {
  readonly #backupDir: string
  #until = 0
  #times: Promise<ReadonlyMap<string, Date>> = Promise.resolve(new Map())

  constructor(backupDir: string) {
    this.#backupDir = backupDir
  }

  /** Key name → time. A folder that can't be read tells of none. */
  times(): Promise<ReadonlyMap<string, Date>> {
    const now = Date.now()
    if (now < this.#until) return this.#times
    this.#until = now + REMEMBERED_MS
    this.#times = escrowTimes(this.#backupDir).catch(() => new Map())
    return this.#times
  }
}
