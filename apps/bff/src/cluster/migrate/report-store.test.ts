import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MigrationReport } from '@strongroom/shared/migrations'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ReportStore } from './report-store.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-reports-'))
})
afterEach(() => rm(folder, { recursive: true }))

const report = (id: string, more: Partial<MigrationReport> = {}): MigrationReport => ({
  id,
  cluster: { name: 'c', version: null, deploymentId: null },
  startedAt: '2026-11-21T07:00:00.000Z',
  endedAt: '2026-11-21T07:01:00.000Z',
  state: 'done',
  message: 'Done.',
  ranBy: ['root'],
  defaultKey: 'K',
  dryRun: false,
  pilot: false,
  before: { plaintext: 1, 'root-credentials': 0, kms: {}, unreadable: 0 },
  after: null,
  items: [],
  cannotMove: [],
  rotate: [],
  story: [],
  ...more,
})

describe('kept reports', () => {
  test('one of many items is written in pieces, and reads as one that was written whole', async () => {
    const items = Array.from({ length: 1_001 }, (_, at) => ({
      path: `config/iam/users/u${at}/identity.json`,
      kind: 'user' as const,
      name: `u${at}`,
      before: { state: 'plaintext' as const },
      outcome: 'moved' as const,
      compared: 'content' as const,
    }))
    const id = randomUUID()
    const many = report(id, { items, rotate: items.slice(0, 3).map(({ kind, name }) => ({ kind, name })) })
    const { sha256 } = await new ReportStore(folder).keep(many)
    const text = await readFile(join(folder, 'reports', `${id}.json`), 'utf8')
    expect(text).toBe(`${JSON.stringify(many, null, 2)}\n`)
    expect(createHash('sha256').update(text).digest('hex')).toBe(sha256)
  })

  test('the digest is of the very file, which only the console may read', async () => {
    const id = randomUUID()
    const { sha256 } = await new ReportStore(folder).keep(report(id))
    const file = join(folder, 'reports', `${id}.json`)
    expect(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ).toBe(sha256)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const kept = await new ReportStore(folder).read(id)
    expect(kept).toMatchObject({ sha256, report: report(id) })
    expect(Buffer.from(kept.bytes)).toEqual(await readFile(file))
    expect(await readdir(join(folder, 'reports'))).toEqual([`${id}.json`])
  })

  test('a running one is replaced, and its list follows', async () => {
    const store = new ReportStore(folder)
    const id = randomUUID()
    await store.keep(report(id, { state: 'running' }))
    expect(await store.list()).toMatchObject([{ id, state: 'running', moved: 0 }])
    const moved = { path: 'p', kind: 'user', name: 'u', before: { state: 'plaintext' }, compared: 'content' } as const
    await store.keep(report(id, { items: [{ ...moved, outcome: 'moved' }] }))
    expect(await store.list()).toMatchObject([{ id, state: 'done', moved: 1, failed: 0 }])
  })

  test('the last hundred are kept', async () => {
    const store = new ReportStore(folder)
    const ids = Array.from({ length: 103 }, () => randomUUID())
    for (const [index, id] of ids.entries())
      await store.keep(report(id, { startedAt: new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString() }))
    expect((await store.list()).map(({ id }) => id)).toEqual(ids.slice(3).reverse())
    await expect(store.read(ids[0]!)).rejects.toMatchObject({ code: 'not-found' })
  })

  test('nothing outside the folder is read, and no damaged file', async () => {
    const store = new ReportStore(folder)
    const id = randomUUID()
    await store.keep(report(id))
    await writeFile(join(folder, 'reports', `${id}.json`), '{')
    for (const name of ['../../etc/passwd', 'x', id]) await expect(store.read(name)).rejects.toThrow('not-found')
    expect(await store.list()).toEqual([])
  })
})
