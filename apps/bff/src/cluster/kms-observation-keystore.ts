import type { KesStatus, Kms } from '@strongroom/shared/kms'
import { healthOf } from '../kes/health.ts'
import type { Kes } from '../kes/transport.ts'

/**
 * Whether MinIO lives on what its KES still holds in memory: endpoints answer, and none of those reaches its keystore.
 *
 * @param offlineMs `cache.expiry.offline` of KES, as told; null: not told; 0: it has no offline cache
 */
export function cachedOnly(
  kes: Kes | null,
  endpoints: readonly KesStatus[],
  offlineMs: number | null,
): Kms['cachedOnly'] {
  const answering = endpoints.filter(({ keystoreReachable }) => keystoreReachable !== null)
  if (kes === null || answering.length === 0 || answering.some(({ keystoreReachable }) => keystoreReachable))
    return null
  const seen = answering.flatMap(({ url }) => healthOf(kes).keystoreGoneSince(url) ?? [])
  const since = seen.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? new Date()
  const known = offlineMs !== null && offlineMs > 0
  return {
    since: since.toISOString(),
    until: known ? new Date(since.getTime() + offlineMs).toISOString() : null,
    detail: known ? AT_THE_LATEST : offlineMs === 0 ? NO_OFFLINE_CACHE : NOT_TOLD,
  }
}

/** KES drops what it holds at ticks of its own, each an offline time after the one before, since its start. */
const AT_THE_LATEST =
  'Keys that KES holds in memory work until then at the latest; each may go earlier, and what is gone does not come back before the keystore does.'
const NO_OFFLINE_CACHE =
  'KES has no offline cache, so keys leave its memory at their usual time: within 5 minutes unless its cache.expiry says otherwise, and one that nobody asks for within 30 seconds.'
const NOT_TOLD =
  'What KES holds in memory works for a while: 5 minutes is its default, and cache.expiry in its configuration sets it. Tell the console in STRONGROOM_KES_OFFLINE_CACHE, and it can say until when.'
