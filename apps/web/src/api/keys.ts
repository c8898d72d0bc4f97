import { listKeys } from '@strongroom/shared/keys'
import { queryOptions } from '@tanstack/react-query'
import type * as z from 'zod/mini'
import { idle } from '../lib/idle.ts'
import { call } from './call.ts'
import { FIRST_KEYS } from './first-page.ts'

export type KeyRow = z.infer<typeof listKeys.reply>['keys'][number]

export interface KeyList {
  readonly keys: readonly KeyRow[]
  /** More keys are still to come. */
  readonly partial: boolean
}

/** What follows the first page comes in as few as there can be: each is a whole listing of KES. */
const PAGE = 10_000

/** All keys, page after page: names are short, and filters then answer without a round trip. */
export const keyList = queryOptions({
  queryKey: [listKeys.path, 'all'] as const,
  queryFn: async ({ signal, client, queryKey }): Promise<KeyList> => {
    const known = client.getQueryData<KeyList>(queryKey)
    const shown = known !== undefined && !known.partial
    let keys: readonly KeyRow[] = []
    for (let after: string | undefined; ; ) {
      const limit = shown || after !== undefined ? PAGE : FIRST_KEYS
      const page = await call(listKeys, { limit, ...(after !== undefined && { after }) }, signal)
      keys = [...keys, ...page.keys]
      if (page.next === undefined) return { keys, partial: false }
      if (!shown) {
        client.setQueryData<KeyList>(queryKey, { keys, partial: true })
        await idle() // The rest must not be in the way of the first rows.
      }
      after = page.next
    }
  },
})

export const allKeys = queryOptions({ ...keyList, select: ({ keys }) => keys })
