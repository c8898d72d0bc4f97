import type { KesStatus } from '@strongroom/shared/kms'
import { healthOf } from './health.ts'
import type { DefaultKey } from './hops.ts'
import { attempt, STATUS, saysKeystoreGone } from './status-reply.ts'
import type { Kes } from './transport.ts'

/**
 * How each endpoint is, asked at once, within three seconds. Never throws: `trouble` and `hops` tell. An endpoint that
 * kept silent is not waited for again: it is shown as last seen, and looked at meanwhile.
 *
 * @param defaultKey absent: the last hop stays unknown
 */
export const readKesStatus = (kes: Kes, defaultKey: DefaultKey | null = null): Promise<KesStatus[]> =>
  healthOf(kes).read(defaultKey)

export const KEYSTORE_GONE =
  'KES can’t reach its keystore, so it can’t tell which keys there are. Look at the keystore (sealed Vault, expired credential, missing folder) before anything else.'

/** Why "key does not exist" can't be believed now; null when it can, or when nobody may ask. */
export async function keystoreTrouble(kes: Kes): Promise<string | null> {
  const { reply, error } = await attempt(() => kes.call(STATUS))
  if (error) return error.code === 'not-allowed' ? null : error.detail
  return saysKeystoreGone(reply) ? KEYSTORE_GONE : null
}
