import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { listActivity } from '@strongroom/shared/activity'
import { listBucketProbes } from '@strongroom/shared/bucket-probes'
import { type BucketAct, readBucketRun, startBucketRun } from '@strongroom/shared/bucket-runs'
import { listBuckets } from '@strongroom/shared/buckets'
import { cancelJob, type Job } from '@strongroom/shared/jobs'
import { createKey } from '@strongroom/shared/keys'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { allByMc, makeBuckets, numbered } from './buckets-setup.ts'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'
import { askKes } from './kes-client.ts'
import { addUser, allow, SECRET } from './users.ts'

vi.setConfig({ testTimeout: 120_000 })

const KEY = 'first-key'

let house: House
let open: TestConsole
let root: Client

beforeAll(async () => {
  house = await openHouse({ fixture: 'plaintext-latest', onKes: { keyName: KEY } })
  open = await openConsole(house)
  root = await open.rootBrowser()
})
afterAll(() => house?.close())

async function as(name: string): Promise<Client> {
  const client = open.browser()
  await client.signIn(name, SECRET)
  return client
}

/** Runs an act to its end. */
async function run(buckets: string[], act: BucketAct, who = root) {
  const job = await who.job(startBucketRun, { buckets, act })
  const { results, endedAt } = await who.call(readBucketRun, { id: job.id })
  expect(endedAt).not.toBe(null)
  const of = (bucket: string) => results.find((result) => result.bucket === bucket)
  return { job, results, of }
}

const set = (more: object = {}): BucketAct => ({ kind: 'set', mode: 'sse-s3', createKeys: false, ...more }) as BucketAct
const kms = (key: string, createKeys = false) => set({ mode: 'sse-kms', key, createKeys })
const outcomes = (results: readonly { outcome: string }[]) => [...new Set(results.map(({ outcome }) => outcome))]
const inTrail = async (count: number) => (await root.call(listActivity, { target: `${count} buckets` })).activity
const inKes = async () => ((await askKes(house.kes!, 'GET', '/v1/key/list/')) as { names: string[] }).names

/** Puts the session of `client` back by `ms`, as if it had signed in then. */
async function age(client: Client, ms: number) {
  const ticket = client.cookie!.slice(client.cookie!.indexOf('=') + 1)
  const { sessionId: _, ...caller } = await open.console.sessions.find(ticket)
  const signedInAt = new Date(caller.signedInAt.getTime() - ms)
  const older = await open.console.sessions.start({ ...caller, signedInAt })
  client.cookie = client.cookie!.replace(ticket, older.ticket)
}

describe('two hundred buckets', () => {
  const names = numbered('bulk', 200)
  beforeAll(() => makeBuckets(house, names))

  test('without the key, and without leave to make it, stay as they are and say what to do', async () => {
    const { job, results } = await run(names, kms('bulk-key'))
    expect(job).toMatchObject({ state: 'done', done: 200, failed: 200, total: 200 })
    expect(job.failures).toHaveLength(20)
    expect(outcomes(results)).toEqual(['failed'])
    expect(results[0]!.reason).toMatch(/no key bulk-key\. Make it first/)
    expect(await inKes()).not.toContain('bulk-key')
  })

  test('are set, the key being made once, and MinIO’s own client says the same of all', async () => {
    const started = await root.call(startBucketRun, { buckets: names, act: kms('bulk-key', true) })
    expect(await root.call(readBucketRun, { id: started.id })).toMatchObject({ buckets: 200, endedAt: null })
    const seen = new Set<number>()
    const job = await root.untilJob(started.id, ({ state, done }) => {
      seen.add(done)
      return state === 'done'
    })
    expect(seen.size).toBeGreaterThan(2)
    expect(job).toMatchObject({ done: 200, failed: 0, message: '200 changed.' })
    const { results } = await root.call(readBucketRun, { id: job.id })
    expect(results.map(({ bucket }) => bucket).sort()).toEqual(names)
    const wanted = { mode: 'sse-kms', key: 'bulk-key' }
    expect(results.map(({ before, after }) => [before, after])).toEqual(names.map(() => [{ mode: 'none' }, wanted]))
    expect(await allByMc(house, names)).toEqual(names.map(() => wanted))
    const { activity } = await root.call(listActivity, { target: 'bulk-key' })
    expect(activity.map(({ act, outcome }) => [act, outcome])).toEqual([['create-key', 'done']])
  })

  test('are in the audit trail by two entries, and not by two hundred', async () => {
    const [end, start, ...failedRun] = await inTrail(200)
    expect(failedRun).toHaveLength(2)
    expect([start, end]).toMatchObject([
      { act: 'start-bucket-run', outcome: 'done', account: house.truth.rootUser },
      { act: 'end-bucket-run', outcome: 'done', detail: expect.stringContaining('200 changed.') },
    ])
    expect(start!.detail).toMatch(
      /^Sets SSE-KMS under bulk-key, and makes keys that are not there: bulk-0000, .* 195 more/,
    )
    expect(failedRun[0]!.detail).toContain('200 failed.')
  })

  test('that are so already are left alone', async () => {
    const { results } = await run(names, kms('bulk-key'))
    expect(outcomes(results)).toEqual(['already'])
  })

  test('are probed, and the table shows it', async () => {
    const { results } = await run(names.slice(0, 20), { kind: 'probe', locked: false })
    expect(outcomes(results)).toEqual(['as-promised'])
    expect(results[0]!.after).toEqual({ mode: 'sse-kms', key: 'bulk-key' })
    const { buckets } = await root.call(listBuckets, {})
    expect(buckets.filter(({ proof }) => proof?.outcome === 'as-promised')).toHaveLength(20)
  })

  test('are cleared', async () => {
    const { job } = await run(names, { kind: 'clear' })
    expect(job.message).toBe('200 changed.')
    expect(await allByMc(house, names)).toEqual(names.map(() => ({ mode: 'none' })))
  })
})

