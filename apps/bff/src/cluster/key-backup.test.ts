import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Drill } from '@strongroom/shared/drills'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RecordSeal } from '../custody/record-seal.ts'
import { DrillStore } from './drill-store.ts'
import { backupFindings, backupOf } from './key-backup.ts'

let stateDir: string
let drills: DrillStore

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'drills-'))
  drills = new DrillStore(stateDir, cluster, seal)
})
afterEach(() => rmSync(stateDir, { recursive: true, force: true }))

const seal = new RecordSeal(null)
const cluster = { id: 'one' }
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
const key = (name: string, createdAt: string | null = null) => ({ name, createdAt, createdBy: null })
const none = new Map()
const findings = (...names: string[]) => backupFindings(names, none, { drills, escrows })

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
  await drills.keep(first, none)
  await drills.keep(second, none)
  expect(backupOf(key('good'), { drills, escrows })).toMatchObject({ provenAt: first.at, drill: 'first' })
  expect(backupOf(key('bad'), { drills, escrows })).toMatchObject({ provenAt: first.at, drill: 'first' })
  expect(findings('good', 'bad', 'idle').map(({ severity, title }) => [severity, title])).toEqual([
    ['critical', 'The backup of key bad did not open this cluster’s data'],
    ['warning', 'Key idle has no proven backup'],
  ])
  const later = new DrillStore(stateDir, cluster, seal)
  await later.load()
  expect(later.all()).toEqual([second, first])
  await later.keep(third, none)
  expect(backupFindings(['bad'], none, { drills: later, escrows })).toEqual([])
})

test('many keys are one finding', () => {
  const names = Array.from({ length: 7 }, (_, at) => `key-${at}`)
  expect(findings(...names)).toMatchObject([
    { id: 'no-backup', title: '7 keys that seal data here have no proven backup' },
  ])
})

test('old drills go, but for those that are the last proof of a key', async () => {
  const proof = drill('the-only-proof', { rare: 'proven' })
  await drills.keep(proof, none)
  for (let each = 0; each < 110; each++) await drills.keep(drill(`drill-${each}`, { usual: 'proven' }), none)
  expect(drills.all()).toHaveLength(101)
  expect(drills.of('rare', null)).toMatchObject({ proven: { drill: 'the-only-proof' } })
  expect(readdirSync(join(stateDir, 'drills'))).toHaveLength(101)
})

test('a key made anew under the name has not been drilled, whatever the former one was', async () => {
  const born = (createdAt: string, createdBy: string | null = 'a') => ({ createdAt, createdBy })
  const [before, after] = [born('2025-01-01T00:00:00.000Z'), born('2027-01-01T00:00:00.000Z')]
  const held = drill('held', { anew: 'proven', broken: 'wrong-material', undated: 'proven' })
  await drills.keep(
    held,
    new Map([
      ['anew', before],
      ['broken', before],
    ]),
  )
  const later = new DrillStore(stateDir, cluster, seal)
  await later.load()
  const proven = (name: string, birth: typeof before) => later.of(name, birth)?.proven ?? null
  expect(proven('anew', before)).toEqual({ at: held.at, drill: 'held' })
  expect(proven('anew', after)).toBeNull()
  // Nor one of another keystore, older than the drill.
  expect(proven('anew', born('2024-01-01T00:00:00.000Z'))).toBeNull()
  expect(proven('anew', born(before.createdAt, 'b'))).toBeNull()
  expect(backupOf({ name: 'anew', ...after }, { drills: later, escrows })).toMatchObject({
    provenAt: null,
    drill: null,
  })
  const births = new Map([
    ['anew', after],
    ['broken', after],
  ])
  expect(backupFindings(['anew', 'broken'], births, { drills: later, escrows }).map(({ title }) => title)).toEqual([
    'Key anew has no proven backup',
    'Key broken has no proven backup',
  ])
  // Where KES did not tell which key it was: what was made later it was not.
  expect(proven('undated', before)).toEqual({ at: held.at, drill: 'held' })
  expect(proven('undated', after)).toBeNull()
})

test('a drill of another cluster says nothing of this one', async () => {
  await drills.keep(drill('theirs', { shared: 'proven' }), none)
  const here = new DrillStore(stateDir, { id: 'two' }, seal)
  await here.load()
  expect([here.of('shared', null), here.all()]).toEqual([null, []])
})
