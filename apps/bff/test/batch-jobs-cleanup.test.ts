import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root as repository } from '@strongroom/sandbox/binaries'
import { startConsole } from '@strongroom/sandbox/console'
import { freePort } from '@strongroom/sandbox/ports'
import { cleanUpBatchJob, listBatchJobs, readBatchJob, startBatchJob } from '@strongroom/shared/batch-jobs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batchFindings } from '../src/cluster/buckets/batch-findings.ts'
import type { BatchOrder } from '../src/cluster/buckets/batch-orders.ts'
import { startReplication } from '../src/cluster/buckets/batch-start.ts'
import { inParallel } from '../src/cluster/in-parallel.ts'
import * as minioJobs from '../src/minio/batch-jobs.ts'
import { type BatchHouse, openBatchHouse, secretIn, untilCleared, untilListed } from './batch-jobs-house.ts'
import { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { filesBelow, formsOf, leaksIn, type Straw } from './leaks.ts'

const kms = { mode: 'sse-kms', key: 'batch-key-1' } as const
const secrets = { guest: 'guest-secret-1', operator: 'operator-secret-1', helper: 'helper-secret-1' } as const
const BATCH = ['admin:StartBatchJob', 'admin:ListBatchJobs', 'admin:DescribeBatchJob', 'admin:CancelBatchJob']

/** All that an operator of copies needs: to look at the source, and to make and fill the target. */
const OPERATOR = [
  { Effect: 'Allow', Action: BATCH },
  {
    Effect: 'Allow',
    Action: [
      ...['s3:GetBucketVersioning', 's3:GetBucketObjectLockConfiguration', 's3:ListBucketVersions', 's3:ListBucket'],
    ],
    Resource: ['arn:aws:s3:::*'],
  },
  { Effect: 'Allow', Action: ['s3:*'], Resource: ['arn:aws:s3:::made-*'] },
]

let house: BatchHouse
let desk: TestConsole
let browser: Client

beforeAll(async () => {
  house = await openBatchHouse()
  desk = await openConsole(house)
  browser = await desk.rootBrowser()
  await house.mc((mc) => mc('mb', '--with-versioning', 'demo/source'))
  await house.put('/source/a', 'one')
  await house.put('/source/b', 'two')
  await addUser('guest', [{ Effect: 'Allow', Action: ['s3:*'], Resource: ['arn:aws:s3:::*'] }])
  await addUser('operator', OPERATOR)
  await addUser('helper', [{ Effect: 'Allow', Action: BATCH }])
}, 120_000)

afterAll(async () => {
  await house?.direct.close()
  await house?.close()
})

async function addUser(name: keyof typeof secrets, Statement: readonly object[]) {
  const body = JSON.stringify({ Version: '2012-10-17', Statement })
  await house.mc((mc) => mc('admin', 'user', 'add', 'demo', name, secrets[name]))
  const call = { method: 'PUT', credentials: house.me } as const
  await house.direct.send({ ...call, path: '/minio/admin/v3/add-canned-policy', query: { name }, body })
  await house.mc((mc) => mc('admin', 'policy', 'attach', 'demo', name, '--user', name))
}

async function browserOf(name: keyof typeof secrets) {
  const client = desk.browser()
  return { client, session: await client.signIn(name, secrets[name]) }
}

/** As a console leaves it that dies right after the start: nobody watches. */
async function abandoned(target: string): Promise<{ id: string; accessKey: string; order: BatchOrder }> {
  const starter = {
    ...{ minio: house.direct, credentials: house.me, orders: desk.console.batchOrders },
    cleaner: { account: house.truth.rootUser, root: true },
    endpoint: new URL(house.minio.endpoint),
  }
  const encryption = kms
  const { job, order } = await startReplication(starter, { bucket: 'source', prefix: '', target, encryption })
  await untilListed(browser, job.id, ({ state }) => state === 'done')
  return { id: job.id, accessKey: order.accessKey!, order }
}

const orders = () => desk.console.batchOrders.all()

describe('after a console that died', () => {
  test('the next one shows the job with its key, which one call clears up; the secret got nowhere', async () => {
    const logFile = join(house.dir, 'dying-console.log')
    const { url, child } = await startConsole({
      port: await freePort(),
      logFile,
      env: { ...house.consoleEnv, NODE_OPTIONS: '--import tsx', STRONGROOM_LOG_LEVEL: 'trace' },
      secrets: [],
      main: join(repository, 'apps/bff/test/serve.ts'),
    })
    const replies: Straw[] = []
    const dying = new Client(async (path, init) => {
      const response = await fetch(url + path, init)
      const bytes = Buffer.from(await response.clone().arrayBuffer())
      replies.push({ name: path, bytes })
      return response
    })
    await dying.signIn(house.truth.rootUser, house.truth.rootPassword)
    const order = { kind: 'replicate', bucket: 'source', target: 'orphaned', ...kms } as const
    const { id, accessKey } = await dying.call(startBatchJob, { order })
    process.kill(child.pid, 'SIGKILL')
    await child.exited

    const job = await untilListed(browser, id, ({ state }) => state === 'done')
    expect(job).toMatchObject({ holdsCredentials: true, accessKey, order: { target: 'orphaned' } })
    const { description } = await browser.call(readBatchJob, { id })
    expect(description).toContain(`accessKey: ${accessKey}`)
    expect(batchFindings(await orders(), new Date())).toEqual([])
    expect(batchFindings(await orders(), new Date(Date.now() + 2 * 86_400_000))).toHaveLength(1)

    const straws = [
      ...filesBelow(house.consoleEnv.STRONGROOM_STATE_DIR!),
      ...replies,
      { name: 'the log', bytes: readFileSync(logFile) },
      { name: 'the listing', bytes: Buffer.from(JSON.stringify(job) + description) },
    ]
    expect(straws.some(({ bytes }) => bytes.includes(accessKey!))).toBe(true)
    expect(leaksIn(straws, formsOf('secret of the job', secretIn(house.jobFile(id)!)))).toEqual([])

    await browser.call(cleanUpBatchJob, { id })
    await browser.call(cleanUpBatchJob, { id })
    expect(house.jobFile(id)).toBeNull()
    expect(await house.serviceAccounts()).toEqual([])
    expect(await orders()).toEqual([])
    expect((await browser.call(listBatchJobs, {})).jobs).toEqual([])
    expect(await browser.refusal(readBatchJob, { id })).toMatchObject({ code: 'not-found' })
  })

  test('a job whose id was not written down is known by the access key in its description', async () => {
    const { id, accessKey, order } = await abandoned('unnamed')
    await desk.console.batchOrders.change(order, { jobId: null })
    expect(await untilListed(browser, id, () => true)).toMatchObject({ accessKey, order: { target: 'unnamed' } })
    await browser.call(cleanUpBatchJob, { id: accessKey })
    expect(house.jobFile(id)).toBeNull()
    expect([await house.serviceAccounts(), await orders()]).toEqual([[], []])
  })

  test('and by its own id as well', async () => {
    const { id, order } = await abandoned('unnamed-too')
    await desk.console.batchOrders.change(order, { jobId: null })
    await browser.call(cleanUpBatchJob, { id })
    expect(house.jobFile(id)).toBeNull()
    expect([await house.serviceAccounts(), await orders()]).toEqual([[], []])
  })

  test('the key of a job that was cancelled elsewhere is a leftover', async () => {
    const { id, accessKey } = await abandoned('cancelled')
    await house.mc((mc) => mc('batch', 'cancel', 'demo', id))
    const { jobs, leftovers } = await browser.call(listBatchJobs, {})
    expect({ jobs, leftovers }).toEqual({
      jobs: [],
      leftovers: [{ accessKey, bucket: 'source', expiresAt: expect.any(String) }],
    })
    const left = Date.parse(leftovers[0]!.expiresAt) - Date.now()
    expect(left / 86_400_000).toBeCloseTo(7, 1)
    await browser.call(cleanUpBatchJob, { id: accessKey })
    expect([await house.serviceAccounts(), await orders()]).toEqual([[], []])
  })
})

test('a copy under way can be stopped: its file, its key and its order go, and nothing more arrives', async () => {
  await house.mc((mc) => mc('mb', 'demo/many'))
  const names = Array.from({ length: 800 }, (_, index) => `/many/${index}`)
  await inParallel(names, 16, (name) => house.put(name, 'x'.repeat(2_000)))
  const order = { kind: 'replicate', bucket: 'many', target: 'many-sealed', ...kms } as const
  const { id } = await browser.call(startBatchJob, { order })
  expect(await browser.refusal(startBatchJob, { order })).toMatchObject({ code: 'conflict' })
  await browser.call(cleanUpBatchJob, { id })
  const arrived = (await house.versions('many-sealed')).length
  expect(arrived).toBeLessThan(800)
  // The watch looks after a second.
  await sleep(1_500)
  expect((await house.versions('many-sealed')).length - arrived).toBeLessThan(3)
  expect(house.jobFile(id)).toBeNull()
  expect([await house.serviceAccounts(), await orders()]).toEqual([[], []])
}, 60_000)

describe('who may do what', () => {
  const order = { kind: 'replicate', bucket: 'source', target: 'made-by-guest', ...kms } as const

  test('without the actions for batch jobs each refusal names the one that is missing, and nothing is left', async () => {
    const { client, session } = await browserOf('guest')
    expect(session.can.startBatchJobs).toBe(false)
    const refused = async (answer: Promise<{ code: string; detail: string }>) => {
      const { code, detail } = await answer
      return [code, /admin:\w+/.exec(detail)?.[0]]
    }
    expect(await refused(client.refusal(listBatchJobs, {}))).toEqual(['not-allowed', 'admin:ListBatchJobs'])
    expect(await refused(client.refusal(startBatchJob, { order }))).toEqual(['not-allowed', 'admin:StartBatchJob'])
    const accepted = ['tags-lost' as const]
    const rotate = { kind: 'keyrotate' as const, bucket: 'source', mode: 'sse-s3' as const, accepted }
    expect(await refused(client.refusal(startBatchJob, { order: rotate }))).toEqual([
      'not-allowed',
      'admin:StartBatchJob',
    ])
    expect(await refused(client.refusal(readBatchJob, { id: 'replicate-x' }))).toEqual([
      'not-allowed',
      'admin:ListBatchJobs',
    ])
    expect(await refused(client.refusal(cleanUpBatchJob, { id: 'replicate-x' }))).toEqual([
      'not-allowed',
      'admin:CancelBatchJob',
    ])
    expect([await house.serviceAccounts(), await orders()]).toEqual([[], []])
    expect(await house.mc((mc) => mc('ls', 'demo'))).not.toContain('made-by-guest')
  })

  test('with them, and rights on the two buckets, no more is wanted', async () => {
    const { client, session } = await browserOf('operator')
    expect(session.can.startBatchJobs).toBe(true)
    const { id } = await client.call(startBatchJob, { order: { ...order, target: 'made-by-operator' } })
    const ended = await untilCleared(house, client, id)
    expect(ended).toMatchObject({ state: 'done', objects: 2, user: 'operator', order: { by: 'operator' } })
    expect(await house.serviceAccounts()).toEqual([])
    await client.call(cleanUpBatchJob, { id })
    expect(await orders()).toEqual([])
  })

  test('who may cancel but not remove somebody’s key clears up one half, and is told of the other', async () => {
    const { id, accessKey } = await abandoned('halved')
    const { client } = await browserOf('helper')
    const { code, detail } = await client.refusal(cleanUpBatchJob, { id })
    expect(code).toBe('not-allowed')
    expect(detail).toMatch(
      /^The job and its file: removed\. Its access key: still there\. .*admin:RemoveServiceAccount/,
    )
    expect(house.jobFile(id)).toBeNull()
    expect(await house.serviceAccounts()).toEqual([accessKey])
    const { leftovers } = await browser.call(listBatchJobs, {})
    expect(leftovers.map((left) => left.accessKey)).toEqual([accessKey])
    await browser.call(cleanUpBatchJob, { id: accessKey })
    expect([await house.serviceAccounts(), await orders()]).toEqual([[], []])
  })
})

test('of a job that somebody else started, secrets are left out that MinIO itself shows', async () => {
  await house.mc((mc) => mc('mb', '--with-versioning', 'demo/pulled'))
  const { rootUser, rootPassword } = house.truth
  const endpoint = house.minio.endpoint
  const description = JSON.stringify({
    replicate: {
      apiVersion: 'v1',
      source: {
        ...{ type: 'minio', bucket: 'source', endpoint, path: 'on' },
        credentials: { accessKey: rootUser, secretKey: rootPassword },
      },
      target: { type: 'minio', bucket: 'pulled' },
      flags: { notify: { endpoint: 'http://hook:hook-secret@127.0.0.1:1/x', token: 'Bearer hook-token' } },
    },
  })
  const { id } = await minioJobs.startBatchJob(house.direct, house.me, description)
  const shown = await minioJobs.describeBatchJob(house.direct, house.me, id)
  expect([rootPassword, 'hook-secret', 'hook-token'].map((secret) => shown!.includes(secret))).toEqual([
    ...[true, true, true],
  ])
  const reply = await (await browser.request(`/batch-jobs/${encodeURIComponent(id)}`)).text()
  expect(JSON.parse(reply)).toMatchObject({ id, kind: 'replicate', order: null, holdsCredentials: true })
  const needles = [rootPassword, 'hook-secret', 'hook-token'].flatMap((secret) => formsOf('secret', secret))
  expect(leaksIn([{ name: 'reply', bytes: Buffer.from(reply) }], needles)).toEqual([])
  await browser.call(cleanUpBatchJob, { id })
  expect(house.jobFile(id)).toBeNull()
})
