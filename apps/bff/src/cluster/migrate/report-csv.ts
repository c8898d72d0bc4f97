import type { MigrationReport } from '@strongroom/shared/migrations'
import type { SealCounts } from '@strongroom/shared/seal'

/**
 * A report for a spreadsheet, RFC 4180: a summary of name and value, an empty line, then a line for each item. Names come
 * from users of the cluster, so a cell that a spreadsheet would take for a formula gets an apostrophe in front.
 */
export function reportCsv(report: MigrationReport): string {
  const lines = [...summary(report), [], ['path', 'kind', 'name', 'before', 'outcome', 'compared', 'note']]
  for (const { path, kind, name, before, outcome, compared, note = '' } of report.items)
    lines.push([path, kind, name, sealText(before), outcome, compared ?? '', note])
  for (const { path, kind, name, seal, note } of report.cannotMove)
    lines.push([path, kind, name, sealText(seal), 'cannot-move', '', note])
  return lines.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')
}

function summary(report: MigrationReport): string[][] {
  const { cluster, before, after, ranBy, rotate, story } = report
  return [
    ['migration', report.id],
    ['cluster', cluster.name],
    ['version', cluster.version ?? 'not told'],
    ['deployment', cluster.deploymentId ?? 'not told'],
    ['started', report.startedAt],
    ['ended', report.endedAt],
    ['state', report.state],
    ['message', report.message],
    ['run by', ranBy.join(' ')],
    ['default key', report.defaultKey],
    ['dry run', `${report.dryRun}`],
    ['pilot', `${report.pilot}`],
    ['before', countsText(before)],
    ['after', after === null ? 'not read' : countsText(after)],
    ...story.map(({ at, text }) => [at, text]),
    ...rotate.map(({ kind, name }) => ['to be rotated', kind, name]),
  ]
}

const countsText = ({ plaintext, kms, unreadable, 'root-credentials': root }: SealCounts) =>
  [
    ...Object.entries(kms).map(([key, count]) => `${key}: ${count}`),
    `plaintext: ${plaintext}`,
    `root credentials: ${root}`,
    `unreadable: ${unreadable}`,
  ].join('; ')

const sealText = ({ state, key }: { state: string; key?: string | undefined }) =>
  key === undefined ? state : `${state} ${key}`

/** What a spreadsheet takes for a formula: at the begin of a cell, and after what parts cells in some countries. */
const FORMULA = /(^|[;\t\r\n])(?=[=+\-@])/g

function cell(text: string): string {
  const harmless = text.replace(FORMULA, "$1'")
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
