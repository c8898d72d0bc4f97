import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Client as Mc, withClient } from '@strongroom/sandbox/client'
import { parseEnvFile } from '@strongroom/sandbox/env-file'
import { startMinio } from '@strongroom/sandbox/minio'
import { listActivity } from '@strongroom/shared/activity'
import { probeBucket, setProbeSchedule } from '@strongroom/shared/bucket-probes'
import { readBucket } from '@strongroom/shared/buckets'
import { readCoverage, startCoverage } from '@strongroom/shared/coverage'
import {
  type BucketTrait,
  type ObjectRun,
  readEncryptionPlan,
  readObjectRun,
  startObjectEncryption,
  startPlainRemoval,
} from '@strongroom/shared/object-encryption'
import { PROBE_POLICY } from '@strongroom/shared/probe-policy'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readFacts, readPartSize, readRange, readWhole } from '../src/minio/object-facts.ts'
import { type Credentials, connectMinio, type Minio } from '../src/minio/transport.ts'
import { listVersionsWithMetadata } from '../src/minio/version-listing.ts'
import { Secret } from '../src/secret.ts'
import type { Client } from './client.ts'
import { openConsole } from './console.ts'
import { type House, openHouse } from './house.ts'
import { Hand } from './objects-setup.ts'
import { addUser, SECRET } from './users.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 })

const [DEFAULT, OTHER] = ['near-default', 'near-other']
const S3 = { 'x-amz-server-side-encryption': 'AES256' }
const REMOTE = { accessKey: 'remote-root', secretKey: 'remote-password' }
const FAR: Credentials = { accessKey: REMOTE.accessKey, secretKey: new Secret(REMOTE.secretKey) }
const PATIENCE = { timeout: 30_000, interval: 200 }

let house: House
/** Holds the tier and the copies; its KMS has a key of its own, and none of the house. */
let remote: Awaited<ReturnType<typeof startMinio>>
let far: Minio
let hook: Server
const told: { event: string; key: string }[] = []
let root: Client
let hand: Hand

const remoteMc = <Result>(use: (mc: Mc) => Promise<Result>) =>
  withClient({ endpoint: remote.endpoint, ...REMOTE }, join(house.dir, 'remote-mc'), use)
const mc = (...args: string[]) => house.mc((run) => run(...args))

beforeAll(async () => {
  const keys = new Map([DEFAULT, OTHER].map((name) => [name, Buffer.alloc(32, name)]))
  house = await openHouse({ fixture: 'plaintext-latest', onKes: { keyName: DEFAULT, keys } })
  remote = await startRemote()
  far = connectMinio({ endpoint: new URL(remote.endpoint), region: 'us-east-1' })
  hook = await listen()
  const { port } = hook.address() as AddressInfo
  await house.startMinio({
    ...(parseEnvFile(readFileSync(house.envFile, 'utf8')) as Record<string, string>),
    MINIO_NOTIFY_WEBHOOK_ENABLE_NEAR: 'on',
    MINIO_NOTIFY_WEBHOOK_ENDPOINT_NEAR: `http://127.0.0.1:${port}/`,
  })
  await addUser(house, 'near-prober', PROBE_POLICY.Statement)
  hand = new Hand(house)
  const secretFile = join(house.dir, 'near-prober.secret')
  writeFileSync(secretFile, SECRET, { mode: 0o600 })
  root = await (
    await openConsole(house, {
      STRONGROOM_PROBE_ACCESS_KEY: 'near-prober',
      STRONGROOM_PROBE_SECRET_KEY_FILE: secretFile,
    })
  ).rootBrowser()
  await remoteMc((run) => run('mb', 'demo/cold'))
  const pair = ['--access-key', REMOTE.accessKey, '--secret-key', REMOTE.secretKey, '--endpoint', remote.endpoint]
  await mc('ilm', 'tier', 'add', 'minio', 'demo', 'COLD', ...pair, '--bucket', 'cold')
})
afterAll(async () => {
  await hand?.close()
  await far?.close()
  await remote?.stop()
  hook?.close()
  await house?.close()
})

