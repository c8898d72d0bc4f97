import type { Endpoint } from '@strongroom/shared/endpoint'
import {
  type FetchQueryOptions,
  MutationCache,
  QueryCache,
  QueryClient,
  type QueryKey,
  queryOptions,
  useMutation,
} from '@tanstack/react-query'
import type * as z from 'zod/mini'
import { call } from './call.ts'
import { type ApiFailure, isPassing, wantsSignIn } from './failure.ts'
import { askForSignIn } from './session.ts'

declare module '@tanstack/react-query' {
  interface Register {
    /** `call` throws nothing else. */
    defaultError: ApiFailure
  }
}

const RECOVER_MS = 5_000

const noteSignIn = (error: ApiFailure) => {
  if (wantsSignIn(error)) askForSignIn(error.message)
}

/** The page asked for what is not so any more: somebody else changed it, so what is shown is read again. */
const noteOutdated = ({ code }: ApiFailure) => {
  if (code === 'not-found' || code === 'already-exists' || code === 'conflict') void queryClient.invalidateQueries()
}

/** `always`: the console may well be on this machine, whatever the browser thinks of its network. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noteSignIn }),
  mutationCache: new MutationCache({
    onError: (error) => {
      noteSignIn(error)
      noteOutdated(error)
    },
  }),
  defaultOptions: {
    queries: {
      networkMode: 'always',
      staleTime: 5_000,
      retry: false,
      refetchInterval: ({ state }) => recovering(state.error) || false,
    },
    mutations: { networkMode: 'always' },
  },
})

const recovering = (error: ApiFailure | null) => (error && isPassing(error) ? RECOVER_MS : 0)

/** A refetch interval in milliseconds that becomes shorter while the last read failed for a passing reason. */
export const every =
  (ms: number) =>
  ({ state }: { state: { error: ApiFailure | null } }) =>
    Math.min(ms, recovering(state.error) || ms)

/** Options for reading `endpoint`. The path leads the query key, so `invalidate(listKeys)` reaches each read of it. */
export const query = <In extends z.ZodMiniObject, Out extends z.ZodMiniType>(
  endpoint: Endpoint<In, Out>,
  input: z.input<In>,
) =>
  queryOptions({
    queryKey: [endpoint.path, input] as const,
    queryFn: ({ signal }): Promise<z.output<Out>> => call(endpoint, input, signal),
  })

/** A beginning of a read that a page will want: it asks at once, unless the same was asked for before. */
export const early =
  <Data, Key extends QueryKey>(options: FetchQueryOptions<Data, ApiFailure, Data, Key> & { queryKey: Key }) =>
  () => {
    if (!queryClient.getQueryState(options.queryKey)) void queryClient.prefetchQuery(options)
  }

export const invalidate = (...endpoints: Pick<Endpoint, 'path'>[]) =>
  Promise.all(endpoints.map(({ path }) => queryClient.invalidateQueries({ queryKey: [path] })))

/** Calls `endpoint` when asked. Not for secrets: the input stays in the mutation cache. */
export const useCall = <In extends z.ZodMiniObject, Out extends z.ZodMiniType>(
  endpoint: Endpoint<In, Out>,
  onSuccess?: (reply: z.output<Out>, input: z.input<In>) => unknown,
) => useMutation({ mutationFn: (input: z.input<In>) => call(endpoint, input), ...(onSuccess && { onSuccess }) })
