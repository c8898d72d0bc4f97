import type { MigrationReport, ReportedItem } from '@strongroom/shared/migrations'
import type { Tone } from '../../ui/Note.tsx'

type Outcome = ReportedItem['outcome']

/** Worst first: so the filters stand in a row, too. */
export const outcomes: readonly { id: Outcome; label: string; tone?: Tone }[] = [
  { id: 'failed', label: 'Failed', tone: 'critical' },
  { id: 'not-reached', label: 'Not reached', tone: 'warning' },
  { id: 'left', label: 'Left where it was' },
  { id: 'planned', label: 'Planned' },
  { id: 'moved', label: 'Moved' },
  { id: 'there', label: 'There already' },
]

export const outcomeWord = (outcome: Outcome) => outcomes.find(({ id }) => id === outcome)!.label

export const comparedWords: Record<NonNullable<ReportedItem['compared']>, string> = {
  content: 'Content equal before and after',
  answers: 'MinIO’s answers equal',
}

/** What kind of run it was. */
export const runWords = ({ dryRun, pilot }: Pick<MigrationReport, 'dryRun' | 'pilot'>) =>
  dryRun ? 'Dry run: nothing was written' : pilot ? 'Pilot: one item of each kind' : 'All items'

/** Names by kind, for a list that people read. */
export const byKind = <Item extends { kind: string; name: string }>(items: readonly Item[]) =>
  grouped(items, ({ kind }) => kind).map(([kind, same]) => ({ kind, names: same.map(({ name }) => name) }))

/** Items by the way out that is the same for many. */
export const byNote = <Item extends { note: string }>(items: readonly Item[]) =>
  grouped(items, ({ note }) => note).map(([note, same]) => ({ note, items: same }))

/** By what `of` says of each, in the order of the list. */
function grouped<Item>(items: readonly Item[], of: (item: Item) => string): [string, Item[]][] {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const same = groups.get(of(item))
    if (same) same.push(item)
    else groups.set(of(item), [item])
  }
  return [...groups]
}

/** The items that the outcome and the text in path or name let through. */
export function matchingItems(items: readonly ReportedItem[], outcome: string, text: string) {
  const wanted = text.toLowerCase()
  return items.filter(
    (item) =>
      (!outcome || item.outcome === outcome) &&
      (!wanted || item.path.toLowerCase().includes(wanted) || item.name.toLowerCase().includes(wanted)),
  )
}
