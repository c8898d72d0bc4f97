import type { IamAudit, IamItem } from '@strongroom/shared/iam'
import { sealTotal } from '@strongroom/shared/seal'
import { type AuditReport, exitCodeOf, isFinding, isHarmless, isUnreadable, type Needs } from './audit-needs.ts'
import { nextSteps } from './audit-next.ts'
import type { DriveReport } from './drive-report.ts'

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
    section('Not under a KMS key', itemLines(items.filter(isFinding))),
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
  1: 'Findings: items that no KMS key seals.',
  2: 'Not everything could be judged.',
}

const section = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? '' : `\n${title}\n${lines.map((line) => `  ${line}\n`).join('')}`

const LAYOUTS = {
  erasure: 'erasure',
  fs: 'FS: one drive with raw files, as servers wrote it until 2022; today’s MinIO does not start on it',
}

function driveLines({ deploymentId, folders, layout, total, unseenSets }: DriveReport, audit: IamAudit) {
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
    `Marker  backend-encrypted is ${audit.legacyMarker ? 'there: the one-time migration of 2021 never ended on these drives' : 'not there'}`,
    '',
  ].join('\n')
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

function itemLines(items: readonly IamItem[]): string[] {
  const lines = items.slice(0, LONGEST).map((item) => `${item.path}: ${reasonOf(item)}`)
  return items.length > LONGEST ? [...lines, `and ${items.length - LONGEST} more: --json lists all`] : lines
}

function reasonOf({ state, opened, note }: IamItem): string {
  if (state === 'plaintext') return 'in plaintext'
  if (state === 'root-credentials')
    return opened === 'no-key' ? 'under root credentials that are not among the given ones' : 'under root credentials'
  if (opened === 'failed') return 'the key at hand does not open it'
  return note ?? 'no whole copy of it was found'
}
