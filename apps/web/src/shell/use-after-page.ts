import { useIsFetching } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

const LONGEST_MS = 1_500

/** True once the page has what it read first, or has waited long: what stands on every page asks after it. */
export function useAfterPage(): boolean {
  const reading = useIsFetching({ predicate: ({ state }) => state.data === undefined }) > 0
  const [after, setAfter] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setAfter(true), LONGEST_MS)
    return () => clearTimeout(timer)
  }, [])
  useEffect(() => {
    if (!reading) setAfter(true)
  }, [reading])
  return after
}
