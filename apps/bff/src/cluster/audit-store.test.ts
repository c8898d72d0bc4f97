import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IamItem } from '@strongroom/shared/iam'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RecordSeal } from '../custody/record-seal.ts'
import { Secret } from '../secret.ts'
import type { AuditResult } from './audit.ts'
import { AuditStore } from './audit-store.ts'
import { ClusterSeen } from './cluster-seen.ts'

const loaded = { load: async () => undefined }
const CLUSTER = { id: 'one', ...loaded }
const seal = new RecordSeal(new Secret('what the records are sealed under, at length'))
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-audits-'))
})
// A deployment id may still be on its way to its file.
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

const item = (name: string, state: IamItem['state']): IamItem => ({
  path: `config/iam/users/${name}/identity.json`,
  kind: 'user',
  name,
  state,
  ...(state === 'kms' && { key: 'prod' }),
  movable: true,
  sizeBytes: 1,
  copies: 4,
  drives: 4,
})

let clock = Date.parse('2026-11-21T10:00:00Z')
function result(...items: IamItem[]): AuditResult {
  clock += 1_000
  return {
    audit: {
      id: `audit-${clock}`,
      takenAt: new Date(clock).toISOString(),
      tookMs: 1,
      counts: { plaintext: 0, 'root-credentials': 0, kms: {}, unreadable: 0 },
      byKind: [],
      total: items.length,
      toMove: 0,
      stale: 0,
      drives: { observed: 4, total: 4 },
      legacyMarker: false,
      defaultKey: 'prod',
      depth: 'names',
      opened: null,
      volume: '.minio.sys',
      regressed: 0,
    },
    items,
  }
}

const filesIn = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((each) => each.isFile())

describe('what was kept', () => {
  test('is there after a restart, for this cluster alone', async () => {
    const store = new AuditStore(folder, CLUSTER, seal)
    expect(store.latest).toBeNull()
    expect(() => store.require()).toThrow(expect.objectContaining({ code: 'no-audit-yet' }))
    const kept = await store.keep(result(item('alice', 'kms')))
    const again = new AuditStore(folder, CLUSTER, seal)
    await again.load()
    expect(again.latest).toEqual({ ...kept, audit: { ...kept.audit, unknownPlaintext: 0, unloadable: [] } })
    const other = new AuditStore(folder, { id: 'other', ...loaded }, seal)
    await other.load()
    expect(other.latest).toBeNull()
  })

  test('is for the console’s user alone, and no half-written file is left', async () => {
    const store = new AuditStore(folder, CLUSTER, seal)
    await store.keep(result(item('alice', 'kms')))
    const files = await filesIn()
    expect(files.map(({ name }) => name.replace(/^.*?\./, '')).sort()).toEqual(['audit.json', 'items.json'])
    for (const { parentPath, name } of files) expect((await stat(join(parentPath, name))).mode & 0o777).toBe(0o600)
  })

  test('is seen by another console on the same folder', async () => {
    const [one, other] = [new AuditStore(folder, CLUSTER, seal), new AuditStore(folder, CLUSTER, seal)]
    await one.keep(result(item('alice', 'kms')))
    await other.keep(result(item('alice', 'plaintext')))
    expect(one.latest?.items[0]?.state).toBe('kms')
    await one.refresh()
    expect(one.latest?.items[0]?.state).toBe('plaintext')
    expect(one.heads.map(({ regressed }) => regressed)).toEqual([1, 0])
  })

  test('is 30 audits, the last 10 with their items', async () => {
    const store = new AuditStore(folder, CLUSTER, seal)
    for (let count = 0; count < 33; count++) await store.keep(result(item(`user-${count}`, 'kms')))
    expect(store.heads).toHaveLength(30)
    expect((await filesIn()).length).toBe(40)
    const again = new AuditStore(folder, CLUSTER, seal)
    await again.load()
    expect(again.heads.map(({ id }) => id)).toEqual(store.heads.map(({ id }) => id))
    expect((await again.read(again.heads[9]!.id)).items[0]!.name).toBe('user-23')
    await expect(again.read(again.heads[10]!.id)).rejects.toMatchObject({
      code: 'not-found',
      detail: expect.stringContaining('only the counts are kept'),
    })
    await expect(again.read('nobody')).rejects.toMatchObject({ code: 'not-found' })
  })

  test('that is damaged counts as none', async () => {
    const store = new AuditStore(folder, CLUSTER, seal)
    await store.keep(result(item('alice', 'kms')))
    await store.keep(result(item('bob', 'kms')))
    const newest = (await filesIn())
      .filter(({ name }) => name.endsWith('items.json'))
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .at(-1)!
    await writeFile(newest, (await readFile(newest, 'utf8')).slice(0, 40))
    const again = new AuditStore(folder, CLUSTER, seal)
    await again.load()
    expect(again.latest?.items[0]?.name).toBe('alice')
  })
})

