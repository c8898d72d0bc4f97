import { rmSync } from 'node:fs'
import { acmeVariables } from '@strongroom/sandbox/acme'
import type { Job } from '@strongroom/shared/jobs'
import { startMigration } from '@strongroom/shared/migrations'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { accountsIn, signIns } from './accounts.ts'
import { openConsole } from './console.ts'
import { readStored } from './drives.ts'
import { type FixtureName, openersOf } from './fixture.ts'
import { type House, openHouse } from './house.ts'
import { meaningOf, settingsIn } from './meaning.ts'
import { type KeyMaterial, keystoreKeys, openAll, sealOf, staticKey } from './opening.ts'
import { folderOf } from './variants.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 })

const KEY = 'iam-2027'
const ACCOUNTS = /^config\/iam\/(users|groups|policies|policydb|service-accounts)\//
const MOVED = /^config\/(config\.json|iam\/(users|groups|policies|policydb|service-accounts)\/)/
const FORMAT = 'config/iam/format.json'

interface Case {
  readonly fixture: FixtureName
  /** Sealed something in the fixture and must stay in KES until the migration is over. */
  readonly keys?: KeyMaterial
  /** Users, groups, policies, mappings, service accounts and config.json. */
  readonly movable: number
  /** The items that no call moves are under the root credentials. */
  readonly fromRoot: boolean
}

const ACME = staticKey(acmeVariables.MINIO_KMS_SECRET_KEY!)
const LEGACY = staticKey('legacy-master-key:Zml4dHVyZS1sZWdhY3ktbWFzdGVyLWtleS0zMmJ5dGU=')
const STATIC = staticKey('iam-static-key:Zml4dHVyZS1zdGF0aWMta21zLWtleS0zMi1ieXRlcyE=')
const LATEST = 12 + 4 + 6 + 9 + 6 + 1
const LEGACY_MOVABLE = 12 + 4 + 6 + 12 + 6 + 1

const CASES: readonly Case[] = [
  { fixture: 'acme-2021', keys: ACME, movable: 66, fromRoot: true },
  { fixture: 'legacy-rootcred-4drives', movable: LEGACY_MOVABLE, fromRoot: true },
  { fixture: 'legacy-interrupted-4drives', keys: LEGACY, movable: LEGACY_MOVABLE, fromRoot: true },
  { fixture: 'plaintext-latest', movable: LATEST, fromRoot: false },
  { fixture: 'static-latest', keys: STATIC, movable: LATEST, fromRoot: false },
  { fixture: 'static-latest-4drives', keys: STATIC, movable: LATEST, fromRoot: false },
  { fixture: 'kes-latest', movable: LATEST, fromRoot: false },
]

let house: House
/** Plain content by path, before the migration and after it. */
let before: Map<string, Buffer>
let after: Map<string, Buffer>
let job: Job
let signInsBefore: Record<string, string>

const moved = (all: ReadonlyMap<string, Buffer>) => [...all].filter(([path]) => MOVED.test(path))

/** Everything that lies on the drives, opened without the console. Temporary credentials come and go, so they stay out. */
async function openDrives(): Promise<Map<string, Buffer>> {
  const stored = new Map([...readStored(house.drives)].filter(([path]) => !path.startsWith('config/iam/sts/')))
  return openAll(stored, { root: openersOf(house.truth).root!, keys: keystoreKeys(house.keystore) })
}

describe.each(CASES)('$fixture to a new key in KES', ({ fixture, keys, movable, fromRoot }) => {
  beforeAll(async () => {
    house = await openHouse({ fixture, onKes: { keyName: KEY, ...(keys && { keys }) } })
    before = await openDrives()
    signInsBefore = await signIns(house.minio.endpoint, before)
    const root = await (await openConsole(house)).rootBrowser()
    job = await root.job(startMigration, { secretKey: house.truth.rootPassword })
    after = await openDrives()
  })
  afterAll(() => house?.close())

  test('the job ends without a failure', () => {
    const { state, message, failed, failures, done, total } = job
    expect({ state, message, failed, failures }).toMatchObject({ state: 'done', failed: 0, failures: [] })
    expect({ done, total }).toEqual({ done: movable, total: movable })
  })

  test('every movable item lies under the key, and none is gone', () => {
    const stored = moved(readStored(house.drives))
    expect(stored.map(([path]) => path)).toEqual(moved(before).map(([path]) => path))
    expect(stored).toHaveLength(movable)
    for (const [path, bytes] of stored) expect.soft(sealOf(path, bytes), path).toMatchObject({ by: 'kms', key: KEY })
  })

  test('every item says what it said before', () => {
    for (const [path, plain] of before) {
      const now = after.get(path)!
      if (ACCOUNTS.test(path)) expect.soft(meaningOf(path, now), path).toEqual(meaningOf(path, plain))
      else if (path === 'config/config.json')
        expect.soft(settingsIn(now)).toEqual(expect.arrayContaining(settingsIn(plain)))
      else expect.soft(now.equals(plain), path).toBe(true)
    }
  })

  test('every credential works as before', async () => {
    expect(await signIns(house.minio.endpoint, after)).toEqual(signInsBefore)
    const users = accountsIn(before, 'users')
    expect(users.some(({ enabled }) => !enabled)).toBe(true)
    for (const { name, enabled } of users) {
      expect.soft(signInsBefore[`user ${name}`], name).toBe(enabled ? 'ok' : '403 AccessDenied')
    }
    for (const { name, enabled } of accountsIn(before, 'service-accounts')) {
      expect
        .soft(signInsBefore[`account ${name}`], name)
        .toMatch(enabled ? /^(ok|403 AccessDenied)$/ : /^403 InvalidAccessKeyId$/)
      expect
        .soft(signInsBefore[`account ${name}, wrong secret`], name)
        .toMatch(/^403 (SignatureDoesNotMatch|InvalidAccessKeyId)$/)
    }
  })

  test('the root password can be changed: MinIO loads everybody, and everybody gets in', async () => {
    await house.stopMinio()
    if (fromRoot) for (const drive of house.drives) rmSync(folderOf(drive, FORMAT), { recursive: true })
    const { rootUser } = house.truth
    await house.startMinio({
      MINIO_ROOT_USER: rootUser,
      MINIO_ROOT_PASSWORD: 'a-root-password-of-2027',
      ...house.kesLines(KEY),
    })
    const listed = await house.mc((mc) => mc('admin', 'user', 'ls', 'demo'))
    const names = listed
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { accessKey: string }).accessKey)
    expect(names.sort()).toEqual(
      accountsIn(before, 'users')
        .map(({ name }) => name)
        .sort(),
    )
    expect(await signIns(house.minio.endpoint, before)).toEqual(signInsBefore)
  })

  if (fromRoot)
    test('MinIO has written the one item anew that kept the root password from being changed', () => {
      const stored = readStored(house.drives).get(FORMAT)!
      expect(sealOf(FORMAT, stored)).toMatchObject({ by: 'kms', key: KEY })
    })
})
