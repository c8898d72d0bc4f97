import { join } from 'node:path'
import { listBucketProbes, probeBucket, readProbeSchedule, setProbeSchedule } from '@strongroom/shared/bucket-probes'
import { readBucket } from '@strongroom/shared/buckets'
import { PROBE_POLICY } from '@strongroom/shared/probe-policy'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'
import { filesBelow, formsOf, leaksIn } from './leaks.ts'
import { addUser, allow, SECRET } from './users.ts'

vi.setConfig({ testTimeout: 40_000, hookTimeout: 60_000 })

const KEY = 'calls-key'
const PROBER = { STRONGROOM_PROBE_ACCESS_KEY: 'prober', STRONGROOM_PROBE_SECRET_KEY: 'a-secret-of-the-probes' }

let house: House
let open: TestConsole
let root: Client

beforeAll(async () => {
  house = await openHouse({ fixture: 'plaintext-latest', onKes: { keyName: KEY } })
  open = await openConsole(house, PROBER)
  root = await open.rootBrowser()
  await addUser(house, 'prober', PROBE_POLICY.Statement, PROBER.STRONGROOM_PROBE_SECRET_KEY)
})
afterAll(() => house?.close())

const mc = (...args: string[]) => house.mc((run) => run(...args))

async function signedIn(name: string, actions: readonly string[], bucket = '*'): Promise<Client> {
  await addUser(house, name, [allow(actions, bucket, `${bucket}/*`)])
  const client = open.browser()
  await client.signIn(name, SECRET)
  return client
}

let made = 0
async function newBucket(...options: string[]): Promise<string> {
  const bucket = `called-${++made}`
  await mc('mb', ...options, `demo/${bucket}`)
  await mc('encrypt', 'set', 'sse-kms', KEY, `demo/${bucket}`)
  return bucket
}

test('a probe is shown, kept, and told by the table, over a restart too', async () => {
  const bucket = await newBucket()
  expect(await root.call(listBucketProbes, { bucket })).toEqual({ probes: [], scheduled: false })
  const probe = await root.call(probeBucket, { bucket })
  expect(probe).toMatchObject({
    mode: 'sse-kms',
    key: KEY,
    promised: { mode: 'sse-kms', key: KEY },
    asPromised: true,
    readBack: true,
    removed: true,
    by: house.truth.rootUser,
    scheduled: false,
  })
  expect((await mc('ls', '--recursive', '--versions', `demo/${bucket}`)).trim()).toBe('')

  const later = await (await openConsole(house)).rootBrowser()
  expect(await later.call(listBucketProbes, { bucket })).toEqual({ probes: [probe], scheduled: false })
  expect((await later.call(readBucket, { bucket })).proof).toEqual({ at: probe.at, outcome: 'as-promised' })
})

test('a locked bucket is refused unless asked for, and no evidence is made of the refusal', async () => {
  const bucket = await newBucket('--with-lock')
  expect(await root.refusal(probeBucket, { bucket })).toMatchObject({ status: 409, code: 'unsafe-now' })
  expect((await root.call(listBucketProbes, { bucket })).probes).toEqual([])
  expect(await root.call(probeBucket, { bucket, locked: true })).toMatchObject({ removed: true, left: null })
})

test('each may do and see what MinIO allows', async () => {
  const bucket = await newBucket()
  await root.call(probeBucket, { bucket })
  const reader = await signedIn('reader', ['s3:GetEncryptionConfiguration', 's3:GetBucketObjectLockConfiguration'])
  expect((await reader.call(listBucketProbes, { bucket })).probes).toHaveLength(1)
  expect(await reader.refusal(probeBucket, { bucket })).toMatchObject({ code: 'not-allowed' })
  for (const on of [true, false])
    expect(await reader.refusal(setProbeSchedule, { bucket, on })).toMatchObject({ code: 'not-allowed' })
  expect((await root.call(listBucketProbes, { bucket })).probes).toHaveLength(1)

  const other = await signedIn('other', ['s3:*'], await newBucket())
  expect(await other.refusal(listBucketProbes, { bucket })).toMatchObject({ code: 'not-allowed' })
})

test('a bucket is switched on and off, and shown to those who see it', async () => {
  const [bucket, foreign] = [await newBucket(), await newBucket()]
  for (const one of [bucket, foreign])
    expect(await root.call(setProbeSchedule, { bucket: one, on: true })).toEqual({ scheduled: true })
  const { probes, scheduled } = await root.call(listBucketProbes, { bucket })
  expect(scheduled).toBe(true)
  expect(probes.map((probe) => [probe.by, probe.scheduled])).toEqual([
    ['prober', true],
    [house.truth.rootUser, false],
  ])
  expect(await root.call(readProbeSchedule, {})).toMatchObject({
    accessKey: 'prober',
    everyHours: 24,
    buckets: [bucket, foreign],
    nextAt: expect.any(String),
  })
  const owner = await signedIn('owner', ['s3:*'], bucket)
  expect((await owner.call(readProbeSchedule, {})).buckets).toEqual([bucket])
  expect(await owner.refusal(setProbeSchedule, { bucket: foreign, on: false })).toMatchObject({ code: 'not-allowed' })

  // Nobody needs KES to switch it off.
  await house.stopKes()
  try {
    expect(await owner.call(setProbeSchedule, { bucket, on: false })).toEqual({ scheduled: false })
  } finally {
    await house.startKes()
  }
  expect((await root.call(readProbeSchedule, {})).buckets).toEqual([foreign])
})

test('locked buckets are not switched on, nor any where the console has no access key', async () => {
  const locked = await newBucket('--with-lock')
  expect(await root.refusal(setProbeSchedule, { bucket: locked, on: true })).toMatchObject({
    code: 'unsafe-now',
    detail: expect.stringContaining('by itself'),
  })
  const bucket = await newBucket()
  const without = await (await openConsole(house, { STRONGROOM_STATE_DIR: join(house.dir, 'without') })).rootBrowser()
  expect(await without.refusal(setProbeSchedule, { bucket, on: true })).toMatchObject({
    code: 'conflict',
    detail: expect.stringContaining('STRONGROOM_PROBE_ACCESS_KEY'),
  })
  expect(await without.call(readProbeSchedule, {})).toEqual({
    accessKey: null,
    everyHours: 24,
    buckets: [],
    nextAt: null,
  })
})

test('the secret of the access key is in no file of the console', () => {
  const state = filesBelow(open.console.config.stateDir)
  expect(state.length).toBeGreaterThan(3)
  expect(leaksIn(state, formsOf('secret', PROBER.STRONGROOM_PROBE_SECRET_KEY))).toEqual([])
})
