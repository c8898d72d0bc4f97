import type { Bucket } from '@strongroom/shared/buckets'

/** For tests: a bucket of which nothing is configured, nor known more than `rest` says. */
export const bucketOf = (name: string, rest: Partial<Bucket> = {}): Bucket => ({
  name,
  createdAt: null,
  encryption: { mode: 'none' },
  effective: null,
  trouble: null,
  versioning: 'off',
  locking: false,
  replication: false,
  usage: null,
  house: null,
  proof: null,
  coverage: null,
  ...rest,
})
