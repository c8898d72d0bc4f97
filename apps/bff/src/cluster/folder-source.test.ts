import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { takeAudit } from './audit.ts'
import { describeDrives } from './drive-folder.ts'
import { folderSource } from './folder-source.ts'
import type { ItemSource, StoredItem } from './item-source.ts'

const FIXTURES = new URL('../../../sandbox/fixtures/', import.meta.url).pathname
const SETS = [
  'legacy-rootcred',
  'plaintext-2021',
  'legacy-rootcred-4drives',
  'legacy-interrupted-4drives',
  'plaintext-latest',
  'static-latest',
  'static-latest-4drives',
] as const

interface Truth {
  readonly drives: number
  readonly items: readonly { path: string; kind: string; state: string; kmsKeyId?: string; storedSha256: string }[]
  readonly bucketMetadata: readonly { path: string; bucketTargetsState: string; bucketTargetsKmsKeyId?: string }[]
}

let work: string
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'strongroom-folders-'))
  for (const set of SETS) execFileSync('tar', ['xzf', join(FIXTURES, `${set}.tar.gz`), '-C', work])
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

const drivesOf = (set: string) =>
  readdirSync(join(work, set))
    .filter((name) => /^d(rive)?\d$/.test(name))
    .map((name) => join(work, set, name))

const truthOf = (set: string): Truth => JSON.parse(readFileSync(join(FIXTURES, `${set}.truth.json`), 'utf8'))

/** A copy of a set that a test may damage. */
function copyOf(set: string): string[] {
  const folder = mkdtempSync(join(work, 'copy-'))
  return drivesOf(set).map((drive, index) => {
    cpSync(drive, join(folder, `d${index}`), { recursive: true })
    return join(folder, `d${index}`)
  })
}

/** A link to what lay there. */
function moveAndLink(path: string) {
  const away = join(mkdtempSync(join(work, 'elsewhere-')), 'moved')
  if (existsSync(path)) renameSync(path, away)
  else mkdirSync(away)
  symlinkSync(away, path)
}

async function readAll(source: ItemSource): Promise<Map<string, StoredItem>> {
  const found: StoredItem[] = []
  for await (const { items } of source.batches()) found.push(...items)
  expect(new Set(found.map(({ path }) => path)).size).toBe(found.length)
  return new Map(found.map((item) => [item.path, item]))
}

const sha256 = (bytes: Uint8Array | undefined) => bytes && createHash('sha256').update(bytes).digest('hex')

const audit = async (drives: readonly string[]) =>
  takeAudit({
    source: folderSource(drives),
    drivesTotal: drives.length,
    defaultKey: 'iam-static-key',
    ownAccessKeys: new Set(),
    depth: 'names',
    keys: null,
  })

describe.each(SETS)('%s', (set) => {
  test('every item is what the truth file says, byte for byte, and there is no other', async () => {
    const truth = truthOf(set).items.filter(({ path }) => path.startsWith('config/'))
    const read = await readAll(folderSource(drivesOf(set)))
    const config = [...read].filter(([path]) => path.startsWith('config/'))
    expect(config.map(([path, item]) => [path, sha256(item.bytes)]).sort()).toEqual(
      truth.map(({ path, storedSha256 }) => [path, storedSha256]).sort(),
    )
    for (const [path, { copies, drives, trouble }] of config)
      expect.soft({ copies, drives, trouble }, path).toEqual({
        copies: truthOf(set).drives,
        drives: truthOf(set).drives,
        trouble: undefined,
      })
  })

  test('an audit of it tells each state and key, bucket targets included', async () => {
    const { items: truth, bucketMetadata } = truthOf(set)
    const { audit: said, items } = await audit(drivesOf(set))
    const told = items.map(({ path, state, key }) => `${path} ${state} ${key ?? ''}`.trimEnd())
    const inConfig = truth
      .filter(({ path }) => path.startsWith('config/'))
      .map(({ path, state, kmsKeyId }) => `${path} ${state} ${kmsKeyId ?? ''}`.trimEnd())
    const targets = bucketMetadata
      .filter(({ bucketTargetsState }) => /^(kms|plaintext)/.test(bucketTargetsState))
      .map(({ path, bucketTargetsState, bucketTargetsKmsKeyId: key }) =>
        `${path} ${bucketTargetsState.split(' ')[0]} ${key ?? ''}`.trimEnd(),
      )
    expect(told.sort()).toEqual([...inConfig, ...targets].sort())
    expect(said).toMatchObject({
      legacyMarker: truth.some(({ path }) => path === 'backend-encrypted'),
      drives: { observed: truthOf(set).drives },
      volume: '.minio.sys',
    })
  })
})

