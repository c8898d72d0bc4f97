import type { IamAudit, IamItem } from '@strongroom/shared/iam'
import { classify, classifyTierConfig, type Seal } from '../crypto/classify.ts'
import type { Work } from '../jobs/job.ts'
import { type DriveReader, readItem, readItems, type StoredItem } from './drive-reader.ts'
import { identify } from './item-kind.ts'
import { movability } from './movable.ts'
import { countSeals, isToMove } from './seal-counts.ts'

/** What an audit needs besides the drives. */
export interface AuditScope {
  readonly reader: DriveReader
  /** Drives the cluster has; null when that can't be told. */
  readonly drivesTotal: number | null
  readonly defaultKey: string | null
  /** Access keys of the temporary credentials that console sessions hold. */
  readonly ownAccessKeys: ReadonlySet<string>
}

export interface AuditResult {
  readonly audit: IamAudit
  /** By path. */
  readonly items: readonly IamItem[]
}

/** Reads the drives once and says what seals each item. Content is looked at, counted, and wiped at once. */
export async function takeAudit(scope: AuditScope): Promise<AuditResult> {
  const [{ items: stored, drives }, marker] = await Promise.all([
    readItems(scope.reader, 'config'),
    readItem(scope.reader, 'backend-encrypted'),
  ])
  const observed = drives.size
  const items = stored
    .map((item) => describe(item, observed, scope))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
  for (const { bytes } of stored) bytes?.fill(0)
  return { audit: summarise(items, observed, marker !== undefined, scope), items }
}

/** The job that reads the drives and hands the result to `keep`. */
export const auditWork = (scope: AuditScope, keep: (result: AuditResult) => Promise<void>): Work =>
  async function* () {
    yield { message: 'Reading the drives through inspect-data.' }
    const result = await takeAudit(scope)
    await keep(result)
    const { total, counts, drives } = result.audit
    yield {
      done: total,
      total,
      seals: counts,
      message: `Read ${total} items via ${drives.observed} ${drives.observed === 1 ? 'drive' : 'drives'}.`,
    }
  }

function describe(stored: StoredItem, drives: number, scope: AuditScope): IamItem {
  const identity = identify(stored.path)
  const { state, key } = sealOf(stored)
  const { movable, note } = movability(identity, state)
  const told = stored.trouble ?? note
  return {
    path: stored.path,
    ...identity,
    state,
    ...(key !== undefined && { key }),
    movable,
    ...(told !== undefined && { note: told }),
    ...(identity.kind === 'sts' && { own: scope.ownAccessKeys.has(identity.name) }),
    sizeBytes: stored.bytes?.length ?? 0,
    copies: stored.copies,
    drives,
  }
}

function sealOf({ path, bytes, metaSys }: StoredItem): Seal {
  if (bytes === undefined) return { state: 'unreadable' }
  return path === 'config/tier-config.bin' ? classifyTierConfig(metaSys) : classify(path, bytes)
}

function summarise(items: readonly IamItem[], observed: number, legacyMarker: boolean, scope: AuditScope): IamAudit {
  const kinds = [...new Set(items.map(({ kind }) => kind))].sort()
  return {
    takenAt: new Date().toISOString(),
    counts: countSeals(items),
    byKind: kinds.map((kind) => ({ kind, counts: countSeals(items.filter((item) => item.kind === kind)) })),
    total: items.length,
    toMove: items.filter((item) => isToMove(item, scope.defaultKey)).length,
    drives: { observed, total: scope.drivesTotal },
    legacyMarker,
    defaultKey: scope.defaultKey,
    depth: 'names',
  }
}