describe('keys of their own', () => {
  test('are made for each bucket, under its name', async () => {
    const names = ['own-a', 'own.b', 'own-c']
    await makeBuckets(house, names)
    await root.call(createKey, { name: 'of-own-c' })
    const { of } = await run(names, kms('of-{bucket}', true))
    expect(names.map((name) => of(name)?.after)).toEqual(
      ['of-own-a', 'of-own-b', 'of-own-c'].map((key) => ({ mode: 'sse-kms', key })),
    )
    expect(await inKes()).toEqual(expect.arrayContaining(['of-own-a', 'of-own-b', 'of-own-c']))
  })

  test('of which one would have no possible name fail there alone', async () => {
    const long = `long-${'x'.repeat(55)}`
    await makeBuckets(house, [long, 'short-name'])
    const { of } = await run([long, 'short-name'], kms('a-key-with-a-prefix-of-more-than-twenty-{bucket}', true))
    expect(of('short-name')).toMatchObject({ outcome: 'changed' })
    expect(of(long)).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('No key can be called') })
  })

  test('are refused before anything runs where no bucket could have one', async () => {
    for (const act of [kms('no/such name'), kms('-{bucket}'), set({ mode: 'sse-kms' }), set({ key: KEY })])
      expect(await root.refusal(startBucketRun, { buckets: ['own-a'], act })).toMatchObject({
        code: 'invalid-input',
        errors: [{ pointer: '/act/key' }],
      })
  })

  test('are made within five minutes of a sign-in alone, which is said before anything runs', async () => {
    await makeBuckets(house, ['late'])
    const client = await open.rootBrowser()
    await age(client, 5 * 60_000 + 1_000)
    const late = await client.refusal(startBucketRun, { buckets: ['late'], act: kms('of-{bucket}', true) })
    expect(late).toMatchObject({ code: 'sign-in-again', status: 403 })
    expect((await run(['late'], kms(KEY, true), client)).of('late')).toMatchObject({ outcome: 'changed' })
  })

  test('are not made for somebody who may not, and buckets are not set', async () => {
    await makeBuckets(house, ['no-maker'])
    await addUser(house, 'sets-only', [
      allow(['s3:ListBucket', 's3:GetEncryptionConfiguration', 's3:PutEncryptionConfiguration'], '*'),
    ])
    const { of } = await run(['no-maker'], kms('not-for-you', true), await as('sets-only'))
    expect(of('no-maker')).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('kms:CreateKey'),
      before: { mode: 'none' },
      after: { mode: 'none' },
    })
    expect(await inKes()).not.toContain('not-for-you')
  })
})

