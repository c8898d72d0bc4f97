import type { MigrationReport } from '@strongroom/shared/migrations'
import { describe, expect, test } from 'vitest'
import { reportCsv } from './report-csv.ts'

const at = '2026-11-21T07:00:00.000Z'
const report = (items: MigrationReport['items']): MigrationReport => ({
  id: 'job',
  cluster: { name: '10.0.0.1:9000', version: null, deploymentId: null },
  startedAt: at,
  endedAt: at,
  state: 'done',
  message: 'Moved 1 items to K2, each read back from the drives.',
  ranBy: ['amelia', 'root'],
  defaultKey: 'K2',
  dryRun: false,
  pilot: false,
  before: { plaintext: 1, 'root-credentials': 0, kms: { K1: 2 }, unreadable: 0 },
  after: null,
  items,
  cannotMove: [{ path: 'config/iam/sts/x', kind: 'sts', name: 'x', seal: { state: 'plaintext' }, note: 'It expires.' }],
  rotate: [{ kind: 'user', name: '=cmd|calc' }],
  story: [{ at, text: 'Paused, waits for KES: "gone"' }],
})

const item = (name: string, note?: string): MigrationReport['items'][number] => ({
  path: `config/iam/users/${name}/identity.json`,
  kind: 'user',
  name,
  before: { state: 'kms', key: 'K1' },
  outcome: 'moved',
  compared: 'content',
  ...(note !== undefined && { note }),
})

const linesOf = (text: string) => text.split('\r\n')

describe('a report as CSV', () => {
  test('a summary, then a line for each item', () => {
    const lines = linesOf(reportCsv(report([item('alice')])))
    expect(lines).toContain('run by,amelia root')
    expect(lines).toContain('after,not read')
    expect(lines).toContain('before,K1: 2; plaintext: 1; root credentials: 0; unreadable: 0')
    expect(lines).toContain('config/iam/users/alice/identity.json,user,alice,kms K1,moved,content,')
    expect(lines).toContain('config/iam/sts/x,sts,x,plaintext,cannot-move,,It expires.')
    expect(lines.at(-1)).toBe('')
  })

  test('commas, quotes and line breaks are quoted', () => {
    const text = reportCsv(report([item('a,b', 'said "no"\nand left')]))
    expect(text).toContain('"a,b",kms K1,moved,content,"said ""no""\nand left"\r\n')
    expect(text).toContain(`${at},"Paused, waits for KES: ""gone"""\r\n`)
  })

  test('no name becomes a formula', () => {
    const text = reportCsv(report(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', 'a;=1'].map((name) => item(name))))
    for (const name of ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "\t'=1", "a;'=1"]) expect(text).toContain(`,user,${name},`)
    expect(text).toContain("to be rotated,user,'=cmd|calc\r\n")
    expect(text).not.toMatch(/(^|,)"?[=+\-@]/m)
  })
})
