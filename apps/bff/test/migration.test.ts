import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Job, jobEnded } from '@strongroom/shared/jobs'
import { listMigrations, readMigrationReport, startMigration } from '@strongroom/shared/migrations'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Secret } from '../src/secret.ts'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { readStored } from './drives.ts'
import { acmeCredentials, openersOf } from './fixture.ts'
import { type House, type HouseOptions, openHouse } from './house.ts'
import { filesBelow } from './leaks.ts'
import { meaningOf } from './meaning.ts'
import { type KeyMaterial, keystoreKeys, openAll, sealOf, staticKey } from './opening.ts'

/** Most of these start servers more than once. */
vi.setConfig({ testTimeout: 120_000 })

const STATIC = 'new-key:c3Ryb25ncm9vbS10ZXN0LWtleS1vZi0zMi1ieXRlcyE='
const KEY = 'new-key'
/** Users, groups, policies, mappings and service accounts of `plaintext-latest`, and its config.json. */
const MOVABLE = 12 + 4 + 6 + 9 + 6 + 1
const ACCOUNTS = /^config\/iam\/(users|groups|policies|policydb|service-accounts)\//
const MOVED = /^config\/(config\.json|iam\/(users|groups|policies|policydb|service-accounts)\/)/

let house: House
let admin: Client

let opened: TestConsole

/** Opens a house on drives in plaintext and signs in. */
async function open(options: Omit<HouseOptions, 'fixture'>) {
  house = await openHouse({ fixture: 'plaintext-latest', ...options })
  opened = await openConsole(house)
  admin = await opened.rootBrowser()
}

/** Asks the runner itself: while MinIO is away, nobody may be shown a job. */
async function until(id: string, fits: (job: Job) => boolean): Promise<Job> {
  for (const end = Date.now() + 100_000; Date.now() < end; await sleep(20)) {
    const job = await opened.console.jobs.get(id)
    if (fits(job)) return job
    if (jobEnded(job)) throw new Error(`The job ended otherwise: ${job.state}, ${job.message}`)
  }
  throw new Error('The job did not get there.')
}
const openOnStaticKey = () => open({ variables: { MINIO_KMS_SECRET_KEY: STATIC } })

afterEach(() => house?.close())

/** Stored bytes of the items that a migration moves. */
const stored = () => new Map([...readStored(house.drives)].filter(([path]) => MOVED.test(path)))
const sealedBy = (key: string) =>
  [...stored()].filter(([path, bytes]) => {
    const seal = sealOf(path, bytes)
    return seal.by === 'kms' && seal.key === key
  })

/** What every user, group, policy, mapping and service account says, whatever seals it. @throws Error where one can't be opened */
async function meanings(keys: KeyMaterial) {
  const credentials = openersOf(house.truth).root
  const opened = await openAll(stored(), { keys, root: credentials! })
  return Object.fromEntries(
    [...opened].filter(([path]) => ACCOUNTS.test(path)).map(([path, plain]) => [path, meaningOf(path, plain)]),
  )
}

/** Every file of MinIO's own data, temporary credentials apart: signing in writes one. */
const files = () =>
  house.drives
    .flatMap((drive) => filesBelow(join(drive, '.minio.sys/config')))
    .filter(({ name }) => !name.startsWith('/iam/sts/'))
    .map(({ name, bytes }) => `${name} ${createHash('sha256').update(bytes).digest('hex')}`)
    .sort()

const started = (input: { secretKey?: string } = {}) => admin.call(startMigration, input)

const expectDone = (job: Job) =>
  expect({ ...job, recent: [] }).toMatchObject({ state: 'done', failed: 0, failures: [] })

