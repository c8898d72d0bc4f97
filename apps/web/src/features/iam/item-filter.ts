import { type IamAudit, ItemKind, listAuditItems } from '@strongroom/shared/iam'
import { SealState, sealTotal } from '@strongroom/shared/seal'
import type * as z from 'zod/mini'
import { countIn } from '../../lib/seal.ts'

export type ItemFilter = Pick<z.input<typeof listAuditItems.input>, 'state' | 'key' | 'kind' | 'opened' | 'text'>

/** Members of the URL's query that filter the items; `seal` is a state, or `kms:<key>`. */
export const filterParams = ['seal', 'kind', 'opened', 'q'] as const

const Opened = listAuditItems.input.shape.opened

/** What the URL says wrongly is no filter. */
export function filterOf(param: Record<(typeof filterParams)[number], string>): ItemFilter {
  const key = param.seal.startsWith('kms:') ? param.seal.slice('kms:'.length) : undefined
  const state = SealState.safeParse(key === undefined ? param.seal : 'kms').data
  const kind = ItemKind.safeParse(param.kind).data
  const opened = param.opened ? Opened.safeParse(param.opened).data : undefined
  return {
    ...(state && { state }),
    ...(key !== undefined && { key }),
    ...(kind && { kind }),
    ...(opened && { opened }),
    ...(param.q && { text: param.q.slice(0, 200) }),
  }
}

/** How many items of `audit` the filter lets through, as far as its counts tell; null: only the items do. */
export function countOf(audit: IamAudit, { state, key, kind, opened, text }: ItemFilter): number | null {
  if (text) return null
  if (opened) return state || kind || !audit.opened ? null : audit.opened[opened === 'no-key' ? 'noKey' : opened]
  const counts = kind ? audit.byKind.find((each) => each.kind === kind)?.counts : audit.counts
  if (!counts) return 0
  if (key !== undefined) return countIn(counts, `kms:${key}`)
  if (state === 'kms') return Object.values(counts.kms).reduce((sum, items) => sum + items, 0)
  return state ? counts[state] : sealTotal(counts)
}
