import { randomUUID } from 'node:crypto'
import type { AuditDepth, IamAudit, IamItem } from '@strongroom/shared/iam'
import type { Progress, Work } from '../jobs/job.ts'
import { turns } from '../turns.ts'
import { type LookedAt, lookAt } from './audit-item.ts'
import type { ItemBatch, ItemSource } from './item-source.ts'
import { type AuditKeys, openAll } from './opened-item.ts'
import { countSeals, isToMove } from './seal-counts.ts'

/** What an audit looks at, and with what. */
export interface AuditScope {
  /** The running cluster, or folders of drives. */
  readonly source: ItemSource
  /** Drives the cluster has; null when that can't be told. */
  readonly drivesTotal: number | null
  readonly defaultKey: string | null
  /** Access keys of the temporary credentials that console sessions hold. */
  readonly ownAccessKeys: ReadonlySet<string>
  readonly depth: AuditDepth
  /** What opens items with depth `opened`; null: nothing is at hand, so only plaintext counts as opened. */
  readonly keys: AuditKeys | null
}

export interface AuditResult {
  readonly audit: IamAudit
  /** By path. */
  readonly items: readonly IamItem[]
}

/** How far an audit is. */
export interface AuditProgress {
  readonly done: number
  /** Null until names tell how many there are. */
  readonly total: number | null
}

/**
 * Reads each item once and says what seals it. Content is looked at, counted, and wiped at once.
 *
 * @throws AppError when the drives, or with depth `opened` KES, can't be asked
 */
export async function takeAudit(
  scope: AuditScope,
  signal?: AbortSignal,
  onProgress?: (progress: AuditProgress) => void,
): Promise<AuditResult> {
  const audit = auditing(scope, signal)
  for (;;) {
    const step = await audit.next()
    if (step.done) return step.value
    onProgress?.(step.value)
  }
}

/** The job that reads the drives and hands the result to `keep`, which gives it back compared with the audit before. */
export const auditWork = (scope: AuditScope, keep: (result: AuditResult) => Promise<AuditResult>): Work =>
  async function* (signal) {
    yield { message: 'Reading the drives.' }
    const audit = auditing(scope, signal)
    let step = await audit.next()
    for (; !step.done; step = await audit.next()) yield step.value
    const result = await keep(step.value)
    yield closing(result)
  }

function closing({ audit: { total, counts, drives, regressed, opened, stale } }: AuditResult): Progress {
  const said = [
    `Read ${total} items via ${drives.observed} ${drives.observed === 1 ? 'drive' : 'drives'}.`,
    ...(opened === null
      ? []
      : [`Opened ${opened.opened}; ${opened.noKey} without a key at hand; ${opened.failed} did not open.`]),
    ...(stale > 0 ? [`Of ${stale} some drives hold older copies.`] : []),
    ...(regressed > 0 ? [`${regressed} lie in plaintext that were sealed at the audit before.`] : []),
  ]
  return { done: total, total, seals: counts, message: said.join(' ') }
}

async function* auditing(
  scope: AuditScope,
  signal: AbortSignal | undefined,
): AsyncGenerator<AuditProgress, AuditResult> {
  const began = performance.now()
  const items: IamItem[] = []
  const drives = new Set<string>()
  let done = 0
  for await (const batch of scope.source.batches(signal)) {
    items.push(...(await look(batch, scope, signal)))
    for (const drive of batch.drives) drives.add(drive)
    done += batch.items.length
    yield { done, total: batch.expected === undefined ? null : Math.max(batch.expected, done) }
  }
  const legacyMarker = await scope.source.legacyMarker()
  const sorted = items.sort((one, other) => (one.path < other.path ? -1 : 1))
  // Where no copy could be read, nothing says how many drives should hold one.
  const told = sorted.map((item) => (item.drives === 0 ? { ...item, drives: drives.size } : item))
  return { audit: summarise(told, { scope, observed: drives.size, legacyMarker, began }), items: told }
}

async function look(batch: ItemBatch, scope: AuditScope, signal: AbortSignal | undefined): Promise<IamItem[]> {
  const turn = turns()
  try {
    const looked: LookedAt[] = []
    for (const stored of batch.items) {
      const found = lookAt(stored, scope.ownAccessKeys)
      if (found !== undefined) looked.push(found)
      await turn()
    }
    if (scope.depth === 'names') return looked.map(({ item }) => item)
    return await openAll(looked, scope.keys, scope.source.volume, signal)
  } finally {
    for (const { bytes } of batch.items) bytes?.fill(0)
  }
}

interface Taken {
  readonly scope: AuditScope
  readonly observed: number
  readonly legacyMarker: boolean
  readonly began: number
}

function summarise(items: readonly IamItem[], { scope, observed, legacyMarker, began }: Taken): IamAudit {
  const kinds = [...new Set(items.map(({ kind }) => kind))].sort()
  const outcome = (wanted: IamItem['opened']) => items.filter(({ opened }) => opened === wanted).length
  return {
    id: randomUUID(),
    takenAt: new Date().toISOString(),
    tookMs: Math.round(performance.now() - began),
    counts: countSeals(items),
    byKind: kinds.map((kind) => ({ kind, counts: countSeals(items.filter((item) => item.kind === kind)) })),
    total: items.length,
    toMove: items.filter((item) => isToMove(item, scope.defaultKey)).length,
    stale: items.filter(({ stale = 0 }) => stale > 0).length,
    drives: { observed, total: scope.drivesTotal },
    legacyMarker,
    defaultKey: scope.defaultKey,
    depth: scope.depth,
    opened:
      scope.depth === 'names'
        ? null
        : { opened: outcome('opened'), noKey: outcome('no-key'), failed: outcome('failed') },
    volume: scope.source.volume,
    // Known once it is compared with the audit before: see audit-store.ts.
    regressed: 0,
  }
}
