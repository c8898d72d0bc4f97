import { useCallback } from 'react'
import { useSearchParams } from 'wouter'

/** One member of the URL's query; '' when it is absent. Setting it replaces the entry in the history. */
export function useUrlParam(name: string): [string, (value: string | null) => void] {
  const [params, setParams] = useSearchParams()
  const set = useCallback(
    (value: string | null) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before)
          if (value) next.set(name, value)
          else next.delete(name)
          return next
        },
        { replace: true },
      ),
    [name, setParams],
  )
  return [params.get(name) ?? '', set]
}
