import type { IamItem, RootRotation } from '@strongroom/shared/iam'
import type { AuditResult } from './audit.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const VOLUMES = new Set(['.minio.sys', '.kypello.sys'])
const SHOWN = 5

export interface RootRotationGround {
  readonly latest: Pick<AuditResult, 'audit' | 'items'> | null
  /** Service accounts of the root user, or why they are not known. */
  readonly rootAccounts: readonly string[] | { readonly unknown: string }
  readonly now: Date
}

/**
 * Whether MinIO would still read all it needs after its next start with another root password. It opens nothing by itself:
 * what the last audit saw on the drives decides, and what that could not see makes the answer `unknown`.
 */
export function judgeRootRotation({ latest, rootAccounts, now }: RootRotationGround): RootRotation {
  const accounts = 'unknown' in rootAccounts ? null : rootAccounts
  const known = { takenAt: latest?.audit.takenAt ?? null, rootAccounts: accounts && [...accounts] }
  if (latest === null)
    return {
      ...known,
      verdict: 'unknown',
      reasons: ['The drives have not been read yet. Read them first.'],
      underRoot: null,
      temporary: null,
    }
  const underRoot = latest.items.filter(({ state }) => state === 'root-credentials')
  const temporary = latest.items.filter(({ kind }) => kind === 'sts').length
  const figures = { ...known, underRoot: underRoot.length, temporary }
  const lost = reasonsAgainst(underRoot)
  const doubts = doubtsAbout(latest, now)
  if (lost.length > 0) return { ...figures, verdict: 'not-safe', reasons: [...lost, ...doubts] }
  if (doubts.length > 0) return { ...figures, verdict: 'unknown', reasons: doubts }
  return { ...figures, verdict: 'safe', reasons: whatHappens(underRoot, temporary, rootAccounts) }
}

/** Read at no start: old settings, temporary credentials (which end in any case), and mappings that only old releases read. */
const outlivesUnread = ({ kind, name }: IamItem) =>
  kind === 'config-history' || kind === 'sts' || (kind === 'policy-mapping' && name.startsWith('service-accounts/'))

function reasonsAgainst(underRoot: readonly IamItem[]): string[] {
  const needed = underRoot.filter((item) => !outlivesUnread(item))
  const format = needed.find(({ kind }) => kind === 'format')
  const others = needed.filter((item) => item !== format)
  return [
    ...(others.length > 0
      ? [
          `${count(others.length, 'item that MinIO reads at its start is', 'items that MinIO reads at its start are')} sealed under today’s root password: ${listed(others)}. After a change MinIO would start, say it is healthy, and let nobody in but root. Migrate them first, with the old password in place.`,
        ]
      : []),
    ...(format ? [`${format.path} is sealed under today’s root password. ${format.note ?? ''}`.trim()] : []),
  ]
}

function doubtsAbout({ audit, items }: Pick<AuditResult, 'audit' | 'items'>, now: Date): string[] {
  const { observed, total } = audit.drives
  const unreadable = audit.counts.unreadable
  return [
    ...(now.getTime() - Date.parse(audit.takenAt) > DAY_MS
      ? ['The drives were read more than a day ago. Read them again.']
      : []),
    ...(total === null ? ['How many drives the cluster has is not known, so some may not have been read.'] : []),
    ...(total !== null && observed < total
      ? [`Only ${observed} of ${total} drives were read. Bring the others back, and read them again.`]
      : []),
    ...(unreadable > 0
      ? [`${count(unreadable, 'item', 'items')} could not be read, so what seals them is not known.`]
      : []),
    ...(audit.stale > 0
      ? [`Some drives hold older copies of ${count(audit.stale, 'item', 'items')}: heal them, and read them again.`]
      : []),
    ...(VOLUMES.has(audit.volume) ? [] : ['The drives hold no volume of the cluster’s own that the console knows.']),
    ...(items.some(({ path }) => path.startsWith('config/iam/'))
      ? []
      : [
          'There is nothing of users and policies on the drives: they may be kept in etcd, which the console can’t read.',
        ]),
  ]
}

function whatHappens(
  underRoot: readonly IamItem[],
  temporary: number,
  rootAccounts: RootRotationGround['rootAccounts'],
): string[] {
  const history = underRoot.filter(({ kind }) => kind === 'config-history').length
  return [
    `${count(temporary, 'temporary credential ends', 'temporary credentials end')} at the next start with the new password, and with them every sign-in of this console; they do not come back with the old one. Where sites replicate each other they may go on.`,
    ...('unknown' in rootAccounts
      ? [`The root user’s own service accounts could not be listed. ${rootAccounts.unknown}`]
      : [
          rootAccounts.length === 0
            ? 'The root user has no service accounts of its own.'
            : `${count(rootAccounts.length, 'service account', 'service accounts')} of the root user keep working with a new password. They belong to the name in MINIO_ROOT_USER: with another name they stay behind without a parent, so make new ones for a user first.`,
        ]),
    ...(history > 0
      ? [
          `${count(history, 'entry', 'entries')} of the config history can no longer be read afterwards. MinIO needs none of them to start; clear the history if old settings are not wanted.`,
        ]
      : []),
  ]
}

const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`

function listed(items: readonly IamItem[]): string {
  const paths = items.slice(0, SHOWN).map(({ path }) => path)
  return items.length > SHOWN ? `${paths.join(', ')} and ${items.length - SHOWN} more` : paths.join(', ')
}
