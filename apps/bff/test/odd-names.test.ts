import type { Job } from '@strongroom/shared/jobs'
import { startMigration } from '@strongroom/shared/migrations'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { accountsIn, regionIn, signIns } from './accounts.ts'
import { openConsole } from './console.ts'
import { readStored } from './drives.ts'
import { type House, openHouse } from './house.ts'
import { meaningOf } from './meaning.ts'
import { CONTRADICTED, DNS, SIGNER, seedOddNames } from './odd-names.ts'
import { keystoreKeys, openAll, sealOf } from './opening.ts'
import { type Rights, rightsOf } from './rights.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 })

const KEY = 'iam-2027'
const ACCOUNTS = /^config\/iam\/(users|groups|policies|policydb|service-accounts)\//
const PLACES = [
  { bucket: 'docs', object: 'a.txt' },
  { bucket: 'invoices', object: 'a.txt' },
]

let house: House
let job: Job
let before: Map<string, Buffer>
let stored: Map<string, Buffer>
let after: Map<string, Buffer>
let signInsBefore: Record<string, string>
let rightsBefore: Map<string, Rights>

const accounts = () =>
  new Map([...readStored(house.drives)].filter(([path]) => ACCOUNTS.test(path) || path === 'config/config.json'))
const open = (items: ReadonlyMap<string, Buffer>) => openAll(items, { keys: keystoreKeys(house.keystore) })

async function rightsOfAll(): Promise<Map<string, Rights>> {
  const rights = new Map<string, Rights>()
  for (const { name, secret } of accountsIn(before, 'service-accounts')) {
    const who = { accessKey: name, secretKey: secret }
    rights.set(name, await rightsOf(house.minio.endpoint, who, PLACES, regionIn(before)))
  }
  return rights
}

/** Seeded while MinIO has no KMS, then moved by an administrator who is not root and who has odd names and accounts too. */
beforeAll(async () => {
  house = await openHouse({ fixture: 'plaintext-latest', kes: true, variables: {} })
  const { rootUser, rootPassword } = house.truth
  await house.mc((mc) => seedOddNames(mc, rootUser, house.dir))
  await house.startMinio({ MINIO_ROOT_USER: rootUser, MINIO_ROOT_PASSWORD: rootPassword, ...house.kesLines(KEY) })
  before = await open(accounts())
  signInsBefore = await signIns(house.minio.endpoint, before)
  rightsBefore = await rightsOfAll()
  const browser = (await openConsole(house)).browser()
  await browser.signIn(SIGNER.accessKey, SIGNER.secretKey)
  job = await browser.job(startMigration, { secretKey: SIGNER.secretKey })
  stored = accounts()
  after = await open(stored)
})
afterAll(() => house?.close())

test('the seed is what it should be: odd names, disabled users with mappings, disabled groups, accounts off, DNs', () => {
  const users = accountsIn(before, 'users')
  const off = users.filter(({ enabled }) => !enabled).map(({ name }) => name)
  expect(off).toHaveLength(1 + 3)
  expect(off.filter((name) => before.has(`config/iam/policydb/users/${name}.json`))).toHaveLength(3)
  for (const dn of DNS) expect.soft([...before.keys()]).toContain(`config/iam/policydb/sts-users/${dn}.json`)
  const odd = accountsIn(before, 'service-accounts').filter(({ name }) => name.startsWith('ODD'))
  expect(odd.map(({ enabled }) => enabled).sort()).toEqual([...Array(6).fill(false), ...Array(6).fill(true)])
  const policies = odd.map(({ name }) => 'sessionPolicy' in claimsOf(name))
  expect(policies.sort()).toEqual([...Array(7).fill(false), ...Array(5).fill(true)])
  expect(claimsOf(CONTRADICTED)).toMatchObject({ 'sa-policy': 'inherited-policy' })
  const groups = [...before]
    .filter(([path]) => path.startsWith('config/iam/groups/'))
    .map(([path, plain]) => meaningOf(path, plain))
  expect(groups.filter((group) => !(group as { enabled: boolean }).enabled)).toHaveLength(1 + 5)
})

const claimsOf = (account: string) => {
  const path = `config/iam/service-accounts/${account}/identity.json`
  return (meaningOf(path, before.get(path)!) as { claims: object }).claims
}

test('the job ends without a failure', () => {
  expect(job.message).toMatch(/^Moved \d+ items/)
  expect(job).toMatchObject({ state: 'done', failed: 0, failures: [] })
})

test('every item lies under the key, and there are the same ones', () => {
  expect([...stored.keys()]).toEqual([...before.keys()])
  for (const [path, bytes] of stored) expect.soft(sealOf(path, bytes), path).toMatchObject({ by: 'kms', key: KEY })
})

test('every item says what it said before', () => {
  for (const [path, plain] of before) {
    if (ACCOUNTS.test(path)) expect.soft(meaningOf(path, after.get(path)!), path).toEqual(meaningOf(path, plain))
  }
})

test('everybody gets in as before, and may do neither more nor less', async () => {
  expect(Object.values(signInsBefore)).toContain('ok')
  expect(await signIns(house.minio.endpoint, after)).toEqual(signInsBefore)
  const rights = await rightsOfAll()
  for (const [name, was] of rightsBefore) expect.soft(rights.get(name), name).toEqual(was)
})

test('what the comparison of rights rests on: a session policy takes something away', () => {
  const may = (name: string) => Object.values(rightsBefore.get(name)!).filter((said) => said === 'ok').length
  expect(may('ODD0000POLICY')).toBeLessThan(may('ODD0000WHOLE'))
  expect(may('ODD0000POLICY')).toBeGreaterThan(0)
})

test('after a fresh start MinIO has loaded all of them', async () => {
  await house.startMinio()
  expect(await signIns(house.minio.endpoint, after)).toEqual(signInsBefore)
})
