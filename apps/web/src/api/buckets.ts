import { type Bucket, listBuckets } from '@strongroom/shared/buckets'
import { queryOptions } from '@tanstack/react-query'
import { call } from './call.ts'

export interface BucketList {
  readonly buckets: readonly Bucket[]
  /** How many MinIO shows to the caller. */
  readonly total: number
  /** More are still to come. */
  readonly partial: boolean
  readonly checkedAt: string
}

/** Small, so that a first row is there soon; the rest comes in one more call. */
const FIRST_PAGE = 200

/** All buckets: filters, counts and selections then need no round trip. Once they are shown they are read again in one call. */
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
      if (!shown) client.setQueryData<BucketList>(queryKey, { buckets, total, partial: true, checkedAt })
      after = next
    }
  },
})

const pageAfter = (after: string | undefined, shown: boolean) => {
  if (after !== undefined) return { after }
  return shown ? {} : { limit: FIRST_PAGE }
}
