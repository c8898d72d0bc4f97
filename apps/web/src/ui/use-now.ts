import { useEffect, useState, useSyncExternalStore } from 'react'

const TICK_MS = 5_000
let now = Date.now()
const listeners = new Set<() => void>()
let timer = 0

function subscribe(listener: () => void) {
  if (listeners.size === 0) timer = window.setInterval(tick, TICK_MS)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) clearInterval(timer)
  }
}

function tick() {
  now = Date.now()
  for (const listener of listeners) listener()
}

/** The time in milliseconds, in steps of five seconds, one clock for all that is shown. */
export const useNow = () =>
  useSyncExternalStore(subscribe, () => {
    if (Date.now() - now > TICK_MS) now = Date.now()
    return now
  })

/** The time in milliseconds, in steps of a second: for what counts down while it is looked at. */
export function useSecond() {
  const [second, setSecond] = useState(Date.now)
  useEffect(() => {
    const each = window.setInterval(() => setSecond(Date.now()), 1_000)
    return () => clearInterval(each)
  }, [])
  return second
}
