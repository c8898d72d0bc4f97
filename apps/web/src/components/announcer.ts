import { useSyncExternalStore } from 'react'

let message = ''
const listeners = new Set<() => void>()

/** Says `text` to people who do not see the screen. */
export function announce(text: string) {
  message = text
  for (const listener of listeners) listener()
}

export const useAnnouncement = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => message,
  )
