import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PROBE_POLICY } from '@strongroom/shared/probe-policy'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { ProbeSchedule } from '../src/cluster/buckets/probe-schedule.ts'
import { ProbeStore } from '../src/cluster/buckets/probe-store.ts'
import { encryptionDefaults } from '../src/cluster/encryption-defaults.ts'
import { LastTold } from '../src/cluster/last-told.ts'
import { Leases } from '../src/jobs/lease.ts'
import { connectMinio, type Minio } from '../src/minio/transport.ts'
import { Secret } from '../src/secret.ts'
import { type House, openHouse } from './house.ts'
import { addUser, SECRET } from './users.ts'

vi.setConfig({ testTimeout: 40_000, hookTimeout: 60_000 })

const KEY = 'schedule-key'
const ALLOWED = async () => undefined
const SETTINGS = { accessKey: 'prober', secretKey: new Secret<string>(SECRET), everyHours: 24 }

let house: House
let minio: Minio

beforeAll(async () => {
  house = await openHouse({ fixture: 'plaintext-latest', onKes: { keyName: KEY } })
  // The cluster has another region: the schedule finds it.
  minio = connectMinio({ endpoint: new URL(house.minio.endpoint), region: 'us-east-1' })
  await addUser(house, SETTINGS.accessKey, PROBE_POLICY.Statement)
})
afterAll(async () => {
  await minio?.close()
  await house?.close()
})

const mc = (...args: string[]) => house.mc((run) => run(...args))

const running: ProbeSchedule[] = []
afterEach(() => {
  for (const schedule of running.splice(0)) schedule.stop()
})

let places = 0
const newPlace = () => {
  const stateDir = join(house.dir, `schedule-${++places}`)
  mkdirSync(stateDir)
  return stateDir
}

/** A console's part of a schedule; two in one place are two consoles that share a state folder. */
function consoleAt(stateDir: string, { settings = SETTINGS as typeof SETTINGS | null, everyMs = 300 } = {}) {
  const probes = new ProbeStore(stateDir)
  const lastTold = new LastTold()
  const schedule = new ProbeSchedule({
    stateDir,
    settings,
    minio,
    probes,
    leases: new Leases(join(stateDir, 'leases')),
    readDefaults: (door, credentials) => encryptionDefaults(door, credentials, lastTold),
    log: pino({ level: 'silent' }),
    everyMs,
    lookMs: 50,
  })
  running.push(schedule)
  return { probes, schedule }
}

let made = 0
async function newBucket(...options: string[]): Promise<string> {
  const bucket = `scheduled-${++made}`
  await mc('mb', ...options, `demo/${bucket}`)
  await mc('encrypt', 'set', 'sse-kms', KEY, `demo/${bucket}`)
  return bucket
}

test('a bucket that is switched on is probed at once and again and again, until it is switched off', async () => {
  const { probes, schedule } = consoleAt(newPlace())
  const bucket = await newBucket()
  await schedule.switchOn(bucket, 'alice', ALLOWED)
  expect(probes.newest(bucket)).toMatchObject({ outcome: 'as-promised' })
  expect(await schedule.read()).toMatchObject({ accessKey: 'prober', everyHours: 24, buckets: [bucket] })
  schedule.start()
  await vi.waitFor(async () => expect((await probes.list(bucket)).length).toBeGreaterThan(3), 10_000)
  for (const probe of await probes.list(bucket))
    expect(probe).toMatchObject({ by: 'prober', scheduled: true, promised: { mode: 'sse-kms', key: KEY }, left: null })

  await schedule.switchOff(bucket)
  expect(await schedule.has(bucket)).toBe(false)
  await schedule.round()
  const then = (await probes.list(bucket)).length
  await schedule.round()
  expect(await probes.list(bucket)).toHaveLength(then)
  expect(await schedule.read()).toMatchObject({ buckets: [], nextAt: null })
})

test('nothing is probed before it is due, also after a restart', async () => {
  const place = newPlace()
  const bucket = await newBucket()
  const first = consoleAt(place, { everyMs: 60_000 })
  await first.schedule.switchOn(bucket, 'alice', ALLOWED)
  const second = consoleAt(place, { everyMs: 60_000 })
  await second.schedule.round()
  expect(await second.probes.list(bucket)).toHaveLength(1)
  const { nextAt } = await second.schedule.read()
  expect(Date.parse(nextAt!) - Date.now()).toBeGreaterThan(50_000)
  await second.probes.load()
  expect(second.probes.newest(bucket)).toMatchObject({ outcome: 'as-promised' })
})

test('of two consoles one does it', async () => {
  const place = newPlace()
  const [one, other] = [consoleAt(place, { everyMs: 2_000 }), consoleAt(place, { everyMs: 2_000 })]
  const buckets = [await newBucket(), await newBucket(), await newBucket()]
  for (const bucket of buckets) await one.schedule.switchOn(bucket, 'alice', ALLOWED)
  await new Promise((resolve) => setTimeout(resolve, 2_100))
  await Promise.all([one.schedule.round(), other.schedule.round()])
  for (const bucket of buckets) expect(await one.probes.list(bucket)).toHaveLength(2)
})

