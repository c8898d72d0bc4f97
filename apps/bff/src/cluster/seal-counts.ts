import type { IamItem } from '@strongroom/shared/iam'
import type { SealCounts } from '@strongroom/shared/seal'

/** Counts items by what seals them. */
export function countSeals(items: Iterable<Pick<IamItem, 'state' | 'key'>>): SealCounts {
  const counts: SealCounts = { plaintext: 0, 'root-credentials': 0, kms: {}, unreadable: 0 }
  for (const { state, key = '' } of items) {
    if (state === 'kms') counts.kms[key] = (counts.kms[key] ?? 0) + 1
    else counts[state] += 1
  }
  return counts
}

/** Whether a migration to `defaultKey` has this item still before it. */
export const isToMove = (
  { movable, state, key }: Pick<IamItem, 'movable' | 'state' | 'key'>,
  defaultKey: string | null,
) => movable && defaultKey !== null && !(state === 'kms' && key === defaultKey)
