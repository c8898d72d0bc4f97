import type { IamAudit, IamItem } from '@strongroom/shared/iam'
import { sealTotal } from '@strongroom/shared/seal'
import {
  type AuditReport,
  exitCodeOf,
  isFinding,
  isHarmless,
  isUnopened,
  isUnreadable,
  type Needs,
  staleCopies,
} from './audit-needs.ts'
import { nextSteps } from './audit-next.ts'
import type { DriveReport } from './drive-report.ts'
import { printable } from './printable.ts'

/** Lists longer than this are cut; `--json` has every item. */
const LONGEST = 20

/** The report for people: names of items, keys and root users, and no secret. */
export function auditText(report: AuditReport): string {
  const { audit, items, drives, needs } = report
  return [
    driveLines(drives, audit),
    section('What seals the items', [...sealLines(audit), ...openedLines(audit)]),
    section('By kind', kindTable(audit)),
    section('What opens them', needLines(needs)),
    section('Unreadable', itemLines(items.filter(isUnreadable))),
    section('Not opened: no key was at hand', cut(items.filter(isUnopened).map(({ path }) => path))),
    section('Not under a KMS key', itemLines(items.filter(isFinding))),
    section('An older copy lies on some drives', staleLines(items)),
    section('Plaintext that does not count', itemLines(items.filter(isHarmless))),
    section(
      'What to do next',
      nextSteps(report).map((step) => `- ${step}`),
    ),
    `\n${VERDICTS[exitCodeOf(report)]}\n`,
  ].join('')
}

const VERDICTS: Readonly<Record<number, string>> = {
  0: 'Every item that was seen is sealed by a KMS key.',
  1: 'Findings: items that no KMS key seals, or older copies of items.',
  2: 'Not everything could be judged.',
}

const section = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? '' : `\n${title}\n${lines.map((line) => `  ${printable(line)}\n`).join('')}`

const LAYOUTS = {
  erasure: 'erasure',
  fs: 'FS: one drive with raw files, as servers wrote it until 2022; today’s MinIO does not start on it',
}

function driveLines({ deploymentId, folders, layout, total, unseenSets, unplaced }: DriveReport, audit: IamAudit) {
  const missing = folders.filter(({ trouble }) => trouble !== null)
  const found = folders.length - missing.length
  return [
    `Cluster ${deploymentId ?? 'without a deployment id'}, volume ${audit.volume}`,
    `Layout  ${layout === null ? 'not known' : LAYOUTS[layout]}`,
    `Drives  ${found} of ${total ?? 'an unknown number'} found`,
    ...missing.map(({ path, trouble }) => `        ${path}: ${trouble}`),
    ...(unseenSets > 0
      ? [
          `        ${unseenSets} erasure ${unseenSets === 1 ? 'set has' : 'sets have'} no drive here: their items are not seen`,
        ]
      : []),
    ...(unplaced > 0
      ? [
          `        ${unplaced} of the folders named ${unplaced === 1 ? 'is' : 'are'} no drive of the sets seen here: of another pool nothing is seen`,
        ]
      : []),
    `Marker  backend-encrypted is ${audit.legacyMarker ? 'there: the one-time migration of 2021 never ended on these drives' : 'not there'}`,
    '',
  ]
    .map(printable)
    .join('\n')
}

function sealLines({ counts, total }: IamAudit): string[] {
  const rows: [number, string][] = [
    ...Object.entries(counts.kms).map(([name, count]): [number, string] => [count, `under the KMS key ${name}`]),
    [counts['root-credentials'], 'under root credentials'],
    [counts.plaintext, 'in plaintext'],
    [counts.unreadable, 'unreadable'],
  ]
  const width = `${total}`.length
  return [...rows.filter(([count]) => count > 0), [total, 'in all'] as const].map(
    ([count, words]) => `${`${count}`.padStart(width)} ${words}`,
  )
}

const openedLines = ({ opened }: IamAudit) =>
  opened === null
    ? []
    : [`Of these ${opened.opened} were opened; for ${opened.noKey} no key was at hand; ${opened.failed} did not open.`]

function kindTable({ byKind }: IamAudit): string[] {
  const head = ['', 'all', 'KMS', 'root', 'plain', 'unreadable']
  const rows = byKind.map(({ kind, counts }) => [
    kind,
    ...[
      sealTotal(counts),
      Object.values(counts.kms).reduce((sum, count) => sum + count, 0),
      counts['root-credentials'],
      counts.plaintext,
      counts.unreadable,
    ].map(String),
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)))
  return [head, ...rows].map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  )
}

function needLines({ rootCredentials, keys }: Needs): string[] {
  const lines = keys.map(({ name, items }) => `KMS key ${name}: ${itemsInWords(items)}`)
  if (rootCredentials === null) return lines
  const { items, tried, unopened } = rootCredentials
  lines.push(`Root credentials of the day they were written: ${itemsInWords(items)}`)
  for (const { source, user, opens } of tried) {
    lines.push(`  ${source} (user ${user}) ${opens === 0 ? 'opens none' : `opens ${itemsInWords(opens)}`}`)
  }
  if (tried.length > 0 && unopened > 0) lines.push(`  none of them opens ${itemsInWords(unopened)}`)
  return lines
}

export const itemsInWords = (count: number) => (count === 1 ? '1 item' : `${count} items`)

const itemLines = (items: readonly IamItem[]) => cut(items.map((item) => `${item.path}: ${reasonOf(item)}`))

const staleLines = (items: readonly IamItem[]) =>
  cut(
    items
      .filter((item) => staleCopies(item) > 0)
      .map((item) => `${item.path}: on ${staleCopies(item) === 1 ? '1 drive' : `${staleCopies(item)} drives`}`),
  )

const cut = (lines: readonly string[]): readonly string[] =>
  lines.length > LONGEST ? [...lines.slice(0, LONGEST), `and ${lines.length - LONGEST} more: --json lists all`] : lines

function reasonOf({ state, opened, note }: IamItem): string {
  if (state === 'plaintext') return 'in plaintext'
  if (state === 'root-credentials')
    return opened === 'no-key' ? 'under root credentials that are not among the given ones' : 'under root credentials'
  if (opened === 'failed') return 'the key at hand does not open it'
  return note ?? 'no whole copy of it was found'
}