const startRemote = (port?: number) =>
  startMinio({
    drives: [join(house.dir, 'remote/drive')],
    env: {
      MINIO_ROOT_USER: REMOTE.accessKey,
      MINIO_ROOT_PASSWORD: REMOTE.secretKey,
      MINIO_KMS_SECRET_KEY: `far-key:${Buffer.alloc(32, 'far').toString('base64')}`,
    },
    ...(port !== undefined && { port }),
  })

/** Takes what MinIO tells of objects. */
async function listen(): Promise<Server> {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      if (body !== '') {
        const { EventName, Key } = JSON.parse(body) as { EventName: string; Key: string }
        told.push({ event: EventName, key: Key })
      }
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

async function encrypt(bucket: string, choice: object): Promise<{ state: string; run: ObjectRun }> {
  const { id, state } = await root.job(startObjectEncryption, { bucket, mode: 'sse-s3', ...choice })
  return { state, run: await root.call(readObjectRun, { id }) }
}

async function counts(bucket: string) {
  await root.job(startCoverage, { buckets: [bucket] })
  const { complete } = await root.call(readCoverage, { bucket })
  return Object.fromEntries(
    complete!.counts.map(({ state, key, current, older }) => [
      key === undefined ? state : `${state} ${key}`,
      [current.count, older.count],
    ]),
  )
}

async function traitOf(bucket: string, trait: BucketTrait) {
  return (await root.call(readEncryptionPlan, { bucket })).traits.find((each) => each.trait === trait)!
}

const facts = (bucket: string, key: string, versionId?: string) =>
  readFacts(hand.minio, hand.root, { bucket, key, ...(versionId !== undefined && { versionId }) })
const copied = (key: string) => readFacts(far, FAR, { bucket: 'copies', key })

describe('a bucket whose objects lie in a tier', () => {
  const bucket = 'near-tiered'
  const inTier = (key: string) =>
    vi.waitFor(async () => expect((await facts(bucket, key)).storageClass).toBe('COLD'), PATIENCE)

  beforeAll(async () => {
    await hand.newBucket(bucket)
    await hand.put(bucket, 'here', 'stays on the drives')
    await mc(
      'ilm',
      'rule',
      'add',
      '--transition-days',
      '0',
      '--transition-tier',
      'COLD',
      '--prefix',
      'moved',
      `demo/${bucket}`,
    )
    await hand.put(bucket, 'moved-plain', 'bytes of moved-plain', { 'x-amz-meta-a': '1', 'x-amz-tagging': 'b=2' })
    await hand.put(bucket, 'moved-large', Buffer.alloc(3 * 2 ** 20, 'l'))
    await hand.putParts(bucket, 'moved-parts', [5 * 2 ** 20, 10])
    await hand.put(bucket, 'moved-sealed', 'sealed before it was moved', S3)
    await hand.put(bucket, 'moved-under-key', 'sealed under a key', {
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': OTHER,
    })
    for (const key of ['plain', 'large', 'parts', 'sealed', 'under-key']) await inTier(`moved-${key}`)
  })

  test('is counted by what seals the objects, wherever they lie', async () => {
    expect(await counts(bucket)).toEqual({ plain: [4, 0], 'sse-s3': [1, 0], [`sse-kms ${OTHER}`]: [1, 0] })
    // A plain object lies in the tier as plain as it was.
    const { bytes } = await far.send({
      method: 'GET',
      path: '/cold',
      query: { 'list-type': '2' },
      credentials: FAR,
      timeoutMs: 5_000,
    })
    const keys = [
      ...Buffer.from(bytes)
        .toString()
        .matchAll(/<Key>([^<]+)<\/Key>/g),
    ].map(([, key]) => key!)
    const there = await Promise.all(
      keys.map((key) =>
        far.send({ method: 'GET', path: `/cold/${key}`, credentials: FAR, timeoutMs: 5_000, maxReplyBytes: 2 ** 25 }),
      ),
    )
    expect(there.filter(({ bytes: body }) => Buffer.from(body).toString() === 'bytes of moved-plain')).toHaveLength(1)
    expect(there.filter(({ bytes: body }) => Buffer.from(body).includes('sealed'))).toHaveLength(0)
  })

  test('leaves those in the tier with the reason, unless that was accepted', async () => {
    expect(await traitOf(bucket, 'tiered')).toMatchObject({
      holds: true,
      asks: false,
      consequence: expect.stringContaining('COLD'),
    })
    const { state, run } = await encrypt(bucket, {})
    expect([state, run.done.count, run.already, run.failed]).toEqual(['done', 1, 2, 0])
    expect(run.left).toMatchObject([{ reason: 'Lies in a tier: the copy would pull it back', count: 3 }])
    expect(await counts(bucket)).toMatchObject({ plain: [3, 0], 'sse-s3': [2, 0] })
  })

  test('pulls them back sealed where it was accepted, and the rule moves them out again', async () => {
    const before = await hand.inventory(bucket)
    const { state, run } = await encrypt(bucket, { accepted: ['tiered'] })
    expect([state, run.done.count, run.failures, run.left]).toEqual(['done', 3, [], []])
    expect(await counts(bucket)).toEqual({ 'sse-s3': [5, 0], [`sse-kms ${OTHER}`]: [1, 0] })
    for (const key of ['moved-plain', 'moved-large', 'moved-parts']) await inTier(key)
    expect(await hand.inventory(bucket)).toEqual(before)
    expect(await hand.sealByMc(bucket, 'moved-plain')).toBe('AES256')
  })
})

describe('a replicated bucket', () => {
  const bucket = 'near-replicated'
  const accepted: BucketTrait[] = ['versioned', 'replicated']
  const status = async (key: string) => (await facts(bucket, key)).replication
  const untilStatus = (key: string, wanted: string) =>
    vi.waitFor(async () => expect(await status(key)).toBe(wanted), PATIENCE)

  beforeAll(async () => {
    await remoteMc((run) => run('mb', '--with-versioning', 'demo/copies'))
    await hand.newBucket(bucket, '--with-versioning')
    const { host } = new URL(remote.endpoint)
    const target = `http://${REMOTE.accessKey}:${REMOTE.secretKey}@${host}/copies`
    await mc('replicate', 'add', `demo/${bucket}`, '--remote-bucket', target)
    for (const key of ['a', 'b', 'c']) await hand.put(bucket, `s3-${key}`, `bytes of ${key}`)
    await hand.put(bucket, 'kms-a', 'bytes for a key')
    await hand.put(bucket, 'late-a', 'bytes of late-a')
    for (const key of ['s3-a', 's3-b', 's3-c', 'kms-a', 'late-a']) await untilStatus(key, 'COMPLETED')
  })

  test('wants its own yes, which says what the target does', async () => {
    expect((await root.call(readBucket, { bucket })).replication).toBe(true)
    const { holds, asks, consequence } = await traitOf(bucket, 'replicated')
    expect([holds, asks]).toEqual([true, true])
    expect(consequence).toMatch(/key of the same name/)
    const refused = await root.refusal(startObjectEncryption, { bucket, mode: 'sse-s3', accepted: ['versioned'] })
    expect(refused).toMatchObject({ code: 'conflict', detail: expect.stringContaining('replicated') })
    expect((await copied('s3-a')).seal.mode).toBe('none')
  })

  test('sends what is sealed by SSE-S3 to the target, where it arrives sealed', async () => {
    const { run } = await encrypt(bucket, { prefix: 's3-', accepted })
    expect(run).toMatchObject({ done: { count: 3 }, failed: 0, left: [] })
    for (const key of ['s3-a', 's3-b', 's3-c']) {
      await untilStatus(key, 'COMPLETED')
      expect(await copied(key)).toMatchObject({ seal: { mode: 'sse-s3' }, replication: 'REPLICA' })
    }
    expect(await counts(bucket)).toEqual({ plain: [2, 3], 'sse-s3': [3, 0] })
  })

  test('under a key that the target has not, the target keeps the plain one; that is not removed', async () => {
    const { run } = await encrypt(bucket, { prefix: 'kms-', mode: 'sse-kms', key: OTHER, accepted })
    expect(run).toMatchObject({ done: { count: 1 }, failed: 0, left: [] })
    await untilStatus('kms-a', 'FAILED')
    expect((await copied('kms-a')).seal.mode).toBe('none')
    const { id } = await root.job(startPlainRemoval, { bucket, confirm: bucket })
    const removal = await root.call(readObjectRun, { id })
    expect(removal).toMatchObject({ done: { count: 3 }, failed: 0 })
    expect(removal.left).toMatchObject([{ reason: expect.stringContaining('replication target'), count: 1 }])
    const { activity } = await root.call(listActivity, { target: bucket })
    const bytes = removal.done.bytes
    expect(activity.slice(0, 2)).toMatchObject([
      { act: 'remove-plain-versions', detail: `Job ${id}: 3 removed (${bytes} bytes), 1 left, 0 failed.` },
      { act: 'remove-plain-versions', detail: expect.stringContaining(`as job ${id}`) },
    ])
    // The removals went to the target as well, and what is there can be read.
    for (const key of ['s3-a', 's3-b', 's3-c', 'kms-a']) expect((await copied(key)).sizeBytes).toBeGreaterThan(0)
  })

  test('goes on while the target is away, and it gets the rest when it is back', async () => {
    const { port } = new URL(remote.endpoint)
    await remote.stop()
    try {
      const { state, run } = await encrypt(bucket, { prefix: 'late-', accepted })
      expect([state, run.done.count, run.failed]).toEqual(['done', 1, 0])
      expect(['PENDING', 'FAILED']).toContain(await status('late-a'))
      expect(await counts(bucket)).toMatchObject({ 'sse-s3': [4, 0] })
    } finally {
      remote = await startRemote(Number(port))
    }
    await untilStatus('late-a', 'COMPLETED')
    expect((await copied('late-a')).seal.mode).toBe('sse-s3')
  })

  test('is never probed by the console itself; by hand nothing of the probe stays, here or there', async () => {
    expect(await root.refusal(setProbeSchedule, { bucket, on: true })).toMatchObject({
      code: 'unsafe-now',
      detail: expect.stringContaining('replicated'),
    })
    const below = (run: Mc) => run('ls', '--recursive', '--versions', 'demo/copies/.strongroom-probe/')
    expect((await remoteMc(below)).trim()).toBe('')
    expect(await root.call(probeBucket, { bucket })).toMatchObject({ removed: true, left: null })
    await vi.waitFor(async () => expect((await remoteMc(below)).trim()).toBe(''), PATIENCE)
  })
})

describe('a bucket that was a target, and got a target of its own', () => {
  const [bucket, there] = ['near-failover', 'far-failover']
  const putThere = (key: string, headers = {}) =>
    far.send({ method: 'PUT', path: `/${there}/${key}`, body: key, headers, credentials: FAR, timeoutMs: 5_000 })
  const versionsOf = async (key: string) => (await hand.versions(bucket)).filter((each) => each.key === key)
  const farVersions = async () =>
    (await listVersionsWithMetadata(far, FAR, there, {})).versions.map(({ key, mode }) => `${key} ${mode}`).sort()
  const remove = async () => {
    const { id } = await root.job(startPlainRemoval, { bucket, confirm: bucket })
    return root.call(readObjectRun, { id })
  }

  test('loses no plain version while removals go to a site that may not have the encrypted one', async () => {
    await remoteMc((run) => run('mb', '--with-versioning', `demo/${there}`))
    await hand.newBucket(bucket, '--with-versioning')
    const here = new URL(house.minio.endpoint).host
    const pair = `${house.truth.rootUser}:${house.truth.rootPassword}`
    const rule = ['--replicate', 'delete,delete-marker']
    const from = ['replicate', 'add', `demo/${there}`, '--remote-bucket', `http://${pair}@${here}/${bucket}`, ...rule]
    await remoteMc((run) => run(...from))
    await putThere('sealed-there')
    await putThere('sealed-there', S3)
    // That this one is unlike is not what holds the plain one.
    await putThere('sealed-there', { ...S3, 'x-amz-meta-b': '1' })
    await putThere('sealed-here')
    await vi.waitFor(async () => {
      expect(await versionsOf('sealed-there')).toHaveLength(3)
      expect(await versionsOf('sealed-here')).toHaveLength(1)
    }, PATIENCE)
    const { run } = await encrypt(bucket, { prefix: 'sealed-here', accepted: ['versioned'] })
    expect(run).toMatchObject({ done: { count: 1 }, failed: 0 })
    expect((await facts(bucket, 'sealed-here')).replication).toBe(null)
    const { host } = new URL(remote.endpoint)
    const back = `http://${REMOTE.accessKey}:${REMOTE.secretKey}@${host}/${there}`
    await mc('replicate', 'add', `demo/${bucket}`, '--remote-bucket', back, ...rule)

    const held = await remove()
    expect(held).toMatchObject({ done: { count: 0 }, failed: 0 })
    expect(held.left.map(({ reason, examples }) => [examples[0]!.split(' ')[0], reason]).sort()).toEqual([
      ['sealed-here', expect.stringContaining('has not reached the replication target')],
      ['sealed-there', expect.stringContaining('came from another site')],
    ])
    const all = ['sealed-here none', 'sealed-there none', 'sealed-there sse-s3', 'sealed-there sse-s3']
    expect(await farVersions()).toEqual(all)
    // Without the rule they are of this site alone.
    await mc('replicate', 'rm', `demo/${bucket}`, '--all', '--force')
    expect(await remove()).toMatchObject({ done: { count: 2 }, left: [], failed: 0 })
    expect(await farVersions()).toEqual(all)
  })
})

test('a version that is only at the target is none: what is read of objects is never answered by the target', async () => {
  const [bucket, there, key] = ['near-gone', 'far-gone', 'kept-there']
  await remoteMc((run) => run('mb', '--with-versioning', `demo/${there}`))
  await hand.newBucket(bucket, '--with-versioning')
  const { host } = new URL(remote.endpoint)
  const target = `http://${REMOTE.accessKey}:${REMOTE.secretKey}@${host}/${there}`
  await mc('replicate', 'add', `demo/${bucket}`, '--remote-bucket', target, '--replicate', 'delete-marker')
  const versionId = await hand.put(bucket, key, 'bytes', S3)
  await vi.waitFor(async () => expect((await facts(bucket, key)).replication).toBe('COMPLETED'), PATIENCE)
  const { etag } = await facts(bucket, key)
  const name = { bucket, key, versionId }
  await hand.send({ method: 'DELETE', path: `/${bucket}/${key}`, query: { versionId } })
  // MinIO itself answers as if it were there.
  expect(Buffer.from(await hand.get(bucket, key, versionId)).toString()).toBe('bytes')
  for (const read of [
    () => readFacts(hand.minio, hand.root, name),
    () => readWhole(hand.minio, hand.root, name, 100),
    () => readRange(hand.minio, hand.root, name, { etag, from: 0, length: 5 }),
    () => readPartSize(hand.minio, hand.root, name, { etag, part: 1 }),
  ])
    await expect(read()).rejects.toMatchObject({ code: 'not-found' })
})

describe('a bucket that tells somebody of its objects', () => {
  const bucket = 'near-told'
  const toldOf = () =>
    told
      .filter(({ key }) => key.startsWith(`${bucket}/`))
      .map(({ event, key }) => `${event} ${key.slice(bucket.length + 1)}`)

  test('tells of each copy as of a new object, as the confirmation says', async () => {
    await hand.newBucket(bucket)
    await hand.put(bucket, 'one', 'bytes of one')
    await hand.putParts(bucket, 'parts', [5 * 2 ** 20, 10])
    await hand.put(bucket, 'sealed', 'x', S3)
    await mc('event', 'add', `demo/${bucket}`, 'arn:minio:sqs:eu-central-1:NEAR:webhook', '--event', 'put')
    const { asks, consequence } = await traitOf(bucket, 'notified')
    expect([asks, consequence]).toEqual([true, expect.stringContaining('s3:ObjectCreated:*')])
    expect(await root.refusal(startObjectEncryption, { bucket, mode: 'sse-s3' })).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('notified'),
    })
    expect(toldOf()).toEqual([])
    const { run } = await encrypt(bucket, { accepted: ['notified'] })
    expect(run).toMatchObject({ done: { count: 2 }, already: 1, failed: 0 })
    await vi.waitFor(() => expect(toldOf()).toHaveLength(2), PATIENCE)
    expect(toldOf().sort()).toEqual(['s3:ObjectCreated:CompleteMultipartUpload parts', 's3:ObjectCreated:Put one'])
  })
})
