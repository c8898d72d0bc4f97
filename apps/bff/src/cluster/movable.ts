import type { SealState } from '@strongroom/shared/seal'
import { SITE_REPLICATOR } from '../minio/site-replication.ts'
import type { ItemIdentity } from './item-kind.ts'

/** Whether a rewrite through the admin API can bring an item under the default key; if not, why and what then. */
export interface Movability {
  readonly movable: boolean
  readonly note?: string
}

const SITE_REPLICATION = 'config/site-replication/state.json'

/** What is known of an item beside its kind and its seal. */
export interface ItemFacts {
  /** Its data key was sealed under a master key of before 2021-05: see crypto/object-key.ts. */
  readonly oldForm?: boolean
}

/** MinIO writes it in plaintext and seals it under nothing; like `format.json` it holds no secret. */
export const isSiteReplication = ({ kind, name }: ItemIdentity) => kind === 'other' && name === SITE_REPLICATION

/** By kind: the calls that keep an item's meaning exist, or they do not. */
export function movability(identity: ItemIdentity, state: SealState, { oldForm = false }: ItemFacts = {}): Movability {
  if (state === 'unreadable')
    return fixed('It cannot be read, so nothing proves that a rewrite would keep its meaning.')
  const { kind, name } = identity
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
        `No call rewrites a history entry.${state === 'plaintext' ? ' Passwords and tokens of old settings may stand in it in clear.' : ''} Clearing the history removes it, and with it the way back to old settings.`,
      )
    case 'format':
      return fixed(formatNote(state))
    case 'tier-config':
      return fixed(tierNote(state))
    case 'bucket-targets':
      return fixed(targetsNote(state, oldForm))
    case 'batch-job':
      return fixed(
        'MinIO never seals the files of batch jobs: the credentials in this one lie in clear until the job is cancelled. Cancel it once it has done its work, and change the credentials that it held.',
      )
    default:
      if (isSiteReplication(identity))
        return fixed('It names the sites and an account, and holds no secret. MinIO never seals it.')
      return fixed('The console does not know what this item is, so it leaves it alone.')
  }
}

const fixed = (note: string): Movability => ({ movable: false, note })

const tierNote = (state: SealState) =>
  state === 'plaintext'
    ? 'The credentials of all tiers lie in it in clear. Seal it again on this page: MinIO then saves the whole file under its default key. For tiers of type minio it wants the secret of one of them entered again.'
    : 'To bring it under a new default key, seal it again on this page: MinIO then saves the whole file. For tiers of type minio it wants the secret of one of them entered again.'

/** Tried on the release of February 2026; the old form opens under no key of today, whatever its bytes. */
function targetsNote(state: SealState, oldForm: boolean): string {
  if (oldForm)
    return 'It was sealed under a master key in the form of before May 2021, which no MinIO of today opens, not even with the same bytes as its key: replication from this bucket stands still. Enter the secret of the target again on this page; where MinIO refuses that, remove the target and make it anew.'
  return state === 'plaintext'
    ? 'Credentials of the replication target lie in it in clear. MinIO seals it at its next start with a KMS; Seal again on this page does so at once.'
    : 'To bring it under a new default key, seal it again on this page: MinIO tries the stored secret at the target, and saves it anew.'
}

/**
 * `config/iam/format.json` holds only `{"version":1}`, but at its start today's server reads it before it loads IAM: under
 * a root password that has changed since, it stops there, and `list-users` never answers. Deleted while the server is
 * stopped, it is written anew, sealed by the KMS. Both tried on the release of February 2026.
 */
const formatNote = (state: SealState) =>
  state === 'root-credentials'
    ? 'It holds no secret, but a changed root password would keep MinIO from loading IAM because of it. Way out: stop MinIO on all nodes, remove .minio.sys/config/iam/format.json from every drive, start again; MinIO writes it anew.'
    : 'It holds only a version number and no secret.'
