import { setTimeout as sleep } from 'node:timers/promises'
import type { KesStatus } from '@strongroom/shared/kms'
import { AppError } from '../errors.ts'
import { healthOf } from './health.ts'
import { readKesStatus } from './status.ts'
import type { Kes, KesCall } from './transport.ts'

/** With every KES endpoint refusing connections MinIO was seen to need 4 s for an answer that says so. */
const PATIENCE_MS = 4_000
/** The console begins to look for itself, since that takes its time too. */
const LOOK_AFTER_MS = 750
/** While KES is known to hang there is nothing to wait for. */
const SHORT_PATIENCE_MS = 500
/** An endpoint that hung is told as last seen while it is looked at again; what is older than this is no ground. */
const STALE_MS = 30_000

/**
 * What `asked` becomes; or `away`, once it has kept silent for a while and the console sees for itself that no KES endpoint
 * is well. What is slow for another reason is waited for.
 */
export async function untilAway<T>(
  kes: Kes,
  asked: Promise<T>,
  away: (seen: readonly KesStatus[]) => Promise<T>,
): Promise<T> {
  const ended = new AbortController()
  try {
    return await Promise.race([asked, seenAway(kes, ended.signal).then(away)])
  } finally {
    ended.abort()
    asked.catch(() => undefined) // nobody waits for it any more
  }
}

/** Resolves when no endpoint is well; never, when `signal` comes first. */
async function seenAway(kes: Kes, signal: AbortSignal): Promise<readonly KesStatus[]> {
  const wait = (ms: number) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined)
  const health = healthOf(kes)
  const knownToHang = health.hangs()
  const patience = wait(knownToHang ? SHORT_PATIENCE_MS : PATIENCE_MS)
  await (knownToHang ? patience : wait(LOOK_AFTER_MS))
  while (!signal.aborted) {
    const seen = await readKesStatus(kes)
    const since = Date.now() - STALE_MS
    const away = seen.every(({ trouble, checkedAt }) => trouble !== null && Date.parse(checkedAt) > since)
    // Who refuses connections lets MinIO answer; who keeps silent has been waited for by the look itself.
    await (away ? health.hangs() || patience : wait(LOOK_AFTER_MS))
    if (away && !signal.aborted) return seen
  }
  return new Promise(() => undefined)
}

/** `kes`, whose questions end when no endpoint is well. What has a limit of its own, or changes something, has its time. */
export function impatient(kes: Kes): Kes {
  const door: Kes = {
    urls: kes.urls,
    get identity() {
      return kes.identity
    },
    ask: (url, call) => briefly(call, kes.ask(url, call)),
    hear: (url, call) => kes.hear(url, call),
    look: (url, timeoutMs) => kes.look(url, timeoutMs),
    close: () => kes.close(),
    call: (call) => briefly(call, kes.call(call)),
  }
  const briefly = ({ method, timeoutMs }: KesCall, asked: Promise<unknown>) =>
    method === 'GET' && timeoutMs === undefined ? untilAway(door, asked, troubled) : asked
  return door
}

async function troubled([first]: readonly KesStatus[]): Promise<never> {
  throw new AppError('upstream-unreachable', first?.trouble ?? 'KES does not answer.')
}
