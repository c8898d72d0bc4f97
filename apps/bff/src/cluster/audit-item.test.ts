import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { argon2id } from '../native/argon2id.ts'
import { Secret } from '../secret.ts'
import { takeAudit } from './audit.ts'
import { withStale } from './audit-item.ts'
import { folderSource } from './folder-source.ts'

const FIXTURES = new URL('../../../sandbox/fixtures/', import.meta.url).pathname
const DRIVES = ['d1', 'd2', 'd3', 'd4']

let work: string
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'strongroom-older-'))
  for (const set of ['legacy-rootcred-4drives', 'static-latest-4drives'])
    execFileSync('tar', ['xzf', join(FIXTURES, `${set}.tar.gz`), '-C', work])
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

const metaOf = (set: string, drive: string, name: string) =>
  join(work, set, drive, '.minio.sys/config/iam/users', name, 'identity.json/xl.meta')

const audit = (staticKey: string) =>
  takeAudit({
    source: folderSource(DRIVES.map((drive) => join(work, 'static-latest-4drives', drive))),
    drivesTotal: 4,
    defaultKey: 'iam-static-key',
    ownAccessKeys: new Set(),
    depth: 'opened',
    keys: {
      rootCredentials: null,
      staticKey: { name: 'iam-static-key', material: new Secret<Uint8Array>(Buffer.from(staticKey)) },
      kes: null,
      argon2id,
    },
  })

test('drives that missed a save are told of with the item, whether it opens or not', async () => {
  expect((await audit('fixture-static-kms-key-32-bytes!')).audit.stale).toBe(0)
  for (const drive of ['d1', 'd3'])
    copyFileSync(metaOf('legacy-rootcred-4drives', drive, 'alice'), metaOf('static-latest-4drives', drive, 'alice'))
  const { audit: said, items } = await audit('fixture-static-kms-key-32-bytes!')
  expect(said.stale).toBe(1)
  expect(items.filter(({ stale }) => stale !== undefined)).toMatchObject([
    {
      path: 'config/iam/users/alice/identity.json',
      state: 'kms',
      opened: 'opened',
      stale: 2,
      copies: 2,
      note: '2 drives hold an older copy of it: what sealed it then may still lie there; heal it (“mc admin heal”).',
    },
  ])
  const shut = (await audit('fixture-legacy-master-key-32byte')).items.find(({ stale }) => stale === 2)
  expect(shut).toMatchObject({ opened: 'failed', note: expect.stringMatching(/does not open it.*2 drives hold/) })
})

test('what was said of the item before goes first', () => {
  expect(withStale('It is old', 1)).toMatch(/^It is old\. 1 drive holds an older copy of it:/)
  expect(withStale('It is old.', undefined)).toBe('It is old.')
})