describe('from plaintext to a static key', () => {
  test('a dry run writes nothing, a pilot moves one of each kind, a stop loses nothing, a second run finishes', async () => {
    await openOnStaticKey()
    const keys = staticKey(STATIC)
    const [before, untouched] = [await meanings(keys), files()]

    const dry = await admin.job(startMigration, { dryRun: true })
    expect(dry).toMatchObject({ state: 'done', done: 0, total: MOVABLE })
    expect(dry.message).toContain(`${MOVABLE} items would be moved from plaintext to ${KEY}`)
    expect(files()).toEqual(untouched)

    const pilot = await admin.job(startMigration, { pilot: true })
    expectDone(pilot)
    expect(pilot.byKind.map(({ kind, done, total }) => `${kind} ${done}/${total}`).sort()).toEqual(
      ['group', 'policy', 'policy-mapping', 'server-config', 'service-account', 'user'].map((kind) => `${kind} 1/1`),
    )
    expect(sealedBy(KEY)).toHaveLength(6)
    expect(await meanings(keys)).toEqual(before)

    const stopped = await started()
    await admin.untilJob(stopped.id, ({ done }) => done >= 5)
    await admin.request(`/jobs/${stopped.id}`, { method: 'DELETE' })
    const end = await admin.untilEnded(stopped)
    expect(end.state).toBe('cancelled')
    expect(end.done).toBeLessThan(MOVABLE - 6)
    expect(sealedBy(KEY)).toHaveLength(6 + end.done)
    expect(await meanings(keys)).toEqual(before)

    const last = await admin.job(startMigration, {})
    expectDone(last)
    expect(last.total).toBe(MOVABLE - 6 - end.done)
    expect(sealedBy(KEY)).toHaveLength(MOVABLE)
    expect(await meanings(keys)).toEqual(before)
    expect(Object.keys(before)).toHaveLength(MOVABLE - 1)
  })

  test('MinIO killed in the middle: it pauses, and goes on by itself when MinIO is back', async () => {
    await openOnStaticKey()
    const keys = staticKey(STATIC)
    const before = await meanings(keys)
    const job = await started({ secretKey: house.truth.rootPassword })
    await admin.untilJob(job.id, ({ done }) => done >= 5)
    await house.killMinio()
    const paused = await until(job.id, ({ state }) => state === 'paused')
    expect(paused).toMatchObject({ endedAt: null, waiting: { on: 'minio', until: expect.any(String) } })
    expect(await meanings(keys)).toEqual(before)

    await house.startMinio()
    const end = await until(job.id, jobEnded)
    expectDone(end)
    expect(end.done).toBe(MOVABLE)
    expect(sealedBy(KEY)).toHaveLength(MOVABLE)
    expect(await meanings(keys)).toEqual(before)
    const { report } = await admin.call(readMigrationReport, { id: job.id })
    expect(report.story.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('waits for MinIO'),
        expect.stringMatching(/^Went on after \d+ s\.$/),
      ]),
    )
  })

  test('a stop ends a pause at once', async () => {
    await openOnStaticKey()
    const job = await started()
    await admin.untilJob(job.id, ({ done }) => done >= 2)
    await house.killMinio()
    await until(job.id, ({ state }) => state === 'paused')
    const since = performance.now()
    await opened.console.jobs.cancel(job.id)
    expect((await until(job.id, ({ state }) => state !== 'paused')).state).toBe('cancelled')
    expect(performance.now() - since).toBeLessThan(2_000)
  })

  test('a MinIO that hangs is noticed in seconds, and a stop does not wait for it', async () => {
    await openOnStaticKey()
    const keys = staticKey(STATIC)
    const before = await meanings(keys)
    const hanging = async (act: () => Promise<void>) => {
      process.kill(house.minio.pid, 'SIGSTOP')
      await act().finally(() => process.kill(house.minio.pid, 'SIGCONT'))
    }
    const first = await started()
    await admin.untilJob(first.id, ({ done }) => done >= 4)
    await hanging(async () => {
      const since = performance.now()
      expect((await until(first.id, ({ state }) => state === 'paused')).waiting?.on).toBe('minio')
      expect(performance.now() - since).toBeLessThan(25_000)
    })
    await until(first.id, ({ state, done }) => state === 'running' && done >= 8)
    await hanging(async () => {
      await sleep(100)
      const since = performance.now()
      await opened.console.jobs.cancel(first.id)
      expect((await until(first.id, jobEnded)).state).toBe('cancelled')
      expect(performance.now() - since).toBeLessThan(4_000)
    })
    await sleep(1_000)
    expect(await meanings(keys)).toEqual(before)
    const { report } = await opened.console.reports.read(first.id)
    const told = report.items.filter(({ outcome }) => outcome === 'moved' || outcome === 'failed').length
    expect(sealedBy(KEY).length).toBeLessThanOrEqual(told)
    expectDone(await admin.job(startMigration, {}))
    expect(await meanings(keys)).toEqual(before)
  })

  test('a run tells what became of those before it, and begins with the others', async () => {
    await openOnStaticKey()
    const dry = await admin.job(startMigration, { dryRun: true })
    const { report } = await opened.console.reports.read(dry.id)
    const path = report.items.find(({ kind }) => kind === 'policy')!.path
    const real = { ...report, dryRun: false }
    await opened.console.reports.keep({ ...real, id: randomUUID(), state: 'running' })
    const items = real.items.map((item) => (item.path === path ? { ...item, outcome: 'failed' as const } : item))
    await opened.console.reports.keep({ ...real, id: randomUUID(), state: 'failed', items })
    const job = await admin.job(startMigration, {})
    expectDone(job)
    expect(job.recent[0]).toBe(path)
    const { story } = (await opened.console.reports.read(job.id)).report
    expect(story.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('1 run before this one ended with the console'),
        `An earlier run stopped at ${path}: it comes last.`,
      ]),
    )
  })

  test('the report tells what was done, as JSON with a digest and as CSV', async () => {
    await openOnStaticKey()
    const job = await admin.job(startMigration, {})
    expect(job).toMatchObject({ hasReport: true })
    const { report, sha256 } = await admin.call(readMigrationReport, { id: job.id })
    expect(report).toMatchObject({ id: job.id, state: 'done', defaultKey: KEY, message: job.message })
    expect(report.items).toHaveLength(MOVABLE)
    expect(new Set(report.items.map(({ outcome, compared }) => `${outcome} ${compared}`))).toEqual(
      new Set(['moved content']),
    )
    expect(report.before.plaintext).toBeGreaterThan(MOVABLE)
    expect(report.after!.kms[KEY]).toBeGreaterThanOrEqual(MOVABLE)
    expect(report.rotate.filter(({ kind }) => kind === 'user')).toHaveLength(12)
    const file = (format: string) => admin.request(`/iam/migrations/${job.id}/report/file?format=${format}`)
    const json = Buffer.from(await (await file('json')).arrayBuffer())
    expect(createHash('sha256').update(json).digest('hex')).toBe(sha256)
    expect(JSON.parse(json.toString())).toEqual(report)
    const csv = await (await file('csv')).text()
    for (const { path } of report.items) expect(csv).toContain(path)
    const { migrations } = await admin.call(listMigrations, {})
    expect(migrations).toMatchObject([{ id: job.id, state: 'done', moved: MOVABLE, failed: 0 }])
  })

  test('a dry run says how long it would take', async () => {
    await openOnStaticKey()
    const job = await admin.job(startMigration, { dryRun: true })
    expect(job.secondsLeft).toBeGreaterThan(0)
    const { report } = await admin.call(readMigrationReport, { id: job.id })
    expect(report.items.filter(({ outcome }) => outcome === 'planned')).toHaveLength(MOVABLE)
  })

  test('one runs at a time, in one console and in two that share a state folder', async () => {
    await openOnStaticKey()
    const other = await (await openConsole(house)).rootBrowser()
    const answers = await Promise.all(
      [admin, admin, other].map((client) => client.request('/iam/migrations', { method: 'POST', body: '{}' })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409])
    const job = (await answers.find(({ status }) => status === 202)!.json()) as Job
    expectDone(await other.untilEnded(job))
    expect(sealedBy(KEY)).toHaveLength(MOVABLE)
    expect(await other.job(startMigration, {})).toMatchObject({ state: 'done', total: 0 })
  })

  test('what others change meanwhile stays changed', async () => {
    await openOnStaticKey()
    const keys = staticKey(STATIC)
    const before = await meanings(keys)
    const job = await started()
    await admin.untilJob(job.id, ({ done }) => done >= 1)
    await house.mc(async (mc) => {
      await mc('admin', 'user', 'add', 'demo', 'laura', 'a-secret-set-meanwhile')
      await mc('admin', 'user', 'disable', 'demo', 'judy')
      await mc('admin', 'user', 'add', 'demo', 'newcomer', 'a-secret-of-a-newcomer')
    })
    const { state, message } = await admin.untilEnded(job)
    // Stopped where an edit fell between reading and reading back; it may not have fallen there.
    if (state !== 'done')
      expect({ state, message }).toMatchObject({ state: 'failed', message: expect.stringContaining('Stopped at') })
    expectDone(await admin.job(startMigration, {}))
    const user = (name: string) => `config/iam/users/${name}/identity.json`
    const after = await meanings(keys)
    expect(after).toEqual({
      ...before,
      [user('laura')]: { ...before[user('laura')], secretKey: 'a-secret-set-meanwhile' },
      [user('judy')]: { ...before[user('judy')], enabled: false },
      [user('newcomer')]: expect.objectContaining({ secretKey: 'a-secret-of-a-newcomer', enabled: true }),
    })
  })
})

