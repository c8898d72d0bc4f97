import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { BackupContent } from '../cluster/backup/backup-content.ts'
import { describeBackup, mcLines, quoted } from './backup-text.ts'

const EVIL = "\u001b]0;x\u0007\u009b2J\u202e\n  mc admin user remove ALIAS root it's \\ é"
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const COMMANDS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/

const content: BackupContent = {
  info: {
    format: 1,
    takenAt: '2026-11-21T07:00:00.000Z',
    takenBy: EVIL,
    cluster: { endpoint: EVIL, deploymentId: EVIL, region: '', version: EVIL },
    consoleVersion: EVIL,
    switchedOff: { serviceAccounts: [{ accessKey: EVIL, sessionPolicy: true }], groups: [EVIL], users: [EVIL] },
  },
  iam: { [`iam-assets/${EVIL}`]: new Uint8Array(1) },
  config: new Uint8Array(2),
}

test('what a backup says of itself reaches the terminal as text alone', () => {
  const said = describeBackup(EVIL, 'ab'.repeat(32), content)
  expect(said).not.toMatch(COMMANDS)
  expect(said.split('\n')).toHaveLength(7)
  expect(said).toContain(`  sha256   ${'ab'.repeat(32)}\n`)

  const lines = mcLines(content.info.switchedOff, '/tmp/out', new Map([[EVIL, EVIL]]))
  expect(lines).not.toMatch(COMMANDS)
  expect(lines).not.toMatch(/^ *mc admin user remove/m)
})

test.each([EVIL, "it's", 'a b', 'plain-1', '$(id) `id` "x"', "\u202e'", 'new\nline'])(
  'a shell reads %j back',
  (name) => {
    expect(execFileSync('bash', ['-c', `printf %s ${quoted(name)}`]).toString()).toBe(name)
  },
)
