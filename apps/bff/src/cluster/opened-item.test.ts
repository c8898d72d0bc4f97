import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { argon2id } from '../native/argon2id.ts'
import { Secret } from '../secret.ts'
import { takeAudit } from './audit.ts'
import { folderSource } from './folder-source.ts'
import type { AuditKeys } from './opened-item.ts'

const FIXTURES = new URL('../../../sandbox/fixtures/', import.meta.url).pathname

let work: string
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'strongroom-opened-'))
  for (const set of ['legacy-interrupted-4drives', 'static-latest', 'plaintext-latest'])
    execFileSync('tar', ['xzf', join(FIXTURES, `${set}.tar.gz`), '-C', work])
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

const drivesOf = (set: string) =>
  readdirSync(join(work, set))
    .filter((name) => /^d(rive)?\d$/.test(name))
    .map((name) => join(work, set, name))

const audit = (set: string, keys: Partial<AuditKeys> | null) =>
  takeAudit({
    source: folderSource(drivesOf(set)),
    drivesTotal: null,
    defaultKey: null,
    ownAccessKeys: new Set(),
    depth: 'opened',
    keys: keys && { rootCredentials: null, staticKey: null, kes: null, argon2id, ...keys },
  })

const staticKey = (name: string, material: string) => ({
  name,
  material: new Secret<Uint8Array>(Buffer.from(material)),
})
const master = staticKey('legacy-master-key', 'fixture-legacy-master-key-32byte')
const latest = () => staticKey('iam-static-key', 'fixture-static-kms-key-32-bytes!')
const root = (password: string) => ({ user: 'legacy-root-admin', password: new Secret(password) })

test('a migration that was broken off opens with both: 8 under the key, 41 under root; bucket targets of the old form with none', async () => {
  const keys = { rootCredentials: root('legacy-Root-Secret-2021!'), staticKey: master }
  const { audit: said, items } = await audit('legacy-interrupted-4drives', keys)
  expect(said.opened).toEqual({ opened: 49, noKey: 1, failed: 0 })
  expect(items.find(({ kind }) => kind === 'bucket-targets')).toMatchObject({
    name: 'archive',
    opened: 'no-key',
    state: 'kms',
    key: 'legacy-master-key',
    note: expect.stringContaining('before May 2021'),
  })
  const sts = items.filter(({ kind }) => kind === 'sts')
  expect(sts.map(({ parent, expiresAt }) => `${parent} ${expiresAt?.slice(0, 10)}`).sort()).toEqual([
    'alice 2026-11-28',
    'dave 2026-11-28',
    'ivan 2026-11-28',
  ])
  const accounts = items.filter(({ kind }) => kind === 'service-account')
  expect(accounts.map(({ parent }) => parent).sort()).toEqual(['alice', 'alice', 'dave', 'ivan', 'ivan', 'laura'])
  expect(accounts.every(({ expiresAt }) => expiresAt === undefined)).toBe(true)
})

test('without one of them, what it seals is without a key', async () => {
  const { audit: said, items } = await audit('legacy-interrupted-4drives', { staticKey: master })
  expect(said.opened).toEqual({ opened: 8, noKey: 42, failed: 0 })
  expect(items.every(({ opened, state }) => opened === 'no-key' || state === 'kms')).toBe(true)
})

test('a key that may not be used for the caller opens nothing, and is asked for by name', async () => {
  const asked = new Set<string>()
  const mayUseKey = async (name: string) => {
    asked.add(name)
    return false
  }
  const refused = await audit('static-latest', { staticKey: latest(), mayUseKey })
  expect(refused.audit.opened).toEqual({ opened: 0, noKey: 48, failed: 0 })
  expect([...asked]).toEqual(['iam-static-key'])
  const allowed = await audit('static-latest', { staticKey: latest(), mayUseKey: async () => true })
  expect(allowed.audit.opened).toEqual({ opened: 48, noKey: 0, failed: 0 })
})

test('under another root password each item says that it does not open', async () => {
  const { audit: said, items } = await audit('legacy-interrupted-4drives', {
    rootCredentials: root('another-Password'),
  })
  expect(said.opened).toEqual({ opened: 0, noKey: 9, failed: 41 })
  expect(items.find(({ opened }) => opened === 'failed')?.note).toMatch(/root credentials.*do not open it/)
})

test('bucket targets of today open too; other material of the same name opens nothing', async () => {
  expect((await audit('static-latest', { staticKey: latest() })).audit.opened).toEqual({
    opened: 48,
    noKey: 0,
    failed: 0,
  })
  const other = staticKey('iam-static-key', 'fixture-legacy-master-key-32byte')
  const { audit: said, items } = await audit('static-latest', { staticKey: other })
  expect(said.opened).toEqual({ opened: 0, noKey: 0, failed: 48 })
  expect(items[0]?.note).toMatch(/Key iam-static-key is at hand and does not open it/)
})

test('an item that lies at the path of another is found out', async () => {
  const drive = drivesOf('static-latest')[0]!
  const user = (name: string) => join(drive, '.minio.sys/config/iam/users', name, 'identity.json/xl.meta')
  copyFileSync(user('alice'), user('bob'))
  const { audit: said, items } = await audit('static-latest', { staticKey: latest() })
  expect(said.opened).toEqual({ opened: 47, noKey: 0, failed: 1 })
  expect(items.find(({ opened }) => opened === 'failed')?.name).toBe('bob')
})

test('plaintext needs no key, and no hash of it is kept', async () => {
  const { audit: said, items } = await audit('plaintext-latest', null)
  expect(said.opened).toEqual({ opened: 48, noKey: 0, failed: 0 })
  expect(items.filter(({ sha256 }) => sha256 !== undefined)).toEqual([])
  expect(JSON.stringify(items)).not.toContain('secret-0')
})
