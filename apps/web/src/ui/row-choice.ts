/** Keys of rows that are selected in a table. */
export type Chosen = ReadonlySet<string>

/** All of `keys` selected, or none of them; what else is selected stays. */
export function withAll(chosen: Chosen, keys: readonly string[], on: boolean): Chosen {
  const next = new Set(chosen)
  for (const key of keys) {
    if (on) next.add(key)
    else next.delete(key)
  }
  return next
}

/** From the row that was set last to this one, in the order of the table; without a last one that is still shown, this one alone. */
export function withRange(chosen: Chosen, keys: readonly string[], last: string | null, key: string, on: boolean) {
  const to = keys.indexOf(key)
  const from = last === null ? -1 : keys.indexOf(last)
  if (from < 0) return withAll(chosen, [key], on)
  return withAll(chosen, keys.slice(Math.min(from, to), Math.max(from, to) + 1), on)
}

/** How much of `keys` is selected, for a check box with three states. */
export function extentOf(chosen: Chosen, keys: readonly string[]): 'none' | 'some' | 'all' {
  const count = countChosen(chosen, keys)
  if (count === 0) return 'none'
  return count === keys.length ? 'all' : 'some'
}

/** How many of `keys` are selected. */
export const countChosen = (chosen: Chosen, keys: readonly string[]) =>
  chosen.size === 0 ? 0 : keys.reduce((sum, key) => sum + Number(chosen.has(key)), 0)
