import type { Bucket } from '@strongroom/shared/buckets'
import type { KeyUse } from '@strongroom/shared/key-deletion'
import { placed } from './key-use-place.ts'

const { inUse, free, unknown } = placed('bucket-defaults')

/** Every bucket of the cluster, as far as the caller may see. */
export interface BucketsSeen {
  readonly buckets: readonly Pick<Bucket, 'name' | 'encryption'>[]
  /** Buckets that lie on the drives and that MinIO does not list to the caller. */
  readonly unlisted: readonly string[]
  readonly at: string
}

/** Buckets whose default encryption names this key: a write there fails without it. */
export function bucketDefaultsUse(name: string, seen: BucketsSeen | { readonly trouble: string }): KeyUse {
  if ('trouble' in seen) return unknown(`The buckets could not be listed. ${seen.trouble}`, { href: '/buckets' })
  const { buckets, unlisted, at } = seen
  const told = { at, href: '/buckets' }
  const users = buckets.filter(({ encryption }) => encryption?.mode === 'sse-kms' && encryption.key === name)
  if (users.length > 0)
    return inUse(
      'Buckets encrypt with it by default: writing there fails without it. Set another key or clear the default.',
      {
        ...told,
        count: users.length,
        examples: users.map((bucket) => bucket.name),
      },
    )
  const unread = buckets.filter(({ encryption }) => encryption === null).map((bucket) => bucket.name)
  if (unread.length + unlisted.length > 0)
    return unknown(
      `The default encryption of ${unread.length + unlisted.length} buckets could not be read. Sign in as somebody who may list all buckets (s3:ListAllMyBuckets) and read it (s3:GetEncryptionConfiguration).`,
      { ...told, examples: [...unread, ...unlisted] },
    )
  return free(`Of ${buckets.length} buckets none has it as its default.`, told)
}
