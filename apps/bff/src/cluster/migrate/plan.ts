import type { IamItem } from '@strongroom/shared/iam'
import { isToMove } from '../seal-counts.ts'
import { REWRITE_ORDER } from './item-rewrite.ts'

/** What is to be moved, in its order. */
export interface Plan {
  /** One item of each kind, so that what goes wrong with a kind goes wrong once. */
  readonly pilot: readonly IamItem[]
  /** The others by kind: what others refer to comes first. No kind is begun before the one before it has ended. */
  readonly rest: readonly (readonly IamItem[])[]
}

/** @param items by path */
export function planOf(items: readonly IamItem[], defaultKey: string): Plan {
  const toMove = items.filter((item) => isToMove(item, defaultKey))
  const kinds = REWRITE_ORDER.map((kind) => toMove.filter((item) => item.kind === kind))
  return {
    pilot: kinds.flatMap((ofKind) => ofKind.slice(0, 1)),
    rest: kinds.map((ofKind) => ofKind.slice(1)).filter((ofKind) => ofKind.length > 0),
  }
}

/** All of it, in its order. */
export const inOrder = ({ pilot, rest }: Plan): IamItem[] => [...pilot, ...rest.flat()]
