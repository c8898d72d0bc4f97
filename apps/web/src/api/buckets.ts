import { type Bucket, listBuckets } from '@strongroom/shared/buckets'
import { queryOptions } from '@tanstack/react-query'
import { idle } from '../lib/idle.ts'
import { call } from './call.ts'
import { FIRST_BUCKETS } from './first-page.ts'

export interface BucketList {
  readonly buckets: readonly Bucket[]
  /** How many MinIO shows to the caller. */
  readonly total: number
  /** More are still to come. */
  readonly partial: boolean
  readonly checkedAt: string
}

/** All buckets: filters, counts and selections then need no round trip. After a small first page all come in one call. */
export const bucketList = queryOptions({
  queryKey: [listBuckets.path, 'all'] as const,
  queryFn: async ({ signal, client, queryKey }): Promise<BucketList> => {
    const known = client.getQueryData<BucketList>(queryKey)
    const shown = known !== undefined && !known.partial
    let buckets: readonly Bucket[] = []
    for (let after: string | undefined; ; ) {
      const page = await call(listBuckets, pageAfter(after, shown), signal)
      buckets = [...buckets, ...page.buckets]
      const { total, checkedAt, next } = page
      if (next === undefined) return { buckets, total, partial: false, checkedAt }
      if (!shown) {
        client.setQueryData<BucketList>(queryKey, { buckets, total, partial: true, checkedAt })
        await idle() // The rest must not be in the way of the first rows.
      }
      after = next
    }
  },
})

/** Undefined until all are there: for what judges the whole house. */
export const wholeBucketList = queryOptions({
  ...bucketList,
  select: (list): BucketList | undefined => (list.partial ? undefined : list),
})

const pageAfter = (after: string | undefined, shown: boolean) => {
  if (after !== undefined) return { after }
  return shown ? {} : { limit: FIRST_BUCKETS }
}
