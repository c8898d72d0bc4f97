import { useSyncExternalStore } from 'react'

const SHOWN_MS = 6_000
let text: string | null = null
let timer = 0
const listeners = new Set<() => void>()

function show(next: string | null) {
  text = next
  for (const listener of listeners) listener()
}

/** Says that an act is done, where the page itself does not show it at once. Never an error. */
export function toast(words: string) {
  clearTimeout(timer)
  show(words)
  timer = window.setTimeout(() => show(null), SHOWN_MS)
}

export const useToast = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => text,
  )
