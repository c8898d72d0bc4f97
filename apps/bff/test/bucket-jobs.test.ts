import { readCoverage, startCoverage } from '@strongroom/shared/coverage'
import { cancelJob, listJobs, readJob, resumeJob } from '@strongroom/shared/jobs'
import { startMigration } from '@strongroom/shared/migrations'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Secret } from '../src/secret.ts'
import { makeBuckets, numbered } from './buckets-setup.ts'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'
import { addUser, allow, SECRET } from './users.ts'

vi.setConfig({ testTimeout: 60_000 })

const BUCKETS = numbered('slow', 12)
const READS = ['s3:ListBucket', 's3:ListBucketVersions', 's3:GetObject', 's3:GetObjectVersion', 's3:GetObjectTagging']

let house: House
let open: TestConsole
let root: Client

beforeAll(async () => {
  house = await openHouse({ fixture: 'kes-latest' })
  await makeBuckets(house, BUCKETS)
  for (const name of ['counter', 'stranger']) await addUser(house, name, [allow(READS, '*')])
  open = await openConsole(house)
  root = await open.rootBrowser()
}, 60_000)
afterAll(() => house?.close())

async function browser(name: string): Promise<Client> {
  const client = open.browser()
  await client.signIn(name, SECRET)
  return client
}

/** A counting that lasts some seconds. */
const slowly = { buckets: BUCKETS, pagesPerSecond: 2 }

describe('a job on buckets', () => {
  test('is seen and stopped by who runs it and by who may read the drives, and by nobody else', async () => {
    const [counter, stranger] = [await browser('counter'), await browser('stranger')]
    const job = await counter.call(startCoverage, slowly)
    expect((await counter.call(listJobs, {})).jobs.map(({ id }) => id)).toEqual([job.id])
    expect((await stranger.call(listJobs, {})).jobs).toEqual([])
    for (const call of [readJob, cancelJob] as const)
      expect(await stranger.refusal(call, { id: job.id })).toMatchObject({ code: 'not-allowed' })
    expect(await stranger.refusal(resumeJob, { id: job.id })).toMatchObject({ code: 'not-allowed' })
    expect((await root.call(readJob, { id: job.id })).startedBy).toBe('counter')
    await root.call(cancelJob, { id: job.id })
    expect(await counter.untilEnded(job)).toMatchObject({ state: 'cancelled' })
  })

  test('whose credentials end pauses, and goes on under those of somebody else, who is named', async () => {
    const counter = await browser('counter')
    const job = await counter.call(startCoverage, { ...slowly, fresh: true })
    expect(await root.refusal(resumeJob, { id: job.id })).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('does not wait for a sign-in'),
    })
    await root.untilJob(job.id, ({ message }) => message.includes('slow-0002'))
    await open.console.minio.send({
      method: 'POST',
      path: '/minio/admin/v3/revoke-tokens/builtin',
      query: { user: 'counter', fullRevoke: 'true' },
      credentials: { accessKey: house.truth.rootUser, secretKey: new Secret(house.truth.rootPassword) },
    })
    const paused = await root.untilJob(job.id, ({ state }) => state === 'paused')
    expect(paused).toMatchObject({ waiting: { on: 'sign-in', until: null }, endedAt: null })
    const resumed = await root.call(resumeJob, { id: job.id, secretKey: house.truth.rootPassword })
    expect(resumed.id).toBe(job.id)
    const end = await root.untilEnded(job)
    expect(end).toMatchObject({ state: 'done', failed: 0, ranBy: ['counter', house.truth.rootUser] })
    expect((await root.call(readCoverage, { bucket: BUCKETS.at(-1)! })).complete).toMatchObject({ total: 0 })
  })

  test('is no migration: that one is told where it gets new credentials', async () => {
    const job = await root.call(startMigration, { dryRun: true })
    expect(await root.refusal(resumeJob, { id: job.id })).toMatchObject({
      code: 'conflict',
      detail: expect.stringMatching(/POST \/api\/\S*\/iam\/migrations/),
    })
    await root.untilEnded(job)
  })

  test('with a secret key gets credentials of its own, which say until when; a wrong one starts nothing', async () => {
    const counter = await browser('counter')
    const wrong = await counter.refusal(startCoverage, { ...slowly, secretKey: 'not-the-secret' })
    expect(wrong.code).toBe('wrong-credentials')
    const job = await counter.call(startCoverage, { ...slowly, secretKey: SECRET, durationSeconds: 900 })
    const running = await counter.untilJob(job.id, ({ credentialsUntil }) => credentialsUntil !== null)
    const left = Date.parse(running.credentialsUntil!) - Date.now()
    expect(left).toBeGreaterThan(850_000)
    expect(left).toBeLessThanOrEqual(900_000)
    await counter.call(cancelJob, { id: job.id })
    await counter.untilEnded(job)
  })
})
