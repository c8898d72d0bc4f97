import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { root as repository } from '@strongroom/sandbox/binaries'
import type { Child } from '@strongroom/sandbox/child'
import { startConsole } from '@strongroom/sandbox/console'
import { freePort } from '@strongroom/sandbox/ports'
import { readJob } from '@strongroom/shared/jobs'
import {
  readEncryptionPlan,
  readObjectRun,
  startObjectEncryption,
  startPlainRemoval,
} from '@strongroom/shared/object-encryption'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { copyInPieces } from '../src/cluster/buckets/copy-pieces.ts'
import { followOlder } from '../src/cluster/buckets/follow-older.ts'
import { isChanged, readFacts } from '../src/minio/object-facts.ts'
import { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'
import { Hand } from './objects-setup.ts'
import { addUser, allow, SECRET } from './users.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const [DEFAULT, OTHER, DOOMED] = ['cut-default', 'cut-other', 'cut-doomed']
/** More than one page, with so much of the second that nobody gets through it unseen. */
const MANY = 800

let house: House
let opened: TestConsole
let root: Client
let hand: Hand

beforeAll(async () => {
  const keys = new Map([DEFAULT, OTHER, DOOMED].map((name) => [name, Buffer.alloc(32, name)]))
  house = await openHouse({ fixture: 'plaintext-latest', onKes: { keyName: DEFAULT, keys } })
  opened = await openConsole(house)
  root = await opened.rootBrowser()
  hand = new Hand(house)
})
afterAll(async () => {
  await hand?.close()
  await house?.close()
})

async function fill(bucket: string, count: number) {
  await hand.newBucket(bucket)
  const keys = Array.from({ length: count }, (_, at) => `object-${String(at).padStart(4, '0')}`)
  for (let at = 0; at < count; at += 50)
    await Promise.all(keys.slice(at, at + 50).map((key) => hand.put(bucket, key, `bytes of ${key}`)))
  return keys
}

const plainIn = async (bucket: string) => (await hand.versions(bucket)).filter(({ mode }) => mode === 'none')

describe('cut off', () => {
  test('KES is stopped in the middle: the job waits, goes on and misses nothing', async () => {
    await fill('cut-kes', 200)
    const order = { bucket: 'cut-kes', mode: 'sse-kms' as const, key: OTHER, atOnce: 1 }
    const { id } = await root.call(startObjectEncryption, order)
    for (let count = 0; count < 20; ) count = (await root.call(readObjectRun, { id })).done.count
    await house.stopKes()
    const paused = await root.untilJob(id, ({ state }) => state === 'paused')
    expect(paused.waiting).toMatchObject({ on: 'kes' })
    await house.startKes()
    expect(await root.untilEnded({ id })).toMatchObject({ state: 'done', failed: 0 })
    const { done, already } = await root.call(readObjectRun, { id })
    expect(done.count + already).toBe(200)
    expect((await hand.versions('cut-kes')).filter(({ kmsKey }) => kmsKey !== OTHER)).toEqual([])
  })

  async function start(): Promise<{ client: Client; child: Child }> {
    const env = { ...house.consoleEnv, STRONGROOM_STATE_DIR: join(house.dir, 'killed'), NODE_OPTIONS: '--import tsx' }
    const options = { env, secrets: [], main: join(repository, 'apps/bff/test/serve.ts') }
    const port = await freePort()
    const { url, child } = await startConsole({ ...options, port, logFile: join(house.dir, 'killed.log') })
    const client = new Client((path, init) => fetch(url + path, init))
    await client.signIn(house.truth.rootUser, house.truth.rootPassword)
    return { client, child }
  }

  /** Encrypts with a console that is killed when more than a page is done. */
  async function kill(bucket: string) {
    const { client, child } = await start()
    const { id } = await client.call(startObjectEncryption, { bucket, mode: 'sse-s3', atOnce: 3 })
    for (let count = 0; count < 500; ) count = (await client.call(readObjectRun, { id })).done.count
    process.kill(child.pid, 'SIGKILL')
    await child.exited
    expect((await plainIn(bucket)).length).toBeGreaterThan(0)
  }

  test('the console is killed in the middle, and the next one goes on where it stood', async () => {
    const keys = await fill('cut-killed', MANY)
    await kill('cut-killed')
    await hand.put('cut-killed', 'earlier', 'written behind its place while no console was there')
    const second = await start()
    try {
      const { unfinished } = await second.client.call(readEncryptionPlan, { bucket: 'cut-killed' })
      expect(unfinished).toMatchObject({ mode: 'sse-s3', which: 'plain' })
      const job = await second.client.job(startObjectEncryption, { bucket: 'cut-killed', mode: 'sse-s3', atOnce: 4 })
      expect(job).toMatchObject({ state: 'done', failed: 0, done: MANY })
      const run = await second.client.call(readObjectRun, { id: job.id })
      expect(run).toMatchObject({ failures: [], left: [] })
      expect(run.done.count).toBeGreaterThanOrEqual(500)
      expect(run.done.count + run.already).toBe(MANY)
    } finally {
      await second.child.stop()
    }
    // It says so at its end.
    expect((await plainIn('cut-killed')).map(({ key }) => key)).toEqual(['earlier'])
    for (const key of keys) expect(Buffer.from(await hand.get('cut-killed', key)).toString()).toBe(`bytes of ${key}`)
  })

  test('the next console begins anew where it is told to, and finds what was written behind the place meanwhile', async () => {
    const bucket = 'cut-anew'
    await fill(bucket, MANY)
    await kill(bucket)
    await hand.put(bucket, 'earlier', 'written behind its place while no console was there')
    const { client, child } = await start()
    try {
      expect((await client.call(readEncryptionPlan, { bucket })).unfinished).not.toBeNull()
      const job = await client.job(startObjectEncryption, { bucket, mode: 'sse-s3', fresh: true })
      expect(job).toMatchObject({ state: 'done', failed: 0, done: MANY + 1, message: 'Every object was dealt with.' })
      expect((await client.call(readObjectRun, { id: job.id })).already).toBeGreaterThanOrEqual(500)
      expect((await client.call(readEncryptionPlan, { bucket })).unfinished).toBeNull()
    } finally {
      await child.stop()
    }
    expect(await plainIn(bucket)).toEqual([])
  })

  test('a stopped run goes on with the same choices, and begins anew with others', async () => {
    await fill('cut-stopped', MANY)
    const order = { bucket: 'cut-stopped', mode: 'sse-s3' as const }
    const { id } = await root.call(startObjectEncryption, { ...order, atOnce: 3 })
    for (let count = 0; count < 500; ) count = (await root.call(readJob, { id })).done
    await root.request(`/jobs/${id}`, { method: 'DELETE' })
    expect(await root.untilEnded({ id })).toMatchObject({ state: 'cancelled' })
    expect((await root.call(readObjectRun, { id })).endedAt).not.toBeNull()
    expect((await root.call(readEncryptionPlan, { bucket: order.bucket })).unfinished).toMatchObject({ mode: 'sse-s3' })
    const next = await root.job(startObjectEncryption, order)
    const run = await root.call(readObjectRun, { id: next.id })
    expect([run.done.count >= 500, run.done.count + run.already]).toEqual([true, MANY])
    expect(await plainIn(order.bucket)).toEqual([])
    expect((await root.call(readEncryptionPlan, { bucket: order.bucket })).unfinished).toBeNull()
    const anew = await root.job(startObjectEncryption, order)
    expect(await root.call(readObjectRun, { id: anew.id })).toMatchObject({ already: MANY, done: { count: 0 } })
  })
})

describe('what one object does to the others', () => {
  test('one whose own key is gone is a failure, and does not stop the job', async () => {
    const bucket = 'cut-doomed-objects'
    await fill(bucket, 20)
    const lost = { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': DOOMED }
    await hand.put(bucket, 'lost', 'x', lost)
    await house.stopMinio()
    await house.stopKes()
    rmSync(join(house.keystore, DOOMED))
    await house.startKes()
    await house.startMinio()
    const { id, ...job } = await root.job(startObjectEncryption, { bucket, mode: 'sse-s3', which: 'not-so' })
    expect(job).toMatchObject({ state: 'done', failed: 1 })
    const { done, failures } = await root.call(readObjectRun, { id })
    expect(done.count).toBe(20)
    expect(failures).toMatchObject([{ object: 'lost' }])
    expect(failures[0]!.reason).toMatch(/key/)
  })

  test('pieces are never put over a newer object', async () => {
    await hand.newBucket('cut-pieces')
    await hand.putParts('cut-pieces', 'large', [5 * 2 ** 20, 5 * 2 ** 20, 10])
    const name = { bucket: 'cut-pieces', key: 'large' }
    const { minio, root: credentials } = hand
    const facts = await readFacts(minio, credentials, name)
    await hand.put('cut-pieces', 'large', 'newer')
    const scope = { minio, credentials, signal: new AbortController().signal }
    const order = { facts, sealing: { mode: 'sse-s3' as const }, keep: false }
    const refused: unknown = await copyInPieces(scope, name, order).catch((error: unknown) => error)
    expect(isChanged(refused)).toBe(true)
    expect(Buffer.from(await hand.get('cut-pieces', 'large')).toString()).toBe('newer')
    const { bytes } = await hand.send({ method: 'GET', path: '/cut-pieces', query: { uploads: '', prefix: 'large' } })
    expect(Buffer.from(bytes).toString()).not.toContain('<UploadId>')
  })

  test('a hold, a retention and tags given meanwhile come along', async () => {
    await hand.newBucket('cut-followed', '--with-lock')
    const name = { bucket: 'cut-followed', key: 'held' }
    const old = await hand.put(name.bucket, name.key, 'x', { 'x-amz-tagging': 'a=1' })
    const { minio, root: credentials } = hand
    const before = await readFacts(minio, credentials, name)
    const written = await hand.put(name.bucket, name.key, 'x', { 'x-amz-tagging': 'a=1' })
    const path = `/${name.bucket}/${name.key}`
    const at = (what: string, body: string) =>
      hand.send({
        ...{ method: 'PUT', path, query: { [what]: '', versionId: old }, body },
        headers: { 'content-md5': createHash('md5').update(body).digest('base64') },
      })
    const until = new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+/, '')
    await at('legal-hold', '<LegalHold><Status>ON</Status></LegalHold>')
    await at('retention', `<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`)
    await at('tagging', '<Tagging><TagSet><Tag><Key>b + c</Key><Value>2</Value></Tag></TagSet></Tagging>')
    await followOlder({ minio, credentials }, name, { before, written })
    const [older, copy] = await Promise.all(
      [old, written].map((versionId) => readFacts(minio, credentials, { ...name, versionId })),
    )
    expect(older).toMatchObject({ legalHold: 'ON', retention: { mode: 'GOVERNANCE' } })
    expect([copy!.legalHold, copy!.retention, copy!.tags]).toEqual([older!.legalHold, older!.retention, older!.tags])
  })
})

describe('under other accounts', () => {
  const ALL = ['s3:ListBucket', 's3:GetObject', 's3:GetObjectTagging', 's3:PutObject', 's3:PutObjectTagging']
  const LOCKS = ['s3:GetObjectRetention', 's3:GetObjectLegalHold', 's3:PutObjectRetention', 's3:PutObjectLegalHold']

  async function as(name: string): Promise<Client> {
    const client = opened.browser()
    await client.signIn(name, SECRET)
    return client
  }

  test('credentials of the job’s own suffice for all of it', async () => {
    const bucket = 'cut-own-keys'
    await hand.newBucket(bucket, '--with-lock')
    const until = new Date(Date.now() + 60_000).toISOString().replace(/\.\d+/, '')
    const lock = { 'x-amz-object-lock-mode': 'GOVERNANCE', 'x-amz-object-lock-retain-until-date': until }
    await hand.put(bucket, 'held', 'x', { ...lock, 'x-amz-object-lock-legal-hold': 'ON', 'x-amz-tagging': 'a=1' })
    await hand.put(bucket, 'free', 'x')
    await hand.putParts(bucket, 'large', [5 * 2 ** 20, 10])
    const runAs = { secretKey: house.truth.rootPassword, durationSeconds: 900 }
    const order = { bucket, mode: 'sse-kms' as const, key: OTHER, accepted: ['versioned' as const, 'locked' as const] }
    expect(await root.job(startObjectEncryption, { ...order, ...runAs })).toMatchObject({
      state: 'done',
      failed: 0,
      done: 3,
    })
    const removal = await root.job(startPlainRemoval, { bucket, confirm: bucket, ...runAs })
    expect(removal).toMatchObject({ state: 'done', failed: 0, done: 3 })
    expect((await plainIn(bucket)).map(({ key }) => key)).toEqual(['held'])
  })

  test('twenty refusals in a row end the job, and say what is missing', async () => {
    await fill('cut-refused', 30)
    const mayNotWrite = allow(
      [...ALL.slice(0, 3), 's3:GetBucketObjectLockConfiguration'],
      'cut-refused',
      'cut-refused/*',
    )
    await addUser(house, 'cut-reader', [mayNotWrite])
    const reader = await as('cut-reader')
    const traits = ['versioned', 'locked', 'replicated', 'notified', 'lifecycle'] as const
    const order = { bucket: 'cut-refused', mode: 'sse-s3' as const, accepted: [...traits] }
    const job = await reader.job(startObjectEncryption, order)
    expect(job).toMatchObject({ state: 'failed' })
    expect(job.message).toContain('20 objects in a row')
    expect(job.message).toContain('s3:PutObject')
    expect(await plainIn('cut-refused')).toHaveLength(30)
  })

  test('who may not see a lock can’t lose it: the object is left', async () => {
    const bucket = 'cut-unseen-locks'
    await hand.newBucket(bucket, '--with-lock')
    await hand.put(bucket, 'held', 'x', { 'x-amz-object-lock-legal-hold': 'ON' })
    const traits = ['versioned', 'locked', 'replicated', 'notified', 'lifecycle'] as const
    const order = { bucket, mode: 'sse-s3' as const, accepted: [...traits] }
    await addUser(house, 'cut-blind', [allow(ALL, bucket, `${bucket}/*`)])
    const blind = await as('cut-blind')
    const { id } = await blind.job(startObjectEncryption, order)
    const run = await blind.call(readObjectRun, { id })
    expect(run).toMatchObject({ done: { count: 0 }, failures: [{ object: 'held' }] })
    expect(run.failures[0]!.reason).toContain('s3:GetObjectRetention')
    await addUser(house, 'cut-seeing', [allow([...ALL, ...LOCKS], bucket, `${bucket}/*`)])
    const seeing = await as('cut-seeing')
    expect(await seeing.job(startObjectEncryption, order)).toMatchObject({ state: 'done', failed: 0, done: 1 })
    expect(await hand.inventory(bucket)).toMatchObject(new Map([['held', { legalHold: 'ON' }]]))
    const other = await blind.refusal(readObjectRun, { id: 'no-such-run' })
    expect(other.code).toBe('not-allowed')
  })
})