test('what was read of another cluster that had this address is not told of this one', async () => {
  const cluster = new ClusterSeen(folder, 'https://minio:9000')
  const store = new AuditStore(folder, cluster, seal)
  cluster.note('11111111-aaaa')
  const kept = await store.keep(result(item('alice', 'kms')))
  expect(store.latest?.audit.id).toBe(kept.audit.id)

  cluster.note('22222222-bbbb')
  expect([store.latest, store.heads]).toEqual([null, []])
  await store.refresh()
  expect(store.latest).toBeNull()
  expect(await store.regression()).toBeNull()
  await expect(store.read(kept.audit.id)).rejects.toMatchObject({ code: 'not-found' })
  expect((await store.keep(result(item('alice', 'plaintext')))).audit.regressed).toBe(0)

  // Back again, also after a restart, and though who asks may not be told the deployment id.
  cluster.note('11111111-aaaa')
  cluster.note(null)
  await store.refresh()
  expect(store.heads.map(({ id }) => id)).toEqual([kept.audit.id])
  await vi.waitFor(async () => {
    const later = new ClusterSeen(folder, 'https://minio:9000')
    await later.load()
    expect(later.id).toBe(cluster.id)
  })
  const elsewhere = new ClusterSeen(folder, 'https://copy-of-it:9000')
  elsewhere.note('11111111-aaaa')
  expect(elsewhere.id).not.toBe(cluster.id)
})

test('an audit that the console did not write counts as none, and so does one whose items were changed', async () => {
  const store = new AuditStore(folder, CLUSTER, seal)
  await store.keep(result(item('alice', 'kms')))
  await store.keep(result(item('alice', 'plaintext')))
  const [head, items] = ['.audit.json', '.items.json'].map(
    async (ending) =>
      (await filesIn())
        .filter(({ name }) => name.endsWith(ending))
        .map((file) => join(file.parentPath, file.name))
        .sort()
        .at(-1)!,
  )
  const read = async () => {
    const again = new AuditStore(folder, CLUSTER, seal)
    await again.load()
    return again.latest?.items[0]?.state
  }
  const change = async (file: string, from: string, to: string) => {
    const text = await readFile(file, 'utf8')
    expect(text).toContain(from)
    await writeFile(file, text.replace(from, to))
  }
  expect(await read()).toBe('plaintext')
  await change((await items)!, '"plaintext"', '"kms","key":"prod"')
  expect(await read()).toBe('kms')
  expect(seal.refused).toEqual([])
  await change((await head)!, '"toMove":0', '"toMove":1')
  expect(await read()).toBe('kms')
  expect(seal.refused).toMatchObject([{ kind: 'iam-audits/one' }])
})

test('what another console wrote, or what was changed, is never removed', async () => {
  const bare = new AuditStore(folder, CLUSTER, new RecordSeal(null))
  const other = new AuditStore(folder, CLUSTER, new RecordSeal(new Secret('another identity of another console')))
  const own = new AuditStore(folder, CLUSTER, seal)
  const kept = [await bare.keep(result(item('alice', 'kms'))), await other.keep(result(item('alice', 'kms')))]
  await own.keep(result(item('alice', 'kms')))
  expect((await filesIn()).length).toBe(6)
  const changed = (await filesIn())
    .map(({ name }) => name)
    .sort()
    .at(-1)!
  expect(changed).toMatch(/items\.json$/)
  await writeFile(join((await filesIn())[0]!.parentPath, changed), '[]')
  await new AuditStore(folder, CLUSTER, seal).keep(result(item('alice', 'kms')))
  expect((await filesIn()).length).toBe(8)

  // The way back: under its own seal each is there again.
  await other.refresh()
  expect(other.latest?.audit.id).toBe(kept[1]!.audit.id)
})

