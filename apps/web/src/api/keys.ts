import { listKeys } from '@strongroom/shared/keys'
import { queryOptions } from '@tanstack/react-query'
import { call } from './call.ts'

const PAGE = 10_000

/** All key names, page after page: names are short, and filters then answer without a round trip. */
export const allKeys = queryOptions({
  queryKey: [listKeys.path, 'all'],
  queryFn: async ({ signal }) => {
    const keys: { name: string; isDefault: boolean }[] = []
    for (let after: string | undefined; ; ) {
      const page = await call(listKeys, { limit: PAGE, ...(after !== undefined && { after }) }, signal)
      keys.push(...page.keys)
      if (page.next === undefined) return keys
      after = page.next
    }
  },
})
