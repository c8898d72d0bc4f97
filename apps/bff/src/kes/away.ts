import { setTimeout as sleep } from 'node:timers/promises'
import { healthOf } from './health.ts'
import { readKesStatus } from './status.ts'
import type { Kes } from './transport.ts'

/** With every KES endpoint refusing connections MinIO was seen to need 4 s for an answer that says so. */
const PATIENCE_MS = 4_000
/** The console begins to look for itself, since that takes its time too. */
const LOOK_AFTER_MS = 1_000
/** While KES is known to hang there is nothing to wait for. */
const SHORT_PATIENCE_MS = 1_000

/**
 * What `asked` becomes; or `away`, once it has kept silent for a while and the console sees for itself that no KES endpoint
 * is well. What is slow for another reason is waited for.
 */
export async function untilKesIsAway<T>(kes: Kes, asked: Promise<T>, away: () => Promise<T>): Promise<T> {
  const ended = new AbortController()
  try {
    return await Promise.race([asked, seenAway(kes, ended.signal).then(away)])
  } finally {
    ended.abort()
    asked.catch(() => undefined) // nobody waits for it any more
  }
}

/** Resolves when no endpoint is well, and stays pending otherwise. */
async function seenAway(kes: Kes, signal: AbortSignal): Promise<void> {
  const wait = (ms: number) => sleep(ms, undefined, { signal, ref: false })
  try {
    const hangs = healthOf(kes).hangs()
    const waited = wait(hangs ? SHORT_PATIENCE_MS : PATIENCE_MS)
    if (!hangs) await wait(LOOK_AFTER_MS)
    for (;;) {
      const [statuses] = await Promise.all([readKesStatus(kes), waited])
      if (statuses.every(({ trouble }) => trouble !== null)) return
      await wait(LOOK_AFTER_MS)
    }
  } catch (error) {
    if (!signal.aborted) throw error
    return new Promise(() => undefined)
  }
}