describe('drives that are not as they should be', () => {
  test('with one of four away all items are read, and the drive is told', async () => {
    const drives = drivesOf('static-latest-4drives')
    const whole = await readAll(folderSource(drives))
    for (const away of drives) {
      const read = await readAll(folderSource(drives.map((drive) => (drive === away ? `${drive}-away` : drive))))
      expect([...read].map(([path, { bytes }]) => [path, sha256(bytes)])).toEqual(
        [...whole].map(([path, { bytes }]) => [path, sha256(bytes)]),
      )
      expect([...read.values()].every(({ copies, drives: set }) => copies === 3 && set === 4)).toBe(true)
    }
    const [described] = await describeDrives([`${drives[0]}-away`], '.minio.sys')
    expect(described).toMatchObject({ present: false, layout: null })
  })

  test('each drive says where it stands', async () => {
    const drives = drivesOf('legacy-rootcred-4drives')
    const described = await describeDrives([...drives, ...drivesOf('legacy-rootcred')], '.minio.sys')
    expect(described.map(({ layout, set, position }) => [layout, set, position])).toEqual([
      ['erasure', 0, 0],
      ['erasure', 0, 1],
      ['erasure', 0, 2],
      ['erasure', 0, 3],
      ['fs', null, null],
    ])
    expect(new Set(described.slice(0, 4).map(({ deploymentId }) => deploymentId)).size).toBe(1)
  })

  test.each([
    [
      'of another cluster',
      () => [...drivesOf('static-latest-4drives'), ...drivesOf('static-latest')],
      /another cluster/,
    ],
    ['given twice', () => [...drivesOf('static-latest'), ...drivesOf('static-latest')], /is the same drive as/],
    ['and a copy of it', () => [...drivesOf('static-latest'), ...copyOf('static-latest')], /or a copy of it/],
    ['that is none', () => [work], /No drive can be read.*format\.json is missing/],
    ['that is not there', () => [join(work, 'nowhere')], /No drive can be read.*There is no such folder/],
  ])('a drive %s is refused in words', async (_, drives, words) => {
    await expect(readAll(folderSource(drives()))).rejects.toMatchObject({
      code: 'invalid-input',
      detail: expect.stringMatching(words),
    })
  })

  test('a link in place of a file or a folder is never followed', async () => {
    const drives = copyOf('static-latest-4drives')
    const user = (name: string) => join(drives[0]!, '.minio.sys/config/iam/users', name)
    renameSync(user('alice'), join(work, 'alice-elsewhere'))
    symlinkSync(join(work, 'alice-elsewhere'), user('alice'))
    const read = await readAll(folderSource(drives))
    expect(read.get('config/iam/users/alice/identity.json')).toMatchObject({ copies: 3, trouble: undefined })
    const meta = join(user('bob'), 'identity.json/xl.meta')
    renameSync(meta, join(work, 'bob-elsewhere'))
    symlinkSync(join(work, 'bob-elsewhere'), meta)
    expect((await readAll(folderSource(drives))).get('config/iam/users/bob/identity.json')).toMatchObject({ copies: 3 })
  })

  test.each(['config', 'config/iam', 'buckets', 'batch-jobs'])(
    'a link in the place of %s is told, and what it leads to is not read',
    async (folder) => {
      const drives = copyOf('static-latest-4drives')
      for (const drive of drives) moveAndLink(join(drive, '.minio.sys', folder))
      const read = await readAll(folderSource(drives))
      expect(read.get(folder)).toMatchObject({ bytes: undefined, trouble: expect.stringMatching(/link/) })
      expect([...read.keys()].filter((path) => path.startsWith(`${folder}/`))).toEqual([])
    },
  )

  test('on one drive alone it is told too, and the others are read', async () => {
    const drives = copyOf('static-latest-4drives')
    moveAndLink(join(drives[0]!, '.minio.sys/config'))
    const read = await readAll(folderSource(drives))
    expect(read.get('config')?.trouble).toMatch(/config is a link/)
    expect(read.get('config/iam/users/bob/identity.json')).toMatchObject({ copies: 3, trouble: undefined })
  })

  test('a bucket that is a link is told', async () => {
    const drives = copyOf('static-latest-4drives')
    const bucket = readdirSync(join(drives[0]!, '.minio.sys/buckets')).find((name) => !name.startsWith('.'))!
    moveAndLink(join(drives[0]!, '.minio.sys/buckets', bucket))
    const path = `buckets/${bucket}/.metadata.bin`
    expect((await readAll(folderSource(drives))).get(path)?.trouble).toMatch(/is a link/)
    for (const drive of drives.slice(1)) moveAndLink(join(drive, '.minio.sys/buckets', bucket))
    expect((await readAll(folderSource(drives))).get(`buckets/${bucket}`)?.trouble).toMatch(/link/)
  })

  test('a drive whose system volume is a link is none, marker included', async () => {
    const drives = copyOf('legacy-rootcred-4drives')
    moveAndLink(join(drives[0]!, '.minio.sys'))
    const [described] = await describeDrives(drives, '.minio.sys')
    expect(described).toMatchObject({ layout: null, trouble: expect.stringContaining('is a link') })
    expect([...(await readAll(folderSource(drives))).values()].every(({ copies }) => copies === 3)).toBe(true)
    expect(await folderSource(drives.slice(0, 1)).legacyMarker()).toBe(false)
    expect(await folderSource(drives.slice(1)).legacyMarker()).toBe(true)
  })

  test('the folder of a part.1 that is a link is not followed', async () => {
    const drives = copyOf('legacy-rootcred-4drives')
    const path = 'config/iam/users/alice/identity.json'
    const linkPart = (drive: string) => {
      const item = join(drive, '.minio.sys', path)
      moveAndLink(join(item, readdirSync(item).find((name) => name !== 'xl.meta')!))
    }
    linkPart(drives[0]!)
    expect((await readAll(folderSource(drives))).get(path)).toMatchObject({ copies: 3, trouble: undefined })
    for (const drive of drives.slice(1)) linkPart(drive)
    expect((await readAll(folderSource(drives))).get(path)).toMatchObject({
      bytes: undefined,
      trouble: expect.stringContaining('is a link'),
    })
  })

  test('what is larger than it can be is not read', async () => {
    const drives = copyOf('legacy-rootcred-4drives')
    const [meta, part] = ['config/iam/users/alice/identity.json', 'config/iam/users/bob/identity.json']
    for (const drive of drives) {
      truncateSync(join(drive, '.minio.sys', meta, 'xl.meta'), 4 * 2 ** 20 + 1)
      const item = join(drive, '.minio.sys', part)
      truncateSync(join(item, readdirSync(item).find((name) => name !== 'xl.meta')!, 'part.1'), 2 ** 20)
    }
    const read = await readAll(folderSource(drives))
    expect(read.get(meta)).toMatchObject({ bytes: undefined, trouble: expect.stringContaining('larger than 4 MiB') })
    expect(read.get(part)).toMatchObject({ bytes: undefined, trouble: expect.stringMatching(/larger than \d+ bytes/) })
  })

  test('a drive that missed a save holds an older generation, and the newer one is read', async () => {
    const drives = copyOf('static-latest-4drives')
    const path = 'config/iam/users/alice/identity.json'
    const other = 'config/iam/users/bob/identity.json'
    const [behind] = drives
    // Another item's generation stands for one that this drive missed.
    cpSync(join(behind!, '.minio.sys', other, 'xl.meta'), join(behind!, '.minio.sys', path, 'xl.meta'))
    const read = await readAll(folderSource(drives))
    const truth = truthOf('static-latest-4drives').items.find((item) => item.path === path)
    expect(sha256(read.get(path)?.bytes)).toBe(truth?.storedSha256)
    expect(read.get(path)).toMatchObject({ copies: 3 })
  })

  test('what is damaged on all drives is told, and hinders nothing else', async () => {
    const drives = copyOf('static-latest-4drives')
    const path = 'config/iam/users/alice/identity.json'
    for (const drive of drives) writeFileSync(join(drive, '.minio.sys', path, 'xl.meta'), 'XL2 damaged')
    const { audit: said, items } = await audit(drives)
    expect(items.find((item) => item.path === path)).toMatchObject({
      state: 'unreadable',
      copies: 0,
      drives: 4,
      movable: false,
    })
    expect(said.counts.unreadable).toBe(1)
  })
})
