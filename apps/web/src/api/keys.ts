import { listKeys } from '@strongroom/shared/keys'
import { queryOptions } from '@tanstack/react-query'
import type * as z from 'zod/mini'
import { call } from './call.ts'

export type KeyRow = z.infer<typeof listKeys.reply>['keys'][number]

export interface KeyList {
  readonly keys: readonly KeyRow[]
  /** More keys are still to come. */
  readonly partial: boolean
}

/** Small, so that a first row is there soon; the rest comes in as few pages as there can be, each a whole listing of KES. */
const FIRST_PAGE = 500
const PAGE = 10_000

/** All keys, page after page: names are short, and filters then answer without a round trip. */
export const keyList = queryOptions({
  queryKey: [listKeys.path, 'all'] as const,
  queryFn: async ({ signal, client, queryKey }): Promise<KeyList> => {
    const known = client.getQueryData<KeyList>(queryKey)
    const shown = known !== undefined && !known.partial
    let keys: readonly KeyRow[] = []
    for (let after: string | undefined; ; ) {
      const limit = shown || after !== undefined ? PAGE : FIRST_PAGE
      const page = await call(listKeys, { limit, ...(after !== undefined && { after }) }, signal)
      keys = [...keys, ...page.keys]
      if (page.next === undefined) return { keys, partial: false }
      if (!shown) client.setQueryData<KeyList>(queryKey, { keys, partial: true })
      after = page.next
    }
  },
})

export const allKeys = queryOptions({ ...keyList, select: ({ keys }) => keys })