describe('one bucket among others', () => {
  test('that is gone, or not the caller’s, fails with its reason and hinders none', async () => {
    const names = ['mixed-a', 'mixed-b', 'mixed-gone', 'mixed-denied', 'mixed-unread']
    await makeBuckets(house, names)
    await addUser(house, 'mixed', [
      allow(['s3:ListBucket'], '*'),
      allow(['s3:GetEncryptionConfiguration'], 'mixed-a', 'mixed-b', 'mixed-gone', 'mixed-denied'),
      allow(['s3:PutEncryptionConfiguration'], 'mixed-a', 'mixed-b', 'mixed-gone', 'mixed-unread'),
    ])
    await house.mc((mc) => mc('rb', 'demo/mixed-gone'))
    const user = await as('mixed')
    const { job, results, of } = await run(names, set(), user)
    expect(job).toMatchObject({ state: 'done', failed: 3 })
    expect([of('mixed-a')?.outcome, of('mixed-b')?.outcome]).toEqual(['changed', 'changed'])
    expect(of('mixed-gone')).toMatchObject({ outcome: 'failed', reason: 'MinIO has no such bucket.' })
    expect(of('mixed-denied')?.reason).toContain('s3:PutEncryptionConfiguration')
    expect(of('mixed-unread')?.reason).toContain('s3:GetEncryptionConfiguration')
    // Trying the failed ones again is a run of them.
    const again = results.filter(({ outcome }) => outcome === 'failed').map(({ bucket }) => bucket)
    await makeBuckets(house, ['mixed-gone'])
    const { of: then } = await run(again, set())
    expect(again.map((name) => then(name)?.outcome)).toEqual(['changed', 'changed', 'changed'])
  })

  test('with object lock is not probed unless somebody says so', async () => {
    await makeBuckets(house, ['probe-plain'])
    await house.mc((mc) => mc('mb', '--with-lock', 'demo/probe-locked'))
    const { of } = await run(['probe-plain', 'probe-locked', 'probe-nowhere'], { kind: 'probe', locked: false })
    expect(of('probe-plain')).toMatchObject({ outcome: 'plain', before: { mode: 'none' }, after: { mode: 'none' } })
    expect(of('probe-locked')).toMatchObject({ outcome: 'left', reason: expect.stringContaining('Object lock is on') })
    expect(of('probe-nowhere')).toMatchObject({ outcome: 'failed', reason: 'MinIO has no such bucket.' })
  })

  test('in a run that may change none of them refuses it, and writes nothing into the trail', async () => {
    const user = await as('mixed')
    const others = ['mixed-denied', 'probe-plain', 'own-a', 'own.b', 'own-c', 'late', 'no-maker']
    const refusal = await user.refusal(startBucketRun, { buckets: others, act: set() })
    expect(refusal).toMatchObject({
      code: 'not-allowed',
      detail: expect.stringContaining('s3:PutEncryptionConfiguration'),
    })
    expect(await inTrail(others.length)).toEqual([])
  })

  test('is refused after so many that the caller may not change, for MinIO writes each into its audit log', async () => {
    const user = await as('mixed')
    const others = [...numbered('not-yours', 64), 'mixed-a']
    const refusal = await user.refusal(startBucketRun, { buckets: others, act: set() })
    expect(refusal).toMatchObject({ code: 'not-allowed', detail: expect.stringContaining('each of the first 64') })
    expect((await run(others.slice(1), set(), user)).of('mixed-a')?.outcome).toBe('already')
  })

  test('in a run whose results can’t be written is not touched, and the trail tells its end', async () => {
    await makeBuckets(house, ['unwritten'])
    const folder = join(open.console.config.stateDir, 'bucket-runs')
    renameSync(folder, `${folder}-away`)
    writeFileSync(folder, 'in the way')
    try {
      const { id } = await root.call(startBucketRun, { buckets: ['unwritten'], act: set() })
      expect(await root.untilEnded({ id })).toMatchObject({ state: 'failed' })
    } finally {
      rmSync(folder)
      renameSync(`${folder}-away`, folder)
    }
    expect(await allByMc(house, ['unwritten'])).toEqual([{ mode: 'none' }])
    const { activity } = await root.call(listActivity, { target: 'unwritten' })
    expect(activity.map(({ act, outcome }) => [act, outcome]).sort()).toEqual([
      ['end-bucket-run', 'failed'],
      ['start-bucket-run', 'done'],
    ])
  })

  test('results are for who started the run, and for those who may see the drives', async () => {
    const { job } = await run(['mixed-a'], set())
    expect(await (await as('mixed')).refusal(readBucketRun, { id: job.id })).toMatchObject({ code: 'not-allowed' })
    expect(await root.refusal(readBucketRun, { id: 'none' })).toMatchObject({ code: 'not-found' })
  })
})

