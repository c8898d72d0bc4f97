import type { KeyRow } from '../../api/keys.ts'

/** What `state=` in the URL may say, in the order of urgency. */
export const keyStates = ['replaced', 'missing', 'unknown', 'marked', 'quarantined', 'opens', 'none'] as const
export type KeyState = (typeof keyStates)[number]

/** `none`: the console keeps no canary for it. */
const isIn = (state: KeyState) => {
  if (state === 'marked' || state === 'quarantined') return ({ deletion }: KeyRow) => deletion === state
  const canary = state === 'none' ? null : state
  return (key: KeyRow) => key.canary === canary
}

export const keyStateOf = (text: string): KeyState | undefined => keyStates.find((state) => state === text)

/** How many keys are in each state that has any. */
export const countStates = (keys: readonly KeyRow[]) =>
  keyStates.map((state) => ({ state, count: keys.filter(isIn(state)).length })).filter(({ count }) => count > 0)

export function matchingKeys(keys: readonly KeyRow[], text: string, state: KeyState | undefined) {
  const wanted = text.trim().toLowerCase()
  const found = wanted === '' ? keys : keys.filter(({ name }) => name.toLowerCase().includes(wanted))
  return state ? found.filter(isIn(state)) : found
}
