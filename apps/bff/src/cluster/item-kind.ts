import type { ItemKind } from '@strongroom/shared/iam'

/** What an item below the system volume is, by its path alone. */
export interface ItemIdentity {
  readonly kind: ItemKind
  /** The user, access key, group, policy, bucket, job …; for a mapping `users/alice`, `groups/hr` or `sts-users/…`. */
  readonly name: string
}

const PATTERNS: readonly [RegExp, ItemKind][] = [
  [/^config\/iam\/users\/(.+)\/identity\.json$/, 'user'],
  [/^config\/iam\/service-accounts\/(.+)\/identity\.json$/, 'service-account'],
  [/^config\/iam\/sts\/(.+)\/identity\.json$/, 'sts'],
  [/^config\/iam\/groups\/(.+)\/members\.json$/, 'group'],
  [/^config\/iam\/policies\/(.+)\/policy\.json$/, 'policy'],
  [/^config\/iam\/policydb\/(.+)\.json$/, 'policy-mapping'],
  [/^config\/iam\/(format\.json)$/, 'format'],
  [/^config\/(config\.json)$/, 'server-config'],
  [/^config\/history\/(.+)\.kv$/, 'config-history'],
  [/^config\/(tier-config\.bin)$/, 'tier-config'],
  [/^buckets\/([^/]+)\/\.metadata\.bin$/, 'bucket-targets'],
  [/^batch-jobs\/([^/]+)$/, 'batch-job'],
]

/**
 * Layout of the system volume: MinIO cmd/iam-store.go (prefixes), cmd/config-common.go, cmd/bucket-metadata.go,
 * cmd/batch-handlers.go. Names of LDAP users may hold slashes.
 */
export function identify(path: string): ItemIdentity {
  for (const [pattern, kind] of PATTERNS) {
    const found = pattern.exec(path)
    if (found) return { kind, name: found[1]! }
  }
  return { kind: 'other', name: path }
}
