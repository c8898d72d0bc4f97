import type { IamItem, ItemChange, ItemKind, ItemSeal } from '@strongroom/shared/iam'
import type { SealState } from '@strongroom/shared/seal'

/** How one item differs between two audits. */
export interface AuditDifference {
  readonly path: string
  readonly kind: ItemKind
  readonly name: string
  readonly change: ItemChange
  readonly before: ItemSeal | null
  readonly after: ItemSeal | null
}

export interface AuditComparison {
  readonly counts: Readonly<Record<ItemChange | 'unchanged', number>>
  /** The worst first, then by path. */
  readonly changes: readonly AuditDifference[]
}

/** From the worst on. */
const ORDER: readonly ItemChange[] = ['regressed', 'moved', 'appeared', 'gone', 'rewritten']

/** What differs between two audits; each path is in it once. */
export function compareItems(before: readonly IamItem[], after: readonly IamItem[]): AuditComparison {
  const old = new Map(before.map((item) => [item.path, item]))
  const now = new Map(after.map((item) => [item.path, item]))
  const counts = { regressed: 0, moved: 0, appeared: 0, gone: 0, rewritten: 0, unchanged: 0 }
  const changes: AuditDifference[] = []
  for (const path of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(path), now.get(path)]
    const change = changeOf(was, is)
    counts[change] += 1
    if (change === 'unchanged') continue
    const { kind, name } = (is ?? was)!
    changes.push({ path, kind, name, change, before: was ? sealOf(was) : null, after: is ? sealOf(is) : null })
  }
  const rank = ({ change }: AuditDifference) => ORDER.indexOf(change)
  changes.sort((one, other) => rank(one) - rank(other) || (one.path < other.path ? -1 : 1))
  return { counts, changes }
}

/** Paths of items that were sealed and lie in plaintext now. */
export function becamePlaintext(before: readonly IamItem[], after: readonly IamItem[]): string[] {
  const sealed = new Set(before.filter(isSealed).map(({ path }) => path))
  return after.filter(({ state, path }) => state === 'plaintext' && sealed.has(path)).map(({ path }) => path)
}

const isSealed = ({ state }: IamItem) => state === 'kms' || state === 'root-credentials'

/** How well an item is sealed. Whether one can be read at all is told first: what can't be is no weaker than plaintext. */
const STRENGTH: Record<SealState, number> = { kms: 2, 'root-credentials': 1, plaintext: 0, unreadable: 0 }

function changeOf(was: IamItem | undefined, is: IamItem | undefined): ItemChange | 'unchanged' {
  if (was === undefined) return 'appeared'
  if (is === undefined) return 'gone'
  if (isReadable(was) && !isReadable(is)) return 'regressed'
  if (STRENGTH[is.state] < STRENGTH[was.state]) return 'regressed'
  if (was.state !== is.state || was.key !== is.key) return 'moved'
  return sameBytes(was, is) ? 'unchanged' : 'rewritten'
}

/** Opened items count for more than their headers: one that stopped opening can't be read by MinIO either. */
const isReadable = ({ state, opened }: IamItem) => state !== 'unreadable' && opened !== 'failed'

/** Of plaintext no hash is kept, so only another size tells. */
const sameBytes = (was: IamItem, is: IamItem) => was.sha256 === is.sha256 && was.sizeBytes === is.sizeBytes

const sealOf = ({ state, key }: IamItem): ItemSeal => ({ state, ...(key !== undefined && { key }) })
