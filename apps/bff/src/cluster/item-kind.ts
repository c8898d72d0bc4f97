import type { ItemKind } from '@strongroom/shared/iam'

/** What an item below the system volume is, by its path alone. */
export interface ItemIdentity {
  readonly kind: ItemKind
  /** The user, access key, group, policy …; for a mapping `users/alice`, `groups/hr` or `sts-users/…`. */
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
]

/** Layout of `.minio.sys/config`: MinIO cmd/iam-store.go (prefixes) and cmd/config-common.go. */
export function identify(path: string): ItemIdentity {
  for (const [pattern, kind] of PATTERNS) {
    const found = pattern.exec(path)
    if (found) return { kind, name: found[1]! }
  }
  return { kind: 'other', name: path }
}
