import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listActivity } from '@strongroom/shared/activity'
import { readBucketRun, startBucketRun } from '@strongroom/shared/bucket-runs'
import { listBuckets } from '@strongroom/shared/buckets'
import { type HouseRule, readHousePolicy, setHousePolicy } from '@strongroom/shared/house-policy'
import { readSession } from '@strongroom/shared/session'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { allByMc, makeBuckets } from './buckets-setup.ts'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'
import { addUser, allow, SECRET } from './users.ts'

vi.setConfig({ testTimeout: 60_000 })

const NAMES = ['prod-a', 'prod.b', 'prod-c', 'test-a', 'other']
const RULES: HouseRule[] = [
  { pattern: 'prod?*', mode: 'sse-kms', key: 'of-{bucket}' },
  { pattern: 'test-*', mode: 'sse-s3' },
]

let house: House
let open: TestConsole
let root: Client

beforeAll(async () => {
  house = await openHouse({ fixture: 'plaintext-latest', onKes: { keyName: 'first-key' } })
  open = await openConsole(house)
  root = await open.rootBrowser()
  await makeBuckets(house, NAMES)
})
afterAll(() => house?.close())

async function as(name: string, where = open): Promise<Client> {
  const client = where.browser()
  await client.signIn(name, SECRET)
  return client
}

/** Sets the rules, whatever they were. */
async function setRules(rules: HouseRule[], who = root) {
  const { revision } = await root.call(readHousePolicy, {})
  return who.call(setHousePolicy, { rules, revision })
}

const standings = async () => {
  const { buckets } = await root.call(listBuckets, {})
  return Object.fromEntries(NAMES.map((name) => [name, buckets.find((bucket) => bucket.name === name)!.house]))
}

describe('the rules', () => {
  test('are kept, and written to the audit trail', async () => {
    const { revision } = await root.call(readHousePolicy, {})
    const told = await root.call(setHousePolicy, { rules: RULES, revision })
    expect(told).toMatchObject({ rules: RULES, changedBy: house.truth.rootUser })
    expect(await root.call(readHousePolicy, {})).toEqual(told)
    const { activity } = await root.call(listActivity, { target: 'house-policy' })
    expect(activity[0]).toMatchObject({
      act: 'set-house-policy',
      outcome: 'done',
      detail: 'prod?*: sse-kms with of-{bucket}; test-*: sse-s3',
    })
  })

  test('of two who change them at once, the second is told', async () => {
    const { revision } = await root.call(readHousePolicy, {})
    await root.call(setHousePolicy, { rules: RULES.slice(0, 1), revision })
    expect(await root.refusal(setHousePolicy, { rules: [], revision })).toMatchObject({ code: 'conflict', status: 409 })
    expect(await root.call(readHousePolicy, {})).toMatchObject({ rules: RULES.slice(0, 1) })
  })

  test('that no bucket could follow are refused, with the field', async () => {
    const { revision } = await root.call(readHousePolicy, {})
    const wrong: HouseRule[] = [
      { pattern: 'a', mode: 'sse-s3' },
      { pattern: 'b', mode: 'sse-kms' },
      { pattern: 'c', mode: 'none', key: 'x' },
      { pattern: 'd', mode: 'sse-kms', key: '-{bucket}' },
    ]
    const { code, errors } = await root.refusal(setHousePolicy, { rules: wrong, revision })
    expect([code, errors.map(({ pointer }) => pointer)]).toEqual([
      'invalid-input',
      ['/rules/1/key', '/rules/2/key', '/rules/3/key'],
    ])
  })
})

