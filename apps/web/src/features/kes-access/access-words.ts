import type { KesAct, KesIdentityInfo } from '@strongroom/shared/kes-access'

export const knownWords: Record<NonNullable<KesIdentityInfo['known']>, string> = {
  console: 'this console, observing',
  'console-prove': 'this console, proving',
  'console-import': 'this console, creating and importing',
  'console-delete': 'this console, deleting',
  minio: 'MinIO',
}

/** What may be asked for, and what its name is a name of; null: the act has none. */
export const actWords: Record<KesAct, { word: string; name: string | null }> = {
  generate: { word: 'Generate a data key', name: 'Key' },
  decrypt: { word: 'Decrypt', name: 'Key' },
  encrypt: { word: 'Encrypt', name: 'Key' },
  hmac: { word: 'Compute an HMAC', name: 'Key' },
  create: { word: 'Create a key', name: 'Key' },
  import: { word: 'Import a key', name: 'Key' },
  describe: { word: 'Describe a key', name: 'Key' },
  list: { word: 'List keys', name: 'Prefix' },
  delete: { word: 'Delete a key', name: 'Key' },
  'policy-describe': { word: 'Describe a policy', name: 'Policy' },
  'policy-read': { word: 'Read a policy', name: 'Policy' },
  'policy-list': { word: 'List policies', name: 'Prefix' },
  'identity-describe': { word: 'Describe an identity', name: 'Identity' },
  'identity-list': { word: 'List identities', name: 'Prefix' },
  status: { word: 'Ask for the status', name: null },
  ready: { word: 'Ask whether it is ready', name: null },
  metrics: { word: 'Read the metrics', name: null },
  api: { word: 'List the APIs', name: null },
  'log-audit': { word: 'Follow the audit log', name: null },
  'log-error': { word: 'Follow the error log', name: null },
}

export const shortIdentity = (identity: string) =>
  identity.length > 20 ? `${identity.slice(0, 8)}…${identity.slice(-8)}` : identity

/** Who it is, as far as it is known, its policy, and its beginning and end. */
export const identityWords = ({ identity, known, admin, policy }: KesIdentityInfo) =>
  [admin ? 'admin of KES' : known && knownWords[known], policy, shortIdentity(identity)].filter(Boolean).join(' · ')
