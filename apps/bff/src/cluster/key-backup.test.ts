import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Drill } from '@strongroom/shared/drills'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DrillStore } from './drill-store.ts'
import { backupFindings, backupOf } from './key-backup.ts'

let stateDir: string
let drills: DrillStore

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'drills-'))
  drills = new DrillStore(stateDir)
})
afterEach(() => rmSync(stateDir, { recursive: true, force: true }))

let day = 0
type Verdict = Drill['byKey'][number]['verdict']
function drill(id: string, byKey: Record<string, Verdict>): Drill {
  const keys = Object.entries(byKey).map(([name, verdict]) => ({ name, verdict, opened: 1, failed: 0 }))
  const at = new Date(Date.UTC(2026, 0, ++day)).toISOString()
  return {
    id,
    at,
    by: 'root',
    endpoint: '',
    kesVersion: null,
    sampled: 1,
    opened: 1,
    failed: 0,
    byKey: keys,
    detail: '',
  }
}
const escrows = new Map([['made-here', new Date('2026-02-03T04:05:06.000Z')]])
const key = (name: string, createdAt: string | null = null) => ({ name, createdAt })
const findings = (...names: string[]) => backupFindings(names, { drills, escrows })

test('a key without a drill has no proven backup, a sealed copy or not', () => {
  expect(backupOf(key('made-here'), { drills, escrows })).toEqual({
    provenAt: null,
    drill: null,
    escrowAt: '2026-02-03T04:05:06.000Z',
  })
  expect(findings('made-here', 'other', 'other')).toMatchObject([
    {
      severity: 'warning',
      title: 'Key made-here has no proven backup',
      detail: expect.stringContaining('sealed copy'),
    },
    { severity: 'warning', title: 'Key other has no proven backup' },
  ])
})

test('a sealed copy that is older than the key is of a former key of that name', () => {
  const escrowAt = (createdAt: string) => backupOf(key('made-here', createdAt), { drills, escrows }).escrowAt
  expect(escrowAt('2026-02-03T04:05:07.000Z')).not.toBeNull()
  expect(escrowAt('2026-02-03T04:10:00.000Z')).not.toBeNull()
  expect(escrowAt('2026-02-03T04:10:07.000Z')).toBeNull()
})

test('a drill proves what it opened; one that failed later is critical, and takes no proof back', async () => {
  const [first, second, third] = [
    drill('first', { good: 'proven', bad: 'proven', idle: 'nothing-to-open' }),
    drill('second', { bad: 'wrong-material', good: 'nothing-to-open' }),
    drill('third', { bad: 'proven' }),
  ]
  await drills.keep(first)
  await drills.keep(second)
  expect(backupOf(key('good'), { drills, escrows })).toMatchObject({ provenAt: first.at, drill: 'first' })
  expect(backupOf(key('bad'), { drills, escrows })).toMatchObject({ provenAt: first.at, drill: 'first' })
  expect(findings('good', 'bad', 'idle').map(({ severity, title }) => [severity, title])).toEqual([
    ['critical', 'The backup of key bad did not open this cluster’s data'],
    ['warning', 'Key idle has no proven backup'],
  ])
  const later = new DrillStore(stateDir)
  await later.load()
  expect(later.all()).toEqual([second, first])
  await later.keep(third)
  expect(backupFindings(['bad'], { drills: later, escrows })).toEqual([])
})

test('many keys are one finding', () => {
  const names = Array.from({ length: 7 }, (_, at) => `key-${at}`)
  expect(findings(...names)).toMatchObject([
    { id: 'no-backup', title: '7 keys that seal data here have no proven backup' },
  ])
})

test('old drills go, but for those that are the last proof of a key', async () => {
  const proof = drill('the-only-proof', { rare: 'proven' })
  await drills.keep(proof)
  for (let each = 0; each < 110; each++) await drills.keep(drill(`drill-${each}`, { usual: 'proven' }))
  expect(drills.all()).toHaveLength(101)
  expect(drills.of('rare')).toMatchObject({ proven: { drill: 'the-only-proof' } })
  expect(readdirSync(join(stateDir, 'drills'))).toHaveLength(101)
})
