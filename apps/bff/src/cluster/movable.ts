import type { SealState } from '@strongroom/shared/seal'
import type { ItemIdentity } from './item-kind.ts'

/** Whether a rewrite through the admin API can bring an item under the default key; if not, why and what then. */
export interface Movability {
  readonly movable: boolean
  readonly note?: string
}

const SITE_REPLICATOR = 'site-replicator-0'

/** By kind: the calls that keep an item's meaning exist, or they do not. */
export function movability({ kind, name }: ItemIdentity, state: SealState): Movability {
  if (state === 'unreadable')
    return fixed('It cannot be read, so nothing proves that a rewrite would keep its meaning.')
  switch (kind) {
    case 'service-account':
      return name === SITE_REPLICATOR
        ? fixed('MinIO made this account for site replication and keeps it itself.')
        : { movable: true }
    case 'policy-mapping':
      return name.startsWith('service-accounts/')
        ? fixed('Written by old releases and not read any more.')
        : { movable: true }
    case 'user':
    case 'group':
    case 'policy':
    case 'server-config':
      return { movable: true }
    case 'sts':
      return fixed('A temporary credential: it goes when it expires.')
    case 'config-history':
      return fixed(
        'No call rewrites a history entry. Clearing the history removes it, and with it the way back to old settings.',
      )
    case 'format':
      return fixed(formatNote(state))
    case 'tier-config':
      return fixed('Entering the secret of any tier again rewrites it.')
    default:
      return fixed('The console does not know what this item is, so it leaves it alone.')
  }
}

const fixed = (note: string): Movability => ({ movable: false, note })

/**
 * `config/iam/format.json` holds only `{"version":1}`, but at its start today's server reads it before it loads IAM: under
 * a root password that has changed since, it stops there, and `list-users` never answers. Deleted while the server is
 * stopped, it is written anew, sealed by the KMS. Both tried on the release of February 2026.
 */
const formatNote = (state: SealState) =>
  state === 'root-credentials'
    ? 'It holds no secret, but a changed root password would keep MinIO from loading IAM because of it. Way out: stop MinIO on all nodes, remove .minio.sys/config/iam/format.json from every drive, start again; MinIO writes it anew.'
    : 'It holds only a version number and no secret.'
