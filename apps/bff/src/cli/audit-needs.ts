import type { IamAudit, IamItem } from '@strongroom/shared/iam'
import type { DriveReport } from './drive-report.ts'

/** Which of the root credentials that were tried opens how much. */
export interface Tried {
  /** Where they come from: `/etc/default/minio`, `line 2 of old-roots.txt`. */
  readonly source: string
  readonly user: string
  readonly opens: number
}

/** With what the items open that are sealed. */
export interface Needs {
  /** Null: no item is under root credentials. */
  readonly rootCredentials: {
    readonly items: number
    readonly tried: readonly Tried[]
    /** Items that none of those opens. */
    readonly unopened: number
  } | null
  /** KMS keys by name, the one that seals most first. */
  readonly keys: readonly { readonly name: string; readonly items: number }[]
}

export interface AuditReport {
  readonly audit: IamAudit
  readonly items: readonly IamItem[]
  readonly drives: DriveReport
  readonly needs: Needs
}

export function needsOf({ counts }: IamAudit, tried: readonly Tried[]): Needs {
  const items = counts['root-credentials']
  const opened = tried.reduce((sum, { opens }) => sum + opens, 0)
  return {
    rootCredentials: items === 0 ? null : { items, tried, unopened: items - opened },
    keys: Object.entries(counts.kms)
      .map(([name, count]) => ({ name, items: count }))
      .sort((one, other) => other.items - one.items),
  }
}

/** It names sites and an account, and MinIO never seals it; see movable.ts. */
const SITE_REPLICATION = 'config/site-replication/state.json'

/** Plaintext that gives nothing away and that no call can seal. */
export const isHarmless = ({ kind, state, path }: Pick<IamItem, 'kind' | 'state' | 'path'>) =>
  state === 'plaintext' && (kind === 'format' || path === SITE_REPLICATION)

/** An item that should be under a KMS key and is not. */
export const isFinding = (item: Pick<IamItem, 'kind' | 'state' | 'path'>) =>
  (item.state === 'plaintext' || item.state === 'root-credentials') && !isHarmless(item)

/** What an older copy is sealed by, the newest one does not say. */
export const staleCopies = (item: IamItem & { readonly stale?: number | undefined }) => item.stale ?? 0

export const isUnreadable = ({ state, opened }: Pick<IamItem, 'state' | 'opened'>) =>
  state === 'unreadable' || opened === 'failed'

/** It was to be opened, and nothing that was given opens it. */
export const isUnopened = ({ opened }: Pick<IamItem, 'opened'>) => opened === 'no-key'

export const EXIT = { sealed: 0, findings: 1, unreadable: 2 } as const

/** 2 as soon as something can't be judged: then 0 or 1 would be said of a part only. */
export function exitCodeOf({ items, drives }: Pick<AuditReport, 'items' | 'drives'>): number {
  const { unseenSets, unplaced } = drives
  if (items.length === 0 || unseenSets + unplaced > 0) return EXIT.unreadable
  if (items.some((item) => isUnreadable(item) || isUnopened(item))) return EXIT.unreadable
  return items.some((item) => isFinding(item) || staleCopies(item) > 0) ? EXIT.findings : EXIT.sealed
}
