import type { ObjectRun } from '@strongroom/shared/object-encryption'
import type { Progress } from '../../jobs/job.ts'

const EXAMPLES = 20
const FAILURES = 200
/** Reasons with a date in them may be many; what comes later is counted together. */
const REASONS = 100
const OTHER = 'Left for one of many further reasons, which are not kept apart'

/** Counts what a run did, object by object. */
export class RunTally {
  #run: ObjectRun

  /** @param run to go on with */
  constructor(run: ObjectRun) {
    this.#run = structuredClone(run)
  }

  /** As it is now; later counts do not show in it. */
  get run(): ObjectRun {
    return structuredClone(this.#run)
  }

  done(bytes: number) {
    this.#run.done.count++
    this.#run.done.bytes += bytes
  }

  already() {
    this.#run.already++
  }

  retried() {
    this.#run.retried++
  }

  left(object: string, reason: string) {
    const { left } = this.#run
    const known = left.find((each) => each.reason === reason)
    const group = known ?? this.#group(left.length < REASONS ? reason : OTHER)
    group.count++
    if (group.examples.length < EXAMPLES) group.examples.push(object)
  }

  failed(object: string, reason: string) {
    this.#run.failed++
    if (this.#run.failures.length < FAILURES) this.#run.failures.push({ object, reason })
  }

  ranBy(by: readonly string[]) {
    this.#run.by = [...new Set([...this.#run.by, ...by])]
  }

  /** Null: it goes on. */
  ended(at: Date) {
    this.#run.endedAt = at.toISOString()
  }

  /** For the job. @param total how many there are in all; null: nobody counted */
  progress(total: number | null): Progress {
    const { done, already, left, failed, failures } = this.#run
    const count = done.count + already + failed + left.reduce((sum, each) => sum + each.count, 0)
    return {
      done: count,
      // The counting may be older than some objects.
      total: total === null ? null : Math.max(total, count),
      failed,
      failures: failures.slice(0, EXAMPLES).map(({ object, reason }) => ({ item: object, reason })),
    }
  }

  #group(reason: string) {
    const group = this.#run.left.find((each) => each.reason === reason) ?? { reason, count: 0, examples: [] }
    if (group.count === 0) this.#run.left.push(group)
    return group
  }
}
