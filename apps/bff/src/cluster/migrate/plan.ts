import type { IamItem } from '@strongroom/shared/iam'
import { isToMove } from '../seal-counts.ts'
import { REWRITE_ORDER } from './item-rewrite.ts'

/** What is to be moved, in its order. */
export interface Plan {
  /** One item of each kind, so that what goes wrong with a kind goes wrong once. */
  readonly pilot: readonly IamItem[]
  /**
   * The others by kind: what others refer to comes first, and in the end what earlier runs stopped at. No kind is begun
   * before the one before it has ended.
   */
  readonly rest: readonly (readonly IamItem[])[]
}

/**
 * @param items by path
 * @param stoppedAt paths at which earlier runs stopped, so that the others do not wait for them again
 */
export function planOf(items: readonly IamItem[], defaultKey: string, stoppedAt: ReadonlySet<string>): Plan {
  const toMove = items.filter((item) => isToMove(item, defaultKey))
  const byKind = (some: readonly IamItem[]) => REWRITE_ORDER.map((kind) => some.filter((item) => item.kind === kind))
  const kinds = byKind(toMove.filter(({ path }) => !stoppedAt.has(path)))
  const last = byKind(toMove.filter(({ path }) => stoppedAt.has(path)))
  return {
    pilot: kinds.flatMap((ofKind) => ofKind.slice(0, 1)),
    rest: [...kinds.map((ofKind) => ofKind.slice(1)), ...last].filter((ofKind) => ofKind.length > 0),
  }
}

/** All of it, in its order. */
export const inOrder = ({ pilot, rest }: Plan): IamItem[] => [...pilot, ...rest.flat()]