test('locked and replicated buckets can’t be switched on, and nothing is written to them', async () => {
  const { probes, schedule } = consoleAt(newPlace())
  const locked = await newBucket('--with-lock')
  await expect(schedule.switchOn(locked, 'alice', ALLOWED)).rejects.toMatchObject({
    code: 'unsafe-now',
    detail: expect.stringContaining('Object lock'),
  })
  const replicated = await newReplicated()
  await expect(schedule.switchOn(replicated, 'alice', ALLOWED)).rejects.toMatchObject({
    code: 'unsafe-now',
    detail: expect.stringContaining('replicated'),
  })
  const denied = schedule.switchOn(await newBucket(), 'alice', () => Promise.reject(new Error('not this one')))
  await expect(denied).rejects.toThrow('not this one')
  expect((await schedule.read()).buckets).toEqual([])
  expect(probes.newest(locked)).toBeNull()
  expect((await mc('ls', '--recursive', '--versions', `demo/${replicated}`)).trim()).toBe('')
})

async function newReplicated() {
  const [from, to] = [await newBucket('--with-versioning'), await newBucket('--with-versioning')]
  await replicate(from, to)
  return from
}

function replicate(from: string, to: string) {
  const { host } = new URL(house.minio.endpoint)
  const target = `http://${house.truth.rootUser}:${encodeURIComponent(house.truth.rootPassword)}@${host}/${to}`
  return mc('replicate', 'add', `demo/${from}`, '--remote-bucket', target, '--priority', '1')
}

test('one that is replicated later, or gone, is switched off, with evidence that says why', async () => {
  const { probes, schedule } = consoleAt(newPlace(), { everyMs: 0 })
  const [later, gone, stays] = [await newBucket('--with-versioning'), await newBucket(), await newBucket()]
  for (const bucket of [later, gone, stays]) await schedule.switchOn(bucket, 'alice', ALLOWED)
  await replicate(later, await newBucket('--with-versioning'))
  await mc('rb', `demo/${gone}`)
  await schedule.round()
  expect((await schedule.read()).buckets).toEqual([stays])
  expect((await probes.list(later))[0]).toMatchObject({
    scheduled: true,
    reason: expect.stringMatching(/switched off.*replicated/s),
  })
  expect((await probes.list(gone))[0]).toMatchObject({ reason: expect.stringMatching(/switched off.*no such bucket/s) })
  expect(await probes.list(stays)).toHaveLength(2)
})

test('a failure is evidence and leaves it switched on: KES is down', async () => {
  const { probes, schedule } = consoleAt(newPlace(), { everyMs: 0 })
  const bucket = await newBucket()
  await schedule.switchOn(bucket, 'alice', ALLOWED)
  await house.stopKes()
  try {
    await schedule.round()
  } finally {
    await house.startKes()
  }
  expect((await probes.list(bucket))[0]).toMatchObject({ by: 'prober', scheduled: true, reason: /KMS/ })
  expect(probes.newest(bucket)).toMatchObject({ outcome: 'failed' })
  expect(await schedule.has(bucket)).toBe(true)
  await schedule.round()
  expect(probes.newest(bucket)).toMatchObject({ outcome: 'as-promised' })
})

test('without an access key, or with one that MinIO does not take, nothing can be switched on', async () => {
  const bucket = await newBucket()
  const none = consoleAt(newPlace(), { settings: null })
  await expect(none.schedule.switchOn(bucket, 'alice', ALLOWED)).rejects.toMatchObject({
    code: 'conflict',
    detail: expect.stringContaining('STRONGROOM_PROBE_ACCESS_KEY'),
  })
  expect(await none.schedule.read()).toMatchObject({ accessKey: null, buckets: [], nextAt: null })

  // Never as an end of the session of whoever asked.
  const unknown = consoleAt(newPlace(), { settings: { ...SETTINGS, accessKey: 'nobody-at-all' } })
  await expect(unknown.schedule.switchOn(bucket, 'alice', ALLOWED)).rejects.toMatchObject({ code: 'upstream-failed' })
  const wrong = consoleAt(newPlace(), { settings: { ...SETTINGS, secretKey: new Secret('another-secret') } })
  await expect(wrong.schedule.switchOn(bucket, 'alice', ALLOWED)).rejects.toMatchObject({ code: 'upstream-failed' })
})

test('an access key that loses its rights is told as the reason', async () => {
  const { probes, schedule } = consoleAt(newPlace(), { everyMs: 0 })
  const bucket = await newBucket()
  await schedule.switchOn(bucket, 'alice', ALLOWED)
  await mc('admin', 'user', 'disable', 'demo', SETTINGS.accessKey)
  await schedule.round()
  await mc('admin', 'user', 'enable', 'demo', SETTINGS.accessKey)
  expect((await probes.list(bucket))[0]).toMatchObject({
    reason: expect.stringContaining('STRONGROOM_PROBE_ACCESS_KEY'),
  })
  expect(await schedule.has(bucket)).toBe(true)
})

test('while MinIO is away nothing is told of any bucket, and all stay due', async () => {
  const { probes, schedule } = consoleAt(newPlace(), { everyMs: 0 })
  const bucket = await newBucket()
  await schedule.switchOn(bucket, 'alice', ALLOWED)
  await house.stopMinio()
  await expect(schedule.round()).rejects.toMatchObject({ code: 'upstream-unreachable' })
  await house.startMinio()
  expect(await probes.list(bucket)).toHaveLength(1)
  await schedule.round()
  expect(await probes.list(bucket)).toHaveLength(2)
})
