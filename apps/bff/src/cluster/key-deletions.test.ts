import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KeyDeletions } from './key-deletions.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'strongroom-deletions-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

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
  const first = new KeyDeletions(stateDir, () => now)
  await first.load()
  expect(first.stageOf('old')).toBeNull()
  const marked = await first.mark(order)
  expect(marked.waitUntil).toBe('2026-01-08T00:00:00.000Z')
  expect(first.stageOf('old')).toBe('marked')
  now = new Date('2026-01-09T00:00:00.000Z')
  await first.quarantine(marked, 'bert')

  const second = new KeyDeletions(stateDir)
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
  const store = new KeyDeletions(stateDir)
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
