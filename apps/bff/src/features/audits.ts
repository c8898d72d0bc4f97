import {
  type AuditHead,
  compareAudits,
  type IamAudit,
  type IamItem,
  listAuditItems,
  listAudits,
  readAudit,
  startAudit,
} from '@strongroom/shared/iam'
import { auditWork } from '../cluster/audit.ts'
import { clusterScope } from '../cluster/audit-scope.ts'
import { compareItems } from '../cluster/compare-audits.ts'
import { keysFor } from '../cluster/opening-rights.ts'
import { type Console, driveReader, itemKeys, kesLocks, minioFor, requireDriveReading } from '../console.ts'
import { bind, type Router } from '../http/bind.ts'
import type { Work } from '../jobs/job.ts'

export function auditRoutes(router: Router, console: Console) {
  const { audits, jobs } = console

  bind(router, startAudit, async ({ depth }, c) => {
    await requireDriveReading(console, c)
    const access = minioFor(console, c)
    const [locks, { caller }] = [kesLocks(console, c), c.var]
    const work: Work = async function* (signal, resumed) {
      const keys = depth === 'opened' ? await itemKeys(console) : null
      using _staticKey = keys?.staticKey?.material
      const reader = await driveReader(console, access)
      const theirs = keys && (await keysFor(keys, locks, caller))
      const scope = await clusterScope(reader, { depth, keys: theirs, ownAccessKeys: console.ownKeys.names })
      yield* auditWork(scope, (result) => audits.keep(result))(signal, resumed)
    }
    return jobs.start({ kind: 'iam-audit', target: null, startedBy: c.var.caller.account, unit: 'items' }, work)
  })

  bind(router, listAudits, async (_, c) => {
    await requireDriveReading(console, c)
    await audits.refresh()
    return { audits: audits.heads.map(headOf) }
  })

  bind(router, readAudit, async (_, c) => {
    await requireDriveReading(console, c)
    await audits.refresh()
    return audits.require().audit
  })

  bind(router, listAuditItems, async ({ after, limit, ...filter }, c) => {
    await requireDriveReading(console, c)
    await audits.refresh()
    const { items } = audits.require()
    // An audit may have been taken since the page before: its items go on by path, not by place.
    const start = after === undefined ? 0 : items.findIndex(({ path }) => path > after)
    return page(items, start, limit, (item) => matches(item, filter))
  })

  bind(router, compareAudits, async ({ from, to, change, after, limit }, c) => {
    await requireDriveReading(console, c)
    await audits.refresh()
    const [before, now] = await Promise.all([audits.read(from), audits.read(to)])
    const { counts, changes } = compareItems(before.items, now.items)
    const start = after === undefined ? 0 : changes.findIndex(({ path }) => path === after) + 1
    const { items, ...next } = page(changes, start, limit, (each) => change === undefined || each.change === change)
    return { from: headOf(before.audit), to: headOf(now.audit), counts, changes: items, ...next }
  })
}

const headOf = ({ id, takenAt, counts, total, depth, defaultKey, drives, regressed }: IamAudit): AuditHead => ({
  id,
  takenAt,
  counts,
  total,
  depth,
  defaultKey,
  drives,
  regressed,
})

/** From a place in the list on, none where it is below zero; `next` where there is more. */
function page<T extends { readonly path: string }>(
  list: readonly T[],
  start: number,
  limit: number,
  wanted: (each: T) => boolean,
): { items: T[]; next?: string } {
  const items: T[] = []
  for (const each of start < 0 ? [] : list.slice(start)) {
    if (!wanted(each)) continue
    if (items.length === limit) return { items, next: items.at(-1)!.path }
    items.push(each)
  }
  return { items }
}

type Filter = { [Name in 'state' | 'kind' | 'key' | 'opened' | 'text']?: string | undefined }

function matches(item: IamItem, { state, kind, key, opened, text }: Filter): boolean {
  if (state !== undefined && item.state !== state) return false
  if (kind !== undefined && item.kind !== kind) return false
  if (key !== undefined && item.key !== key) return false
  if (opened !== undefined && item.opened !== opened) return false
  const wanted = text?.toLowerCase()
  return wanted === undefined || `${item.path}\n${item.name}`.toLowerCase().includes(wanted)
}
