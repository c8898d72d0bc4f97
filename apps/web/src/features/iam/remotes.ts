import type { listRemoteSecrets } from '@strongroom/shared/remote-secrets'
import type * as z from 'zod/mini'

type Listed = z.infer<typeof listRemoteSecrets.reply>

/** Another system whose secret MinIO keeps: a tier, or the target of a bucket. */
export type Remote = {
  readonly id: string
  readonly name: string
  readonly detail: string
  readonly accessKey: string
  /** MinIO saves it anew without being told the secret. */
  readonly savedAlone: boolean
} & ({ readonly tier: string } | { readonly tier?: undefined; readonly bucket: string; readonly arn: string })

const BUCKET = /^buckets\/([^/]+)\//

/** Those that the item at `path` holds: all tiers lie in one item, the targets of each bucket in another. */
export function remotesOf({ tiers, targets }: Listed, path: string): Remote[] {
  const bucket = BUCKET.exec(path)?.[1]
  const shownTiers = bucket === undefined ? tiers : []
  const shownTargets = path.startsWith('config/tier-config')
    ? []
    : targets.filter((each) => each.bucket === (bucket ?? each.bucket))
  return [
    ...shownTiers.map(({ name, type, endpoint }) => ({
      id: `tier ${name}`,
      name: `Tier ${name}`,
      detail: `${type}, ${endpoint}`,
      accessKey: '',
      savedAlone: type === 's3' || type === 'azure',
      tier: name,
    })),
    ...shownTargets.map(({ bucket: from, arn, endpoint, targetBucket, accessKey }) => ({
      id: arn,
      name: `Bucket ${from} to ${targetBucket}`,
      detail: `${endpoint}, ${arn}`,
      accessKey,
      savedAlone: true,
      bucket: from,
      arn,
    })),
  ]
}
