import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kes, startKes } from '@strongroom/sandbox/kes'
import { unpackDrives } from '@strongroom/sandbox/seed'
import type { Drill } from '@strongroom/shared/drills'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { archiveOf } from '../../test/fixture.ts'
import { askKes, importByKes } from '../../test/kes-client.ts'
import { strongroom } from '../../test/strongroom.ts'

/** Those that seal something on the drives of the fixture; its keystore has one more. */
const KEYS = ['bucket-hr-key', 'minio-iam-2026a']

let dir: string
let drives: readonly string[]
let restored: Kes
let wrong: Kes

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'strongroom-drill-'))
  const seed = await unpackDrives(archiveOf('kes-latest'), join(dir, 'drives'))
  drives = seed.drives
  restored = await startKes({ dir: join(dir, 'restored'), keystore: seed.keystore! })
  wrong = await startKes({ dir: join(dir, 'wrong') })
  await importByKes(wrong, KEYS[1]!, Buffer.alloc(32, 7))
})
afterAll(async () => {
  await restored?.stop()
  await wrong?.stop()
  rmSync(dir, { recursive: true, force: true })
})

const at = ({ endpoint, ca, consoleCert, consoleKey }: Kes) => [
  ...['--endpoint', endpoint, '--ca', ca, '--cert', consoleCert, '--key', consoleKey],
]
const drill = (kes: Kes, ...args: string[]) => strongroom('drill', ...at(kes), '--drives', ...drives, ...args)

interface Report {
  readonly drill: Drill
  readonly failures: { item: string; reason: string }[]
}

