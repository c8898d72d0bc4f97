import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unpackDrives } from '@strongroom/sandbox/seed'
import type { IamItem } from '@strongroom/shared/iam'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { archiveOf, FIXTURES, type FixtureName, truthOf } from './fixture.ts'
import { auditOffline, removeBuilt, runAudit } from './offline.ts'
import { keystoreKeys } from './opening.ts'
import { expectedItems, expectedTargets, told, toldTargets } from './truth-items.ts'
import {
  copyUsers,
  emptyMeta,
  flipBit,
  flipMeta,
  flipShard,
  folderOf,
  foreignFiles,
  HOSTILE,
  metaAsFolder,
  metaOf,
  putHostile,
  removeDrive,
  shardFileOf,
  truncateMeta,
} from './variants.ts'

vi.setConfig({ testTimeout: 180_000 })

const LIMIT_MB = 256

let work: string
let count = 0
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'strongroom-offline-audit-'))
})
// Half a million of files: Node removes them one by one, and takes minutes.
afterAll(() => {
  removeBuilt()
  execFileSync('rm', ['-rf', work])
})

/** The drives of a fixture, to be done with as one likes. */
async function drivesOf(fixture: FixtureName): Promise<{ drives: string[]; pattern: string }> {
  const { drives } = await unpackDrives(archiveOf(fixture), join(work, fixture))
  const copy = join(work, `copy-${++count}`)
  cpSync(dirname(drives[0]!), copy, { recursive: true })
  const four = drives.length > 1
  return {
    drives: drives.map((drive) => drive.replace(dirname(drive), copy)),
    pattern: join(copy, four ? 'd{1...4}' : 'drive1'),
  }
}

const byPath = (items: readonly IamItem[]) =>
  new Map(items.filter(({ path }) => path.startsWith('config/')).map((item) => [item.path, told(item)]))

describe.each(FIXTURES)('%s, from its folders alone', (fixture) => {
  const truth = truthOf(fixture)

  test('equals the truth item by item', async () => {
    const { pattern } = await drivesOf(fixture)
    const { code, audit, items, peakMb } = await auditOffline(pattern)
    expect(byPath(items)).toEqual(expectedItems(truth))
    expect(toldTargets(items)).toEqual(expectedTargets(truth))
    expect(audit.drives).toEqual({ observed: truth.drives, total: truth.drives })
    expect(audit.legacyMarker).toBe(truth.items.some(({ path }) => path === 'backend-encrypted'))
    const sealed = truth.items.every(({ state }) => state === 'kms')
    expect(code).toBe(sealed ? 0 : 1)
    expect(peakMb).toBeLessThan(LIMIT_MB)
  })
})

