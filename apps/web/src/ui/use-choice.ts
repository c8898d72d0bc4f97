import { useCallback, useLayoutEffect, useMemo, useRef } from 'react'
import { type Chosen, extentOf, withAll, withRange } from './row-choice.ts'

export interface Choosing {
  readonly chosen: Chosen
  readonly onChoose: (chosen: Chosen) => void
}

/**
 * The selection of a table. `set` never changes, so that a row is drawn anew only when its own state does; with `range` it
 * sets all rows from the one set last.
 */
export function useChoice(keys: readonly string[], choosing: Choosing | undefined) {
  const last = useRef<string | null>(null)
  const now = useRef({ keys, choosing })
  useLayoutEffect(() => {
    now.current = { keys, choosing }
  })
  const set = useCallback((key: string, on: boolean, range: boolean) => {
    const { keys: shown, choosing: current } = now.current
    if (!current) return
    current.onChoose(withRange(current.chosen, shown, range ? last.current : null, key, on))
    last.current = key
  }, [])
  const chosen = choosing?.chosen
  const extent = useMemo(() => (chosen ? extentOf(chosen, keys) : 'none'), [chosen, keys])
  const setAll = () => choosing?.onChoose(withAll(choosing.chosen, keys, extent !== 'all'))
  return { set, extent, setAll }
}