const everyFile = (folders: readonly string[]) =>
  folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`),
  )

test('a KES restored from a copy of the keystore opens every data key, and nothing is written on either side', async () => {
  const watched = [...drives, join(dir, 'restored', 'keystore')]
  const before = everyFile(watched)
  const { code, out, err } = await drill(restored, '--json', '--samples', '1000')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const { drill: held, failures } = JSON.parse(out) as Report
  expect(failures).toEqual([])
  expect(held).toMatchObject({ failed: 0, endpoint: restored.endpoint })
  expect(held.opened).toBe(held.sampled)
  expect(held.byKey.map(({ name, verdict }) => [name, verdict])).toEqual(KEYS.map((name) => [name, 'proven']))
  expect(held.detail).toMatch(/[1-9]\d* of IAM and settings, [1-9]\d* of objects/)
  expect(everyFile(watched)).toEqual(before)
})

test('few samples still speak of every key', async () => {
  const { drill: held } = JSON.parse((await drill(restored, '--json', '--samples', '3')).out) as Report
  expect(held.sampled).toBe(3)
  expect(held.byKey.map(({ name }) => name)).toEqual(KEYS)
  const one = JSON.parse((await drill(restored, '--json', '--samples', '1')).out) as Report
  expect(one.drill.byKey).toHaveLength(1)
  expect(one.drill.detail).toContain('Not tried for want of samples: ')
})

test('other material and missing keys are told, key by key', async () => {
  const { code, out } = await drill(wrong, '--json')
  expect(code).toBe(1)
  const { drill: held, failures } = JSON.parse(out) as Report
  expect(held.opened).toBe(0)
  expect(held.byKey.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['bucket-hr-key', 'key-missing'],
    ['minio-iam-2026a', 'wrong-material'],
  ])
  expect(failures).toHaveLength(held.failed)
  expect(failures.find(({ item }) => item.includes('minio-iam-2026a'))?.reason).toContain('other material')
})

test('the report for people is dated and ends with what it means', async () => {
  const good = await drill(restored)
  expect(good.out).toMatch(/^Drill of \d{4}-\d{2}-\d{2}T/)
  expect(good.out).toContain('minio-iam-2026a  proven: ')
  expect(good.out).toMatch(/This backup opened all \d+ data keys/)
  const bad = await drill(wrong)
  expect(bad.out).toContain('bucket-hr-key    MISSING: 0 opened')
  expect(bad.out).toContain('does not open all that the cluster sealed')
})

test('what is kept of a drill holds no data key', async () => {
  const samples = JSON.parse((await drill(restored, '--json')).out)
  expect(JSON.stringify(samples)).not.toMatch(/[A-Za-z0-9+/]{40,}={0,2}/)
})

describe('no drill can be held', () => {
  test('against the KES that the env file names, by any name', async () => {
    const envFile = join(dir, 'minio.env')
    for (const endpoint of [restored.endpoint, restored.endpoint.replace('127.0.0.1', 'localhost')]) {
      writeFileSync(envFile, `MINIO_KMS_KES_ENDPOINT=${endpoint}\n`)
      const { code, err } = await drill(restored, '--env-file', envFile)
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('would prove nothing') })
    }
    writeFileSync(envFile, `MINIO_KMS_KES_ENDPOINT=${wrong.endpoint}\n`)
    expect((await drill(restored, '--env-file', envFile)).code).toBe(0)
  })

  test('against a KES that does not answer, or whose keystore is away', async () => {
    const silent = await strongroom(
      'drill',
      ...at({ ...restored, endpoint: 'https://127.0.0.1:1' }),
      '--drives',
      ...drives,
    )
    expect(silent).toMatchObject({ code: 2, err: expect.stringContaining('127.0.0.1:1') })
    const kes = await startKes({ dir: join(dir, 'away'), keystore: join(dir, 'restored', 'keystore') })
    renameSync(join(dir, 'away', 'keystore'), join(dir, 'away', 'elsewhere'))
    const away = await drill(kes)
    await kes.stop()
    expect(away).toMatchObject({ code: 2, err: expect.stringContaining('keystore') })
  })

  test('where nothing is sealed by a KMS key', async () => {
    const plain = await unpackDrives(archiveOf('plaintext-latest'), join(dir, 'plain'))
    const { code, out } = await strongroom('drill', ...at(restored), '--drives', ...plain.drives)
    expect({ code, out }).toEqual({ code: 2, out: expect.stringContaining('nothing is proven') })
  })

  test('without drives', async () => {
    mkdirSync(join(dir, 'empty'), { recursive: true })
    const { code, err } = await strongroom('drill', ...at(restored), '--drives', join(dir, 'empty'))
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('No drive can be read') })
  })
})

test('a wrong command line names the option that is missing, and files by their option', async () => {
  const code = async (...args: string[]) => {
    const { code, err } = await strongroom('drill', ...args)
    return [code, err] as const
  }
  expect(await code('--drives', ...drives)).toEqual([64, expect.stringContaining('--endpoint')])
  expect(await code('--endpoint', restored.endpoint, '--drives', ...drives)).toEqual([
    64,
    expect.stringContaining('--cert and --key'),
  ])
  expect(await code(...at(restored), '--drives', ...drives, '--samples', '0')).toEqual([
    64,
    expect.stringContaining('--samples'),
  ])
  const missing = join(dir, 'nowhere')
  const [exit, said] = await code(...at({ ...restored, consoleCert: missing }), '--drives', ...drives)
  expect([exit, said]).toEqual([2, expect.stringContaining(`--cert names ${missing}`)])
  expect(said).not.toContain('STRONGROOM_DRILL')
})

test('old data keys, which no KES opens, say nothing of the backup', async () => {
  const old = await unpackDrives(archiveOf('legacy-rootcred-4drives'), join(dir, 'old'))
  const { code, out } = await strongroom('drill', ...at(restored), '--json', '--drives', ...old.drives)
  const { drill: held } = JSON.parse(out) as Report
  expect(code).toBe(2)
  expect(held.byKey).toEqual([{ name: 'legacy-master-key', verdict: 'nothing-to-open', opened: 0, failed: 0 }])
  expect(await askKes(restored, 'GET', '/version')).toHaveProperty('version')
})
