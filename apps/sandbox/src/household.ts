import type { Child } from './child.ts'
import { forgetRunning, recordRunning } from './leftovers.ts'
import { logTail } from './log-tail.ts'
import { type ProcessRecord, recordOf } from './process-table.ts'

/** The processes of one demo: noted on disk as they start, spoken of when they die, stopped youngest first. */
export class Household {
  readonly #state: string
  readonly #report: (line: string) => void
  readonly #children: Child[] = []
  readonly #records: ProcessRecord[] = []
  /** Values that are blotted out of the logs we show. */
  readonly secrets: string[] = []
  #stopping: Promise<void> | undefined

  constructor(state: string, report: (line: string) => void) {
    this.#state = state
    this.#report = report
  }

  /** Takes a process in as soon as it exists. */
  readonly add = (child: Child) => {
    this.#children.push(child)
    this.#records.push(recordOf(child.name, child.pid))
    recordRunning(this.#state, this.#records)
  }

  /** Speaks up when the process ends, from now on: whoever starts it tells of a death before it is ready. */
  watch(child: Child) {
    void child.exited.then(({ code, signal }) => {
      if (this.#stopping === undefined) this.#tellOfDeath(child, signal ?? `exit code ${code}`)
    })
  }

  /** Stops everything, in the reverse order of the start. Calling it again waits for the same end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll()
    return this.#stopping
  }

  async #stopAll() {
    for (const child of this.#children.toReversed()) await child.stop()
    forgetRunning(this.#state)
  }

  #tellOfDeath({ name, logFile }: Child, how: string) {
    const tail = logTail(logFile, { secrets: this.secrets })
    this.#report(`${name} has ended (${how}); the rest keeps running. The end of ${logFile}:\n${tail}`)
  }
}
