import { AppError } from '../errors.ts'
import { getConfig } from '../minio/config.ts'
import type { Caller } from '../session/caller.ts'
import type { ItemKeys } from './item-opener.ts'
import { type KesLocks, requireReadKey } from './kes-locks.ts'
import type { AuditKeys } from './opened-item.ts'

/**
 * The console's own keys, as far as this caller may have them used: who reads the drives may not open what lies there by
 * that alone. A KMS key takes `kms:KeyStatus` on its name, asked of MinIO once for each; the root credentials take the root
 * user, or the right on the settings that a migration needs.
 */
export async function keysFor(keys: ItemKeys, locks: KesLocks, caller: Caller): Promise<AuditKeys> {
  if (caller.root) return keys
  const answers = new Map<string, Promise<boolean>>()
  const mayUseKey = (name: string) => {
    const answer = answers.get(name) ?? allowed(requireReadKey(locks, caller, name))
    answers.set(name, answer)
    return answer
  }
  // Any sub-system does: `admin:ConfigUpdate` is asked for all alike.
  const mayConfigure = await allowed(getConfig(locks.minio, caller.credentials, 'api'))
  return { ...keys, rootCredentials: mayConfigure ? keys.rootCredentials : null, mayUseKey }
}

/** What MinIO can't answer for reasons of its own counts as no. */
async function allowed(ask: Promise<unknown>): Promise<boolean> {
  try {
    await ask
    return true
  } catch (error) {
    if (error instanceof AppError && (error.code === 'not-allowed' || error.code === 'upstream-failed')) return false
    throw error
  }
}