test('the key of an identity is the same secret as a file of it, which is read without its last line feed', async () => {
  const pem = '-----BEGIN PRIVATE KEY-----\nof the console, before it was renewed\n-----END PRIVATE KEY-----'
  const { audit } = await new AuditStore(folder, CLUSTER, new RecordSeal(new Secret(`${pem}\n`))).keep(result())
  const again = new AuditStore(folder, CLUSTER, new RecordSeal(new Secret(pem)))
  await again.load()
  expect(again.latest?.audit.id).toBe(audit.id)
})

test('a console that was told no deployment id learns it from another one on the same folder', async () => {
  const [told, untold] = [1, 2].map(() => new ClusterSeen(folder, 'https://minio:9000')) as [ClusterSeen, ClusterSeen]
  const store = new AuditStore(folder, untold, seal)
  await store.load()
  told.note('11111111-aaaa')
  const { audit } = await new AuditStore(folder, told, seal).keep(result(item('alice', 'kms')))
  await vi.waitFor(async () => {
    await store.refresh()
    expect(store.latest?.audit.id).toBe(audit.id)
  })
})

test('an audit is kept whole, though another cluster begins to answer meanwhile', async () => {
  const cluster = { id: 'one', ...loaded }
  const store = new AuditStore(folder, cluster, seal)
  const alice = item('alice', 'kms')
  const toJSON = () => {
    cluster.id = 'two'
    expect(store.latest).toBeNull()
    return alice
  }
  const { audit } = await store.keep(result({ ...alice, toJSON } as IamItem))
  expect(store.heads).toEqual([])
  const again = new AuditStore(folder, CLUSTER, seal)
  await again.load()
  expect(again.latest).toMatchObject({ audit: { id: audit.id }, items: [{ name: 'alice' }] })
})

test('of files in plaintext that are no known kind, the state of site replication alone is known', async () => {
  const store = new AuditStore(folder, CLUSTER, seal)
  const other = (path: string, state: IamItem['state'] = 'plaintext'): IamItem => ({
    ...item('x', state),
    ...{ kind: 'other', path, name: path },
  })
  await store.keep(result(other('config/site-replication/state.json'), other('config/new.json', 'kms')))
  expect(store.latest?.audit.unknownPlaintext).toBe(0)
  await store.keep(result(other('config/site-replication/state.json'), other('config/site-replication/left.json')))
  expect(store.latest?.audit.unknownPlaintext).toBe(1)
})

describe('what became plaintext', () => {
  test('since the audit before is counted and named, until an audit finds no more of it', async () => {
    const store = new AuditStore(folder, CLUSTER, seal)
    expect((await store.keep(result(item('alice', 'plaintext'), item('bob', 'kms')))).audit.regressed).toBe(0)
    const { audit } = await store.keep(result(item('alice', 'plaintext'), item('bob', 'plaintext')))
    expect(audit.regressed).toBe(1)
    const [now, before] = store.heads
    expect(await store.regression()).toEqual({
      from: before!.id,
      to: now!.id,
      paths: ['config/iam/users/bob/identity.json'],
    })
    await store.keep(result(item('alice', 'kms'), item('bob', 'kms')))
    expect(await store.regression()).toBeNull()
  })

  test('is told as long as it lies there, whatever was read meanwhile', async () => {
    const store = new AuditStore(folder, CLUSTER, seal)
    await store.keep(result(item('alice', 'kms'), item('bob', 'kms')))
    const most = await store.keep(result(item('alice', 'root-credentials'), item('bob', 'kms')))
    await store.keep(result(item('alice', 'plaintext'), item('bob', 'kms')))
    await store.keep(result(item('alice', 'plaintext'), item('bob', 'plaintext')))
    const { audit } = await store.keep(result(item('alice', 'plaintext'), item('bob', 'plaintext')))
    expect(audit.regressed).toBe(0)
    const told = {
      from: most.audit.id,
      to: audit.id,
      paths: ['config/iam/users/alice/identity.json', 'config/iam/users/bob/identity.json'],
    }
    expect(await store.regression()).toEqual(told)
    const again = new AuditStore(folder, CLUSTER, seal)
    await again.load()
    expect(await again.regression()).toEqual(told)
  })
})
