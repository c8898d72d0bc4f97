import { useSyncExternalStore } from 'react'

let expired = false
const listeners = new Set<() => void>()

function set(value: boolean) {
  if (expired === value) return
  expired = value
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Set by any call that is told that nobody is signed in; the shell then asks for a sign-in over the page. */
export const sessionEnded = () => set(true)
export const sessionRenewed = () => set(false)
export const useSessionEnded = () => useSyncExternalStore(subscribe, () => expired)
