import type { KeyUse } from '@strongroom/shared/key-deletion'

/** Names told of each place. */
const EXAMPLES = 5

type Told = Partial<Pick<KeyUse, 'count' | 'at' | 'href'>> & { readonly examples?: readonly string[] }

function use(place: KeyUse['place'], verdict: KeyUse['verdict'], detail: string, told: Told): KeyUse {
  const { count = null, examples = [], at = null, href = null } = told
  return { place, verdict, count, examples: examples.slice(0, EXAMPLES), detail, at, href }
}

/** Makes what is said of one place. `unknown` is for what can't be excluded: it stands in the way as use does. */
export const placed = (place: KeyUse['place']) => ({
  inUse: (detail: string, told: Told = {}) => use(place, 'in-use', detail, told),
  free: (detail: string, told: Told = {}) => use(place, 'free', detail, { count: 0, ...told }),
  unknown: (detail: string, told: Told = {}) => use(place, 'unknown', detail, told),
})
