import { type IamAudit, listAuditItems } from '@strongroom/shared/iam'
import { keepPreviousData, queryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo } from 'react'
import { call } from '../../api/call.ts'
import { FIRST_ITEMS } from '../../api/first-page.ts'
import type { ItemFilter } from './item-filter.ts'
import { PlanTally } from './migration-plan.ts'

/** A page is checked in one go, and that must not be felt. */
const PAGE = 500
/** So many come by themselves, so that the table has its length early; the rest comes when it is scrolled to. */
const AT_ONCE = 10_000

/** The items of one audit that the filter lets through. They never change, so they are read once. */
export function useItems({ id }: IamAudit, filter: ItemFilter) {
  const result = useInfiniteQuery({
    queryKey: [listAuditItems.path, id, filter],
    queryFn: ({ pageParam, signal }) =>
      call(
        listAuditItems,
        { ...filter, ...(pageParam ? { limit: PAGE, after: pageParam } : { limit: FIRST_ITEMS }) },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  })
  const { data, error, isPlaceholderData, hasNextPage, isFetching, fetchNextPage, refetch } = result
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items), [data])
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage])
  const loaded = rows?.length ?? 0
  useEffect(() => {
    if (!isPlaceholderData && !error && loaded > 0 && loaded < AT_ONCE) more()
  }, [isPlaceholderData, error, loaded, more])
  return { rows, more, hasNextPage, error, retry: () => void refetch() }
}

/** The figures of a migration of what `audit` found. */
export const planOf = ({ id, defaultKey }: IamAudit) =>
  queryOptions({
    queryKey: [listAuditItems.path, id, 'plan'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const tally = new PlanTally(defaultKey)
      for (let after: string | undefined; ; ) {
        const page = await call(listAuditItems, { limit: PAGE, ...(after !== undefined && { after }) }, signal)
        tally.add(page.items)
        if (page.next === undefined) return tally.plan()
        after = page.next
      }
    },
  })
