import { groupBy } from './group-by.ts'

/** Up to `count` of a list, a little of each group, evenly over each. */
export function spread<T>(list: readonly T[], count: number, groupOf: (each: T) => string): T[] {
  if (list.length <= count) return [...list]
  const groups = [...groupBy(list, groupOf).values()].map((group) => evenly(group, count))
  const chosen: T[] = []
  for (let round = 0; chosen.length < count; round++) {
    for (const group of groups) {
      const each = group[round]
      if (each !== undefined && chosen.length < count) chosen.push(each)
    }
    if (groups.every((group) => group.length <= round + 1)) break
  }
  return chosen
}

function evenly<T>(list: readonly T[], count: number): T[] {
  const step = Math.max(1, list.length / count)
  return Array.from({ length: Math.min(count, list.length) }, (_, index) => list[Math.floor(index * step)]!)
}

/** The same, in any order. */
export function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((each) => ({ each, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ each }) => each)
}
