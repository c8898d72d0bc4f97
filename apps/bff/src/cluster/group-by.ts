/** What a list holds, by what `of` says of each, in the order of the list. */
export function groupBy<T>(list: readonly T[], of: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const each of list) {
    const group = groups.get(of(each))
    if (group === undefined) groups.set(of(each), [each])
    else group.push(each)
  }
  return groups
}