describe('by an administrator who is not root', () => {
  test('everything is moved, the administrator too', async () => {
    const variables = { MINIO_KMS_SECRET_KEY: STATIC }
    house = await openHouse({ fixture: 'acme-2021', variables })
    const keys = staticKey(STATIC)
    const before = await meanings(keys)
    const { name, secret } = acmeCredentials().users.find((user) => user.name === 'amelia')!
    admin = (await openConsole(house)).browser()
    await admin.signIn(name, secret)
    expectDone(await admin.job(startMigration, { secretKey: secret }))
    expect(sealedBy(KEY)).toHaveLength(66)
    expect(await meanings(keys)).toEqual(before)
  })
})

describe('when the credentials of the job end', () => {
  test('it pauses, and whoever may start it lets it go on', async () => {
    house = await openHouse({ fixture: 'acme-2021', variables: { MINIO_KMS_SECRET_KEY: STATIC } })
    opened = await openConsole(house)
    const { name, secret } = acmeCredentials().users.find((user) => user.name === 'amelia')!
    const other = opened.browser()
    await other.signIn(name, secret)
    admin = await opened.rootBrowser()
    const job = await other.call(startMigration, {})
    await admin.untilJob(job.id, ({ done }) => done >= 3)
    const { rootUser, rootPassword } = house.truth
    await opened.console.minio.send({
      method: 'POST',
      path: '/minio/admin/v3/revoke-tokens/builtin',
      query: { user: name, fullRevoke: 'true' },
      credentials: { accessKey: rootUser, secretKey: new Secret(rootPassword) },
    })

    const paused = await admin.untilJob(job.id, ({ state }) => state === 'paused')
    expect(paused).toMatchObject({
      ...{ endedAt: null, waiting: { on: 'sign-in', until: null } },
      message: expect.stringContaining('Needs sign-in'),
    })
    expect((await started()).id).toBe(job.id)
    const end = await admin.untilEnded(job)
    expectDone(end)
    expect(end.done).toBe(66)
    expect(end.ranBy).toEqual([name, rootUser])
    expect(sealedBy(KEY)).toHaveLength(66)
  })
})