describe('a run that ends early', () => {
  const names = numbered('early', 600)
  beforeAll(() => makeBuckets(house, names))

  /** Under way, and not yet done. */
  const halfway = ({ done }: Job) => done > 0 && done < names.length

  test('by a stop keeps what was done, and stops between two buckets', async () => {
    const { id } = await root.call(startBucketRun, { buckets: names, act: set() })
    await root.untilJob(id, halfway)
    await root.call(cancelJob, { id })
    const stopped = await root.untilEnded({ id })
    expect(stopped.state).toBe('cancelled')
    await sleep(500)
    const { results, notReached, endedAt, buckets } = await root.call(readBucketRun, { id })
    expect(endedAt).not.toBe(null)
    expect(results.length).toBeLessThan(buckets)
    expect(stopped.done).toBe(results.length)
    expect([...results.map(({ bucket }) => bucket), ...notReached!].sort()).toEqual(names)
    const [end, start, ...more] = await inTrail(names.length)
    expect([more, start]).toMatchObject([[], { act: 'start-bucket-run', outcome: 'done' }])
    expect(end).toMatchObject({ act: 'end-bucket-run', outcome: 'failed', detail: expect.stringContaining(id) })
    expect(end!.detail).toContain(`${notReached!.length} not reached`)
    const changed = results.filter(({ outcome }) => outcome === 'changed').map(({ bucket }) => bucket)
    const now = await root.call(listBuckets, {})
    expect(
      now.buckets.flatMap(({ name, encryption }) =>
        encryption?.mode === 'sse-s3' && name.startsWith('early-') ? [name] : [],
      ),
    ).toEqual(changed.sort())
    await run(names, { kind: 'clear' })
  })

  test('refuses a second one of its kind meanwhile', async () => {
    const { id } = await root.call(startBucketRun, { buckets: names, act: set() })
    expect(await root.refusal(startBucketRun, { buckets: names, act: set() })).toMatchObject({ code: 'conflict' })
    await root.untilEnded({ id })
  })
})

describe('while MinIO is away', () => {
  test('a run waits, goes on where it was, and sees to it that MinIO keeps what was set while it started', async () => {
    const names = numbered('away', 150)
    await makeBuckets(house, names)
    const { id } = await root.call(startBucketRun, { buckets: names, act: set() })
    await root.untilJob(id, ({ done }) => done > 0)
    await house.stopMinio()
    const until = async (fits: (job: Job) => boolean) => {
      for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
        const job = await open.console.jobs.get(id)
        if (fits(job)) return job
      }
      throw new Error('The job did not get there.')
    }
    expect(await until(({ state }) => state === 'paused')).toMatchObject({ waiting: { on: 'minio' } })
    await house.startMinio()
    expect(await until(({ state }) => state !== 'paused' && state !== 'running')).toMatchObject({
      state: 'done',
      failed: 0,
    })
    const { results } = await open.console.bucketRuns.read(id)
    expect(results.map(({ bucket }) => bucket).sort()).toEqual(names)
    expect(await allByMc(house, names)).toEqual(names.map(() => ({ mode: 'sse-s3' })))
  })
})

describe('while KES is down', () => {
  test('SSE-S3 is set, SSE-KMS fails with the reason', async () => {
    await makeBuckets(house, ['kes-s3', 'kes-kms'])
    await house.stopKes()
    try {
      expect((await run(['kes-s3'], set())).of('kes-s3')).toMatchObject({ outcome: 'changed' })
      const { of } = await run(['kes-kms'], kms(KEY))
      expect(of('kes-kms')).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/KMS|KES/) })
      const probed = await run(['kes-s3'], { kind: 'probe', locked: false })
      expect(probed.of('kes-s3')).toMatchObject({
        ...{ outcome: 'failed', reason: expect.stringMatching(/KMS|KES/) },
        ...{ before: { mode: 'sse-s3', key: KEY }, after: null },
      })
      const { probes } = await root.call(listBucketProbes, { bucket: 'kes-s3' })
      expect(probes[0]).toMatchObject({ promised: { mode: 'sse-s3', key: KEY }, reason: expect.any(String) })
    } finally {
      await house.startKes()
    }
  })
})
