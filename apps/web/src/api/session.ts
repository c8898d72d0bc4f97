import { useSyncExternalStore } from 'react'

/** Why a sign-in is asked for over the page; null: it is not. */
let asked: string | null = null
const listeners = new Set<() => void>()

function set(value: string | null) {
  if (asked === value) return
  asked = value
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Called by any call that wants a sign-in first, with its own reason; the shell then asks for it over the page. */
export const askForSignIn = (why: string) => set(why)
export const sessionRenewed = () => set(null)
export const useSignInAsked = () => useSyncExternalStore(subscribe, () => asked)
