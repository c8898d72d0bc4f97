import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '@strongroom/shared/jobs'
import type { Run } from './run.ts'

/** Snapshots of a job of this process until it ends. A slow reader skips versions and always gets the latest. */
export const followRun = (run: Run): AsyncGenerator<Job, void> =>
  untilReturned(async function* (left) {
    const leaving = new Promise((resolve) => left.addEventListener('abort', resolve, { once: true }))
    for (let seen = -1; !left.aborted; ) {
      const { snapshot, changed } = run
      if (snapshot.version > seen) yield snapshot
      seen = snapshot.version
      if (snapshot.endedAt !== null) return
      if (run.snapshot.version === seen) await Promise.race([changed.promise, leaving])
    }
  })

/** Snapshots of a job of another process until it ends, or is kept no more. */
export const followKept = (find: () => Promise<Job | undefined>, lookMs: number): AsyncGenerator<Job, void> =>
  untilReturned(async function* (left) {
    for (let seen = -1; !left.aborted; ) {
      const job = await find()
      if (job === undefined) return
      if (job.version !== seen) yield job
      seen = job.version
      if (job.endedAt !== null) return
      await sleep(lookMs, undefined, { signal: left }).catch(() => undefined)
    }
  })

/** A reader that leaves ends the waiting for the next change; a generator alone would wait on. */
function untilReturned(follow: (left: AbortSignal) => AsyncGenerator<Job, void>): AsyncGenerator<Job, void> {
  const left = new AbortController()
  const inner = follow(left.signal)
  const end = inner.return.bind(inner)
  return Object.assign(inner, {
    return: () => {
      left.abort()
      return end()
    },
  })
}
