import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RecordSeal, type RefusedRecord } from '../custody/record-seal.ts'
import { Secret } from '../secret.ts'
import { KeyDeletions } from './key-deletions.ts'
import { recordFindings } from './record-findings.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'strongroom-deletions-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const seal = new RecordSeal(new Secret('what the records are sealed under, at length'))
const order = {
  name: 'old',
  keyCreatedAt: '2024-01-01T00:00:00.000Z',
  by: 'anna',
  waitDays: 7,
  statement: 'No others.',
}

test('stages are kept over a restart, and forgotten when they are undone', async () => {
  const stateDir = join(dir, 'restart')
  let now = new Date('2026-01-01T00:00:00.000Z')
  const first = new KeyDeletions(stateDir, seal, () => now)
  await first.load()
  expect(first.stageOf('old')).toBeNull()
  const marked = await first.mark(order)
  expect(marked.waitUntil).toBe('2026-01-08T00:00:00.000Z')
  expect(first.stageOf('old')).toBe('marked')
  now = new Date('2026-01-09T00:00:00.000Z')
  await first.quarantine(marked, 'bert')

  const second = new KeyDeletions(stateDir, seal)
  await second.load()
  expect(second.stageOf('old')).toBe('quarantined')
  expect(second.all()).toEqual([{ ...marked, quarantinedAt: '2026-01-09T00:00:00.000Z', quarantinedBy: 'bert' }])

  await second.forget('old')
  expect(second.stageOf('old')).toBeNull()
  await first.refresh()
  expect(first.stageOf('old')).toBeNull()
})

test('a file that is damaged, or that speaks of another key, counts as none', async () => {
  const stateDir = join(dir, 'damaged')
  const store = new KeyDeletions(stateDir, seal)
  await store.mark(order)
  const folder = join(stateDir, 'key-deletions')
  expect(readdirSync(folder)).toEqual(['old.json'])
  expect(statSync(join(folder, 'old.json')).mode & 0o777).toBe(0o600)
  writeFileSync(
    join(folder, 'other.json'),
    JSON.stringify({ ...store.find('old'), quarantinedAt: '2026-01-01T00:00:00.000Z' }),
  )
  writeFileSync(join(folder, 'third.json'), '{')
  await store.refresh()
  expect(store.all().map(({ name }) => name)).toEqual(['old'])
})

test('a mark that the console did not write is none, and is told of as long as it lies there', async () => {
  const stateDir = join(dir, 'forged')
  const file = (name: string) => join(stateDir, 'key-deletions', `${name}.json`)
  const told: RefusedRecord[] = []
  const secret = new Secret('what the records are sealed under, at length')
  const seal = new RecordSeal(secret, (record) => told.push(record))
  const store = new KeyDeletions(stateDir, seal)
  const marked = await store.mark(order)
  await store.mark({ ...order, name: 'kept' })
  const written = JSON.parse(readFileSync(file('old'), 'utf8'))
  expect(written).toMatchObject({ ...marked, seal: expect.stringMatching(/^[0-9a-f]{64}$/) })
  const read = async (seal: RecordSeal) => {
    const store = new KeyDeletions(stateDir, seal)
    await store.load()
    return store.all().map(({ name }) => name)
  }
  expect(await read(seal)).toEqual(['kept', 'old'])

  const past = { waitUntil: '2020-01-01T00:00:00.000Z' }
  const { seal: _, ...bare } = written
  const forgeries: object[] = [
    { ...written, ...past },
    { ...bare, ...past },
    bare,
    { ...written, seal: '0'.repeat(64) },
    { ...written, seal: 5 },
    // Another key's, put under this name with its own seal.
    JSON.parse(readFileSync(file('kept'), 'utf8')),
  ]
  for (const forged of forgeries) {
    writeFileSync(file('old'), JSON.stringify(forged))
    expect(await read(seal), JSON.stringify(forged)).toEqual(['kept'])
  }
  expect(told[0]).toEqual({ kind: 'key-deletions', name: 'old', sealed: true })
  expect(await recordFindings(stateDir, seal.refused)).toMatchObject([
    {
      title: '1 record in the state folder was not written by this console',
      detail: expect.stringMatching(/^key-deletions\/old\.json:/),
    },
  ])

  // Another console, that was given another secret: it takes none of them, nor does it take them for its own.
  expect(await read(new RecordSeal(new Secret('another secret of another console')))).toEqual([])
  // Before there were seals there was none: it is no mark, and is told all the same, since a key can hang on it.
  const later = new RecordSeal(secret)
  writeFileSync(file('old'), JSON.stringify(bare))
  expect(await read(later)).toEqual(['kept'])
  expect(await recordFindings(stateDir, later.refused)).toMatchObject([
    { detail: expect.stringMatching(/^key-deletions\/old\.json:/) },
  ])
  // Of proofs and the like the log tells.
  mkdirSync(join(stateDir, 'proofs'))
  writeFileSync(join(stateDir, 'proofs', 'old.json'), '{}')
  expect(later.guard('proofs').open('old', {})).toBeUndefined()
  expect(
    await recordFindings(
      stateDir,
      later.refused.filter(({ kind }) => kind === 'proofs'),
    ),
  ).toEqual([])

  rmSync(file('old'))
  expect(await recordFindings(stateDir, seal.refused)).toEqual([])
  await store.mark(order)
  expect(await read(seal)).toEqual(['kept', 'old'])
  expect(seal.refused).toEqual([])
})