describe('a bucket that is not as the rules say', () => {
  test('is shown as drifted, and brought back by one run', async () => {
    await setRules(RULES)
    await house.mc((mc) => mc('encrypt', 'set', 'sse-s3', 'demo/prod-c'))
    const standing = (drifted: boolean, bucket: string) => ({
      pattern: 'prod?*',
      mode: 'sse-kms',
      key: `of-${bucket}`,
      drifted,
    })
    expect(await standings()).toEqual({
      'prod-a': standing(true, 'prod-a'),
      'prod.b': standing(true, 'prod-b'),
      'prod-c': standing(true, 'prod-c'),
      'test-a': { pattern: 'test-*', mode: 'sse-s3', drifted: true },
      other: null,
    })
    const act = { kind: 'house', createKeys: true } as const
    const { id } = await root.job(startBucketRun, { buckets: NAMES, act })
    const { results } = await root.call(readBucketRun, { id })
    const of = (name: string) => results.find(({ bucket }) => bucket === name)
    expect(NAMES.map((name) => of(name)?.outcome)).toEqual(['changed', 'changed', 'changed', 'changed', 'left'])
    expect(of('other')?.reason).toMatch(/No rule/)
    expect(await allByMc(house, NAMES)).toEqual([
      { mode: 'sse-kms', key: 'of-prod-a' },
      { mode: 'sse-kms', key: 'of-prod-b' },
      { mode: 'sse-kms', key: 'of-prod-c' },
      { mode: 'sse-s3' },
      { mode: 'none' },
    ])
    expect(Object.values(await standings()).filter((each) => each?.drifted)).toEqual([])
  })

  test('is cleared where the rule wants none', async () => {
    await setRules([{ pattern: '*', mode: 'none' }])
    const act = { kind: 'house', createKeys: false } as const
    const { id } = await root.job(startBucketRun, { buckets: ['test-a', 'other'], act })
    const { results } = await root.call(readBucketRun, { id })
    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['already', 'changed'])
    expect(await allByMc(house, ['test-a'])).toEqual([{ mode: 'none' }])
  })
})

describe('who may change the rules', () => {
  const ACTION = 's3:PutEncryptionConfiguration'

  beforeAll(async () => {
    await addUser(house, 'sets-all', [allow(['s3:*'], '*')])
    await addUser(house, 'sets-some', [allow(['s3:*'], 'test-*')])
    await addUser(house, 'sets-but-one', [allow(['s3:*'], '*'), { ...allow([ACTION], 'prod-a'), Effect: 'Deny' }])
    await addUser(house, 'reads-all', [allow(['s3:Get*', 's3:List*'], '*')])
  })

  const tried = async (name: string, where = open) => {
    const user = await as(name, where)
    const { can } = await user.call(readSession, {})
    const { revision } = await user.call(readHousePolicy, {})
    const response = await user.request('/house-policy', {
      method: 'PUT',
      body: JSON.stringify({ rules: [], revision }),
    })
    return { status: response.status, shown: can.editHousePolicy, said: await response.text() }
  }

  test('without a role file, whoever may set the encryption of every bucket', async () => {
    expect(await tried('sets-all')).toMatchObject({ status: 200, shown: true })
    for (const name of ['sets-some', 'sets-but-one', 'reads-all'])
      expect(await tried(name)).toMatchObject({ status: 403, shown: false, said: expect.stringContaining(ACTION) })
  })

  test('with a role file, an operator for all keys, and the root user', async () => {
    const rolesFile = join(house.dir, 'roles.json')
    const roles = [
      { identity: 'reads-all', role: 'operator', prefix: '' },
      { identity: 'sets-some', role: 'operator', prefix: 'test-' },
      { identity: 'sets-all', role: 'importer', prefix: '' },
    ]
    writeFileSync(rolesFile, JSON.stringify({ roles }), { mode: 0o600 })
    const locked = await openConsole(house, { STRONGROOM_ROLES_FILE: rolesFile })
    expect(await tried('reads-all', locked)).toMatchObject({ status: 200, shown: true })
    for (const name of ['sets-some', 'sets-all'])
      expect(await tried(name, locked)).toMatchObject({
        status: 403,
        shown: false,
        said: expect.stringContaining('operator'),
      })
    const { can } = await (await locked.rootBrowser()).call(readSession, {})
    expect(can.editHousePolicy).toBe(true)
  })

  test('nobody, while the audit trail can’t be written', async () => {
    const { revision } = await root.call(readHousePolicy, {})
    const trail = join(house.consoleEnv.STRONGROOM_STATE_DIR!, 'activity')
    rmSync(trail, { recursive: true, force: true })
    writeFileSync(trail, 'in the way')
    expect(await root.refusal(setHousePolicy, { rules: RULES, revision })).toMatchObject({ code: 'unsafe-now' })
    expect(await root.call(readHousePolicy, {})).toMatchObject({ revision })
    rmSync(trail)
  })
})