describe('with MinIO on KES', () => {
  test('KES away for 10 s in the middle: it pauses, and goes on by itself', async () => {
    house = await openHouse({ fixture: 'plaintext-latest', kes: true })
    const { rootUser, rootPassword } = house.truth
    const login = { MINIO_ROOT_USER: rootUser, MINIO_ROOT_PASSWORD: rootPassword }
    await house.startMinio({ ...login, ...house.kesLines(KEY) })
    opened = await openConsole(house)
    admin = await opened.rootBrowser()
    const keys = keystoreKeys(house.keystore)
    const before = await meanings(keys)
    const job = await started()
    await admin.untilJob(job.id, ({ done }) => done >= 5)
    await house.killKes()
    const paused = await until(job.id, ({ state }) => state === 'paused')
    expect(paused).toMatchObject({ waiting: { on: 'kes', until: expect.any(String) } })
    expect((await admin.refusal(startMigration, {})).code).toBe('conflict')
    await sleep(10_000)
    expect(await meanings(keys)).toEqual(before)

    await house.startKes()
    const end = await until(job.id, jobEnded)
    expectDone(end)
    expect(end.done).toBe(MOVABLE)
    expect(sealedBy(KEY)).toHaveLength(MOVABLE)
    expect(await meanings(keys)).toEqual(before)
  })
})

describe('from key to key', () => {
  test('job, report and story name both', async () => {
    const old = staticKey('iam-static-key:Zml4dHVyZS1zdGF0aWMta21zLWtleS0zMi1ieXRlcyE=')
    house = await openHouse({ fixture: 'static-latest', onKes: { keyName: KEY, keys: old } })
    opened = await openConsole(house)
    admin = await opened.rootBrowser()
    const job = await admin.job(startMigration, {})
    expectDone(job)
    expect(job.message).toContain(`Moved ${MOVABLE} items from iam-static-key to ${KEY}, each read back`)
    const { report } = await opened.console.reports.read(job.id)
    expect(new Set(report.items.map(({ before, compared }) => `${before.key} ${compared}`))).toEqual(
      new Set(['iam-static-key content']),
    )
    expect(report.story.map(({ text }) => text)).toContain(`${MOVABLE} items to move from iam-static-key to ${KEY}.`)
  })
})

describe('does not begin', () => {
  test('without a KMS: a rewrite would be plaintext', async () => {
    await open({})
    const untouched = files()
    expect(await admin.refusal(startMigration, {})).toMatchObject({ code: 'kms-not-configured', status: 409 })
    expect(files()).toEqual(untouched)
  })

  test('while MinIO has not loaded its users: a write would be lost or lie in plaintext', async () => {
    const variables = { MINIO_KMS_SECRET_KEY: STATIC, MINIO_ROOT_PASSWORD: 'another-root-password' }
    house = await openHouse({ fixture: 'acme-2021', variables, broken: true })
    admin = (await openConsole(house)).browser()
    await admin.signIn(house.truth.rootUser, 'another-root-password')
    const untouched = files()
    expect(await admin.refusal(startMigration, {})).toMatchObject({ code: 'iam-not-loaded', status: 409 })
    expect(files()).toEqual(untouched)
  })

  test('with a wrong password for the job', async () => {
    await openOnStaticKey()
    const refusal = await admin.refusal(startMigration, { secretKey: 'not the password' })
    expect(refusal.code).toBe('wrong-credentials')
  })
})