/** An env file, and the keys of a keystore as files: what an admin has at hand when a cluster does not start. */
function materialOf(fixture: FixtureName, keystore: string | undefined): string[] {
  const { rootUser, rootPassword, kms } = truthOf(fixture)
  const folder = join(work, `material-${fixture}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const env = join(folder, 'minio.env')
  const lines = [`MINIO_ROOT_USER=${rootUser}`, `MINIO_ROOT_PASSWORD=${rootPassword}`]
  if (kms?.type === 'static') lines.push(`MINIO_KMS_SECRET_KEY=${kms.value}`)
  writeFileSync(env, `${lines.join('\n')}\n`, { mode: 0o600 })
  const keys = keystore === undefined ? [] : [...keystoreKeys(keystore)]
  return [
    '--opened',
    '--env-file',
    env,
    ...keys.flatMap(([name, material]) => {
      const file = join(folder, name)
      writeFileSync(file, material.toString('hex'), { mode: 0o600 })
      return ['--key', `${name}=${file}`]
    }),
  ]
}

describe.each(FIXTURES)('%s, opened with what its admin has', (fixture) => {
  test('every item opens, and nothing else is said of it', async () => {
    const truth = truthOf(fixture)
    const { pattern } = await drivesOf(fixture)
    const { keystore } = await unpackDrives(archiveOf(fixture), join(work, fixture))
    const { audit, items, peakMb, stderr } = await auditOffline(pattern, ...materialOf(fixture, keystore))
    expect(byPath(items)).toEqual(expectedItems(truth))
    const shut = items.filter(({ opened }) => opened !== 'opened').map(({ path }) => path)
    // Sealed in the form of 2021, which no server of today opens either.
    const older = truth.bucketMetadata.filter(({ bucketTargetsState }) => bucketTargetsState.startsWith('kms ('))
    expect(shut).toEqual(older.map(({ path }) => path))
    expect(audit.opened).toMatchObject({ opened: items.length - shut.length })
    expect(peakMb).toBeLessThan(LIMIT_MB)
    expect(stderr).not.toContain(truth.rootPassword)
  })
})

interface Damage {
  readonly name: string
  readonly act: (drive: string, path: string) => void
  /** On how many of the four drives. */
  readonly drives: number
  readonly reads: boolean
}

/** Two of the four shards of an item give its content. */
const onFew = (name: string, act: Damage['act']): Damage[] => [
  { name: `${name} on one drive`, act, drives: 1, reads: true },
  { name: `${name} on two drives`, act, drives: 2, reads: true },
  { name: `${name} on three drives`, act, drives: 3, reads: false },
  { name: `${name} on all drives`, act, drives: 4, reads: false },
]

const remove = (drive: string, path: string) => rmSync(folderOf(drive, path), { recursive: true })

const DAMAGE: Record<'acme-2021' | 'static-latest-4drives', readonly Damage[]> = {
  'acme-2021': [
    ...onFew('cut short', (drive, path) => truncateMeta(drive, path, 60)),
    ...onFew('a bit turned in part.1', flipShard),
    // The metadata of 2021 has no checksum: what a turned bit does to all copies alike can't be told.
    ...onFew('a bit turned in xl.meta', flipMeta).slice(0, 1),
    ...onFew('empty', emptyMeta),
    ...onFew('a folder in the place of xl.meta', metaAsFolder).slice(0, 3),
    ...onFew('gone', remove).slice(0, 3),
  ],
  'static-latest-4drives': [
    ...onFew('cut short', (drive, path) => truncateMeta(drive, path, 60)),
    ...onFew('a bit turned in the shard', flipShard),
    ...onFew('a bit turned in the metadata', flipMeta),
    ...onFew('empty', emptyMeta),
    // On all drives it is no item any more, but a folder.
    ...onFew('a folder in the place of xl.meta', metaAsFolder).slice(0, 3),
    ...onFew('gone', remove).slice(0, 3),
  ],
}

describe.each(['acme-2021', 'static-latest-4drives'] as const)('damage on %s', (fixture) => {
  const truth = truthOf(fixture)
  const expected = expectedItems(truth)
  const paths = [...expected.keys()].filter((path) => /^config\/iam\/(users|policies|groups|policydb)\//.test(path))

  test('concerns its item alone, and only beyond what the other drives make up for', async () => {
    const { drives, pattern } = await drivesOf(fixture)
    const done = DAMAGE[fixture].map((damage, at) => ({ ...damage, path: paths[at]! }))
    for (const [at, { act, drives: many, path }] of done.entries()) {
      // Each begins at another drive, so that shards of content and of parity are hit.
      for (let step = 0; step < many; step++) act(drives[(at + step) % 4]!, path)
    }
    const { code, items, audit } = await auditOffline(pattern)
    const found = byPath(items)
    for (const { name, path, reads } of done) {
      if (reads) expect.soft(found.get(path), name).toBe(expected.get(path))
      else
        expect
          .soft(
            items.find((item) => item.path === path),
            name,
          )
          .toMatchObject({ state: 'unreadable', movable: false })
    }
    const unhurt = [...expected].filter(([path]) => !done.some((damage) => damage.path === path))
    expect(unhurt.length).toBeGreaterThan(15)
    for (const [path, line] of unhurt) expect.soft(found.get(path), path).toBe(line)
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort())
    expect(audit.counts.unreadable).toBe(done.filter(({ reads }) => !reads).length)
    expect(code).toBe(2)
  })

  test.each([1, 2])('%i of 4 drives missing: everything is told as before, from the others', async (away) => {
    const { drives, pattern } = await drivesOf(fixture)
    for (const drive of drives.slice(0, away)) removeDrive(drive)
    const { items, audit, code } = await auditOffline(pattern)
    expect(code).toBe(fixture === 'acme-2021' ? 1 : 0)
    expect(byPath(items)).toEqual(expected)
    expect(toldTargets(items)).toEqual(expectedTargets(truth))
    expect(audit.drives).toEqual({ observed: 4 - away, total: 4 })
    expect(new Set(items.map(({ copies }) => copies))).toEqual(new Set([4 - away]))
  })

  test('3 of 4 drives missing: every item is named and none is guessed at', async () => {
    const { drives, pattern } = await drivesOf(fixture)
    for (const drive of drives.slice(1)) removeDrive(drive)
    const { items, code } = await auditOffline(pattern)
    expect([...byPath(items).keys()].sort()).toEqual([...expected.keys()].sort())
    expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['unreadable']))
    expect(code).toBe(2)
  })

  test('what does not belong there changes nothing', async () => {
    const { drives, pattern } = await drivesOf(fixture)
    for (const drive of drives) foreignFiles(drive)
    const { items } = await auditOffline(pattern)
    expect(byPath(items.filter(({ kind }) => kind !== 'other'))).toEqual(expected)
  })

  test('one bit turned anywhere in any copy, on one drive for each item, changes nothing', async () => {
    const { drives, pattern } = await drivesOf(fixture)
    const random = seeded(20_261_121)
    const turned = paths.map((path) => {
      const [drive, at] = [drives[Math.floor(random() * 4)]!, random()]
      flipBit(metaOf(drive, path), at)
      return `${path} at ${at}`
    })
    const { items } = await auditOffline(pattern)
    const found = byPath(items)
    for (const [at, path] of paths.entries()) expect.soft(found.get(path), turned[at]!).toBe(expected.get(path))
    expect(found).toEqual(expected)
  })

  test('what is no file holds nobody up, on one drive and on all', async () => {
    const { drives, pattern } = await drivesOf(fixture)
    const kinds = Object.keys(HOSTILE) as (keyof typeof HOSTILE)[]
    const [one, all] = [paths.slice(0, kinds.length), paths.slice(kinds.length, 2 * kinds.length)]
    for (const [at, kind] of kinds.entries()) {
      putHostile(drives[at % 4]!, one[at]!, kind)
      for (const drive of drives) putHostile(drive, all[at]!, kind)
    }
    const { items, peakMb } = await auditOffline(pattern)
    const found = byPath(items)
    for (const [at, kind] of kinds.entries()) {
      expect.soft(found.get(one[at]!), kind).toBe(expected.get(one[at]!))
      // What is no file at all may as well not be there.
      const item = items.find(({ path }) => path === all[at])
      if (item !== undefined) expect.soft(item, kind).toMatchObject({ state: 'unreadable', movable: false })
    }
    for (const path of paths.slice(2 * kinds.length)) expect.soft(found.get(path), path).toBe(expected.get(path))
    expect(peakMb).toBeLessThan(LIMIT_MB)
  })
})

/** Sparse: they take no room on the disk, and all of it in memory. */
function putSparse(file: string, head: string, bytes: number) {
  rmSync(file, { force: true })
  writeFileSync(file, head)
  truncateSync(file, bytes)
}

describe('large files in the place of small ones', () => {
  const MIB = 2 ** 20

  test.each([
    ['an xl.meta of 64 MiB', 64 * MIB, metaOf],
    ['an xl.meta as large as one may be', 4 * MIB, metaOf],
    ['a part.1 of 64 MiB', 64 * MIB, shardFileOf],
  ])('32 items, each with %s on four drives, are told in less than 256 MB', async (_, bytes, fileOf) => {
    const { drives, pattern } = await drivesOf('acme-2021')
    const name = truthOf('acme-2021')
      .items.find(({ kind }) => kind === 'user')!
      .path.split('/')[3]!
    const paths = copyUsers(drives, name, 32)
    for (const drive of drives) for (const path of paths) putSparse(fileOf(drive, path), 'XL2 ', bytes)
    const { code, items, peakMb } = await auditOffline(pattern)
    const told = items.filter(({ path }) => paths.includes(path))
    expect(told.map(({ state }) => state)).toEqual(paths.map(() => 'unreadable'))
    expect(code).toBe(2)
    expect(peakMb).toBeLessThan(LIMIT_MB)
  })
})

describe('one drive alone', () => {
  test('has no parity: each damage makes its item unreadable, and no other', async () => {
    const { drives, pattern } = await drivesOf('kes-latest')
    const [drive] = drives as [string]
    const expected = expectedItems(truthOf('kes-latest'))
    const acts = [(d: string, p: string) => truncateMeta(d, p, 60), flipShard, flipMeta, emptyMeta]
    const paths = [...expected.keys()].filter((path) => path.startsWith('config/iam/users/')).slice(0, acts.length)
    for (const [at, act] of acts.entries()) act(drive, paths[at]!)
    const { items } = await auditOffline(pattern)
    for (const [path, line] of byPath(items)) {
      if (paths.includes(path)) expect.soft(line, path).toContain('| unreadable ')
      else expect.soft(line, path).toBe(expected.get(path))
    }
    expect(items.filter(({ path }) => path.startsWith('config/'))).toHaveLength(expected.size)
  })

  test('in the layout of 2021, where items are files: what is cut short is unreadable, and no other', async () => {
    const { drives, pattern } = await drivesOf('legacy-rootcred')
    const expected = expectedItems(truthOf('legacy-rootcred'))
    const [cut, empty] = [...expected.keys()].filter((path) => path.startsWith('config/iam/users/')) as [string, string]
    truncateSync(folderOf(drives[0]!, cut), 30)
    truncateSync(folderOf(drives[0]!, empty), 0)
    const { items } = await auditOffline(pattern)
    for (const [path, line] of byPath(items)) {
      if (path === cut || path === empty) expect.soft(line, path).toContain('| unreadable ')
      else expect.soft(line, path).toBe(expected.get(path))
    }
    expect(items.filter(({ path }) => path.startsWith('config/'))).toHaveLength(expected.size)
  })
})

describe('5,000 users', () => {
  test.each(['plaintext-latest', 'acme-2021', 'legacy-rootcred'] as const)(
    'on %s: all told, in less than 256 MB',
    async (fixture) => {
      const { drives, pattern } = await drivesOf(fixture)
      const truth = truthOf(fixture)
      const from = truth.items.find(({ kind }) => kind === 'user')!
      const name = from.path.split('/')[3]!
      const copies = copyUsers(drives, name, 5000, truth.backend)
      const { items, audit, peakMb } = await auditOffline(pattern)
      const found = byPath(items)
      const expected = expectedItems(truth)
      for (const [path, line] of expected) expect.soft(found.get(path), path).toBe(line)
      for (const path of copies) expect(found.get(path)).toBe(expected.get(from.path)!.replace(from.path, path))
      expect(audit.total).toBe(expected.size + expectedTargets(truth).length + 5000)
      expect(peakMb).toBeLessThan(LIMIT_MB)
    },
  )
})

test('many items under root credentials, opened in less than 256 MB though each takes 64 MB', async () => {
  const { drives, pattern } = await drivesOf('legacy-rootcred')
  copyUsers(drives, 'alice', 300, 'fs')
  const { audit, peakMb } = await auditOffline(pattern, ...materialOf('legacy-rootcred', undefined))
  expect(audit.opened).toEqual({ opened: 349, noKey: 0, failed: 0 })
  expect(peakMb).toBeLessThan(LIMIT_MB)
})

describe('what is no cluster', () => {
  test.each([
    ['a folder that is not there', () => join(work, 'nowhere', 'd{1...4}'), 2],
    ['an empty folder', () => work, 2],
    ['a pattern that is none', () => join(work, 'd{1...'), 2],
    ['no pattern', () => '', 64],
  ])('%s ends with a sentence', async (_, pattern, wanted) => {
    const { code, stdout, stderr } = await runAudit(['--drives', pattern(), '--json'])
    expect(code).toBe(wanted)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^strongroom: .+/)
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  test('a format.json that is damaged on every drive ends with 2, or is read all the same', async () => {
    const { drives, pattern } = await drivesOf('static-latest-4drives')
    for (const drive of drives) writeFileSync(join(drive, '.minio.sys', 'format.json'), '{"version":')
    const { code, stderr } = await runAudit(['--drives', pattern, '--json'])
    expect([0, 1, 2]).toContain(code)
    expect(stderr).not.toMatch(/\n\s+at /)
  })
})

/** A generator of numbers in 0 … 1 that gives the same ones each time (mulberry32). */
function seeded(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
