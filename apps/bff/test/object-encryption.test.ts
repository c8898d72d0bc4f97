import { createHash, randomBytes } from 'node:crypto'
import {
  type ObjectRun,
  readEncryptionPlan,
  readObjectRun,
  startObjectEncryption,
  startPlainRemoval,
} from '@strongroom/shared/object-encryption'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { traitsOf as traitsOfNature } from '../src/cluster/buckets/encryption-plan.ts'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'
import { Hand } from './objects-setup.ts'
import { addUser, allow, SECRET } from './users.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const [DEFAULT, OTHER] = ['objects-default', 'objects-other']
const S3 = 'AES256'
const KMS = `aws:kms arn:aws:kms:${OTHER}`

let house: House
let opened: TestConsole
let root: Client
let hand: Hand

beforeAll(async () => {
  const keys = new Map([DEFAULT, OTHER].map((name) => [name, Buffer.alloc(32, name)]))
  house = await openHouse({ fixture: 'plaintext-latest', onKes: { keyName: DEFAULT, keys }, tls: true })
  opened = await openConsole(house)
  root = await opened.rootBrowser()
  hand = new Hand(house)
})
afterAll(async () => {
  await hand?.close()
  await house?.close()
})

const TAGS = 'team=a%20b&cost=7%2B1'
const ODD_KEYS = ['a<b>&"\'c', 'new\nline', 'plus+ and %25 ü 日本 \u{1F600}', 'folder/', 'q?x=1#f;a']
const RICH = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'content-disposition': 'attachment; filename="x  y"',
  'content-language': 'de',
  expires: 'Wed, 21 Oct 2099 07:28:00 GMT',
  'x-amz-meta-plain': 'two  spaces',
  'x-amz-meta-words': 'Äpfel: 日本, "zitiert"',
  'x-amz-meta-subject': '=?utf-8?Q?=C3=84pfel?=',
  'x-amz-meta-ascii': '=?UTF-8?q?abc?=',
  'x-amz-tagging': TAGS,
}

/** Runs it to its end, and reads what it did. */
async function encrypt(bucket: string, choice: object): Promise<{ state: string; message: string; run: ObjectRun }> {
  const { id, state, message } = await root.job(startObjectEncryption, { bucket, mode: 'sse-s3', ...choice })
  return { state, message, run: await root.call(readObjectRun, { id }) }
}

async function remove(bucket: string, choice: object = {}): Promise<ObjectRun> {
  const { id } = await root.job(startPlainRemoval, { bucket, confirm: bucket, ...choice })
  return root.call(readObjectRun, { id })
}

const reasons = ({ left }: ObjectRun) => Object.fromEntries(left.map(({ reason, count }) => [reason, count]))

describe('a bucket that keeps no versions', () => {
  const BUCKET = 'objects-plain'
  const SIZES = [5 * 2 ** 20, 6 * 2 ** 20, 1_000]
  let before: Map<string, object>

  beforeAll(async () => {
    await hand.newBucket(BUCKET)
    for (const key of ODD_KEYS) await hand.put(BUCKET, key, key.endsWith('/') ? '' : `bytes of ${key}`, RICH)
    await hand.put(BUCKET, 'empty', '')
    await hand.put(BUCKET, 'two MiB', randomBytes(2 * 2 ** 20), { 'x-amz-storage-class': 'REDUCED_REDUNDANCY' })
    await hand.put(BUCKET, 'packed', Buffer.from('1f8b', 'hex'), { 'content-encoding': 'gzip' })
    const sum = createHash('sha256').update('summed').digest('base64')
    await hand.put(BUCKET, 'summed', 'summed', { 'x-amz-checksum-sha256': sum })
    await hand.putParts(BUCKET, 'parts <&>\n+%', SIZES, RICH)
    await hand.put(BUCKET, 'was so', 'x', { 'x-amz-server-side-encryption': S3 })
    const key = randomBytes(32)
    await hand.put(BUCKET, 'of a client', 'x', {
      'x-amz-server-side-encryption-customer-algorithm': S3,
      'x-amz-server-side-encryption-customer-key': key.toString('base64'),
      'x-amz-server-side-encryption-customer-key-md5': createHash('md5').update(key).digest('base64'),
    })
    before = await hand.inventory(BUCKET)
  })

  test('the plan asks for nothing there', async () => {
    const plan = await root.call(readEncryptionPlan, { bucket: BUCKET })
    expect(plan.traits.filter(({ asks }) => asks)).toEqual([])
    expect(plan).toMatchObject({ configured: null, unfinished: null, counts: null })
  })

  test('plain objects are sealed with SSE-S3 and nothing else about them changes', async () => {
    const { state, run } = await encrypt(BUCKET, {})
    expect(state).toBe('done')
    expect(run).toMatchObject({ failed: 0, failures: [], already: 1, done: { count: before.size - 1 } })
    expect(reasons(run)).toEqual({
      'Sealed with a key of a client (SSE-C), which only that client can open': 1,
    })
    expect(await hand.inventory(BUCKET)).toEqual(before)
    for (const key of before.keys())
      if (!/[\n/]/.test(key)) expect([key, await hand.sealByMc(BUCKET, key)]).toEqual([key, S3])
    expect((await hand.versions(BUCKET)).filter(({ mode }) => mode === 'none')).toEqual([])
    const parts = await hand.send({ method: 'HEAD', path: `/${BUCKET}/parts <&>\n+%`, query: { partNumber: '2' } })
    expect(parts.headers['content-length']).toBe(`${SIZES[1]}`)
    const summed = await hand.send({
      ...{ method: 'GET', path: `/${BUCKET}/summed` },
      headers: { 'x-amz-checksum-mode': 'ENABLED' },
    })
    expect(summed.headers['x-amz-checksum-sha256']).toBe(createHash('sha256').update('summed').digest('base64'))
  })

  test('then all of them under a key', async () => {
    const { run } = await encrypt(BUCKET, { mode: 'sse-kms', key: OTHER, which: 'not-so', atOnce: 3 })
    expect(run).toMatchObject({ failures: [], already: 0, done: { count: before.size - 1 } })
    expect(await hand.inventory(BUCKET)).toEqual(before)
    expect(await hand.sealByMc(BUCKET, 'was so')).toBe(KMS)
    expect((await hand.versions(BUCKET)).filter(({ kmsKey }) => kmsKey !== OTHER).map(({ key }) => key)).toEqual([
      'folder/',
      'of a client',
    ])
  })

  test('parts can be joined, or left', async () => {
    await hand.putParts(BUCKET, 'more/left', SIZES)
    const { run } = await encrypt(BUCKET, { prefix: 'more/', parts: 'leave' })
    expect(reasons(run)).toEqual({ 'Has several parts, which were to be left': 1 })
    const joined = await encrypt(BUCKET, { prefix: 'more/', parts: 'join' })
    expect(joined.run).toMatchObject({ failures: [], done: { count: 1 } })
    const { headers } = await hand.send({ method: 'HEAD', path: `/${BUCKET}/more/left` })
    expect(headers.etag).not.toContain('-')
    expect(await hand.sealByMc(BUCKET, 'more/left')).toBe(S3)
  })

  test('what can’t be is refused before anything is done', async () => {
    expect(
      await root.refusal(startObjectEncryption, { bucket: BUCKET, mode: 'sse-kms', key: 'never-made' }),
    ).toMatchObject({
      code: 'not-found',
    })
    expect(await root.refusal(startObjectEncryption, { bucket: BUCKET, mode: 'sse-kms' })).toMatchObject({
      status: 400,
    })
    expect(await root.refusal(startObjectEncryption, { bucket: 'no-such-bucket', mode: 'sse-s3' })).toMatchObject({
      code: 'not-found',
    })
  })
})

describe('a bucket that keeps versions', () => {
  const BUCKET = 'objects-versions'

  beforeAll(async () => {
    await hand.newBucket(BUCKET)
    await hand.put(BUCKET, 'before versions', 'old', { 'x-amz-tagging': TAGS })
    await house.mc((mc) => mc('version', 'enable', `demo/${BUCKET}`))
    await hand.put(BUCKET, 'history', 'one')
    await hand.put(BUCKET, 'history', 'two', RICH)
    await hand.put(BUCKET, 'deleted', 'gone')
    await hand.send({ method: 'DELETE', path: `/${BUCKET}/deleted` })
    await hand.put(BUCKET, 'same bytes', 'same', { 'x-amz-meta-a': '1' })
    await hand.put(BUCKET, 'same bytes', 'same', { 'x-amz-meta-a': '2' })
    await hand.put(BUCKET, 'new\nline', 'x')
  })

  test('that has to be accepted', async () => {
    const plan = await root.call(readEncryptionPlan, { bucket: BUCKET })
    expect(plan.traits.filter(({ asks }) => asks)).toMatchObject([{ trait: 'versioned', holds: true }])
    const refused = await root.refusal(startObjectEncryption, { bucket: BUCKET, mode: 'sse-s3' })
    expect(refused).toMatchObject({ status: 409, code: 'conflict' })
    expect(refused.detail).toContain('versioned')
  })

  test('current objects get an encrypted version on top, and a delete marker stays on top', async () => {
    const before = await hand.inventory(BUCKET)
    const older = await hand.versions(BUCKET)
    const { run } = await encrypt(BUCKET, { accepted: ['versioned'] })
    expect(run).toMatchObject({ failures: [], left: [], done: { count: 4 } })
    expect(await hand.inventory(BUCKET)).toEqual(before)
    const versions = await hand.versions(BUCKET)
    expect(versions).toHaveLength(older.length + 4)
    expect(versions.filter(({ current, mode }) => current && mode !== 'sse-s3')).toEqual([])
    expect(versions.filter(({ key }) => key === 'deleted')).toMatchObject([{ current: false, mode: 'none' }])
  })

  test('plain versions are removed only where a newer encrypted one is the same', async () => {
    expect(await root.refusal(startPlainRemoval, { bucket: BUCKET, confirm: 'other' })).toMatchObject({ status: 400 })
    const older = await hand.versions(BUCKET)
    const dry = await remove(BUCKET, { dryRun: true })
    expect(dry).toMatchObject({ done: { count: 4 }, failures: [] })
    expect(await hand.versions(BUCKET)).toEqual(older)
    const run = await remove(BUCKET)
    expect(run).toMatchObject({ done: { count: 4 }, failures: [] })
    expect(reasons(run)).toEqual({
      'A newer encrypted version has its bytes, but not its x-amz-meta-a': 1,
      'Its bytes are those of no newer encrypted version: it is history of its own': 1,
      'No newer version of it is encrypted': 1,
    })
    const kept = await hand.versions(BUCKET)
    expect(kept).toHaveLength(older.length - 4)
    expect(
      kept
        .filter(({ mode }) => mode === 'none')
        .map(({ key }) => key)
        .sort(),
    ).toEqual(['deleted', 'history', 'same bytes'])
    const { activity } = (await (await root.request('/activity')).json()) as {
      activity: { act: string; target: string }[]
    }
    expect(activity.map(({ act }) => act)).toEqual(expect.arrayContaining(['remove-plain-versions', 'encrypt-objects']))
  })

  test('while versioning is suspended, no older version without an id is replaced', async () => {
    const bucket = 'objects-suspended'
    await hand.newBucket(bucket)
    await hand.put(bucket, 'both', 'null version')
    await house.mc((mc) => mc('version', 'enable', `demo/${bucket}`))
    await hand.put(bucket, 'both', 'with an id')
    await hand.put(bucket, 'id alone', 'with an id')
    await house.mc((mc) => mc('version', 'suspend', `demo/${bucket}`))
    const { run } = await encrypt(bucket, { accepted: ['versioned'] })
    expect(reasons(run)).toEqual({
      'Versioning is off for it now: the copy would replace an older version that has no id': 1,
    })
    expect(run).toMatchObject({ done: { count: 1 }, failures: [] })
    expect(Buffer.from(await hand.get(bucket, 'both', 'null')).toString()).toBe('null version')
    expect(await hand.sealByMc(bucket, 'id alone')).toBe(S3)
  })
})

describe('a bucket with object lock', () => {
  const BUCKET = 'objects-locked'
  const UNTIL = new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+/, '')
  const lock = (mode: string) => ({ 'x-amz-object-lock-mode': mode, 'x-amz-object-lock-retain-until-date': UNTIL })

  test('retention and legal hold are repeated, and hold the plain versions', async () => {
    await hand.newBucket(BUCKET, '--with-lock')
    await hand.put(BUCKET, 'governed', 'g', lock('GOVERNANCE'))
    await hand.put(BUCKET, 'complied', 'c', { ...lock('COMPLIANCE'), ...RICH })
    await hand.put(BUCKET, 'held', 'h', { 'x-amz-object-lock-legal-hold': 'ON' })
    await hand.put(BUCKET, 'free', 'f')
    await hand.putParts(BUCKET, 'large', [5 * 2 ** 20, 10], {
      ...lock('COMPLIANCE'),
      'x-amz-object-lock-legal-hold': 'ON',
    })
    const before = await hand.inventory(BUCKET)
    expect(before.get('complied')).toMatchObject({ retention: { mode: 'COMPLIANCE' } })

    const refused = await root.refusal(startObjectEncryption, {
      bucket: BUCKET,
      mode: 'sse-s3',
      accepted: ['versioned'],
    })
    expect(refused.detail).toContain('locked')
    const { run } = await encrypt(BUCKET, { mode: 'sse-kms', key: OTHER, accepted: ['versioned', 'locked'] })
    expect(run).toMatchObject({ failures: [], left: [], done: { count: 5 } })
    expect(await hand.inventory(BUCKET)).toEqual(before)
    for (const key of before.keys()) expect(await hand.sealByMc(BUCKET, key)).toBe(KMS)

    const removal = await remove(BUCKET)
    expect(removal).toMatchObject({ failures: [], done: { count: 1 } })
    expect(reasons(removal)).toEqual({
      'On legal hold: plain until it is taken off': 2,
      [`Locked (governance): plain until ${UNTIL.slice(0, 10)}`]: 1,
      [`Locked (compliance): plain until ${UNTIL.slice(0, 10)}`]: 1,
    })
  })
})

describe('while others work', () => {
  test('no write of anybody is lost', async () => {
    const bucket = 'objects-raced'
    await hand.newBucket(bucket)
    const keys = ['a', 'b', 'c', 'd']
    for (const key of keys) await hand.put(bucket, key, '0')
    let over = false
    const lost: string[] = []
    const writers = keys.map(async (key) => {
      let writes = 0
      for (; !over; writes++) {
        await hand.put(bucket, key, `${writes}`)
        const found = Buffer.from(await hand.get(bucket, key)).toString()
        if (found !== `${writes}`) lost.push(`${key}: ${found} instead of ${writes}`)
      }
      return writes
    })
    let retried = 0
    for (let at = 0; at < 12; at++) {
      const { run } = await encrypt(bucket, { which: 'not-so', ...(at % 2 && { mode: 'sse-kms', key: OTHER }) })
      retried += run.retried
    }
    over = true
    const writes = (await Promise.all(writers)).reduce((sum, each) => sum + each, 0)
    expect(lost).toEqual([])
    expect([writes > 50, retried > 0]).toEqual([true, true])
  })
})

describe('the plan', () => {
  const traitsOf = async (bucket: string) => {
    const { traits } = await root.call(readEncryptionPlan, { bucket })
    return Object.fromEntries(traits.map(({ trait, ...told }) => [trait, told]))
  }

  test('says what the rules of this bucket make of it', async () => {
    const bucket = 'objects-ruled'
    await hand.newBucket(bucket, '--with-lock')
    await house.mc(async (mc) => {
      await mc('ilm', 'rule', 'add', '--expire-days', '30', '--noncurrent-expire-days', '7', `demo/${bucket}`)
      await mc('retention', 'set', '--default', 'GOVERNANCE', '10d', `demo/${bucket}`)
      await mc('encrypt', 'set', 'sse-kms', OTHER, `demo/${bucket}`)
    })
    const { lifecycle, versioned, locked, tiered, replicated, notified } = await traitsOf(bucket)
    const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
    expect(lifecycle).toMatchObject({
      holds: true,
      asks: true,
      consequence: expect.stringContaining(`stays until ${day}`),
    })
    expect(versioned).toMatchObject({ holds: true, consequence: expect.stringContaining('after 7 days') })
    expect(locked).toMatchObject({ holds: true, consequence: expect.stringContaining('governance, 10 days') })
    expect([tiered, replicated, notified]).toMatchObject([{ holds: false }, { holds: false }, { holds: false }])
    const { configured } = await root.call(readEncryptionPlan, { bucket })
    expect(configured).toEqual({ mode: 'sse-kms', key: OTHER })
  })

  test('says that older versions are pushed out where a rule keeps but some', async () => {
    const bucket = 'objects-few'
    await hand.newBucket(bucket, '--with-versioning')
    await house.mc((mc) => mc('ilm', 'rule', 'add', '--noncurrent-expire-newer', '2', `demo/${bucket}`))
    const { versioned } = await traitsOf(bucket)
    expect(versioned).toMatchObject({
      asks: true,
      consequence: expect.stringContaining('no more than 2 older versions'),
    })
  })

  test('leaves open what the account may not see, and asks for it all the same', async () => {
    const bucket = 'objects-unseen'
    await hand.newBucket(bucket)
    await addUser(house, 'objects-stranger', [allow(['s3:ListBucket'], bucket)])
    const stranger = opened.browser()
    await stranger.signIn('objects-stranger', SECRET)
    const { traits, counts } = await stranger.call(readEncryptionPlan, { bucket })
    expect(traits.map(({ trait, holds, asks }) => [trait, holds, asks])).toEqual([
      ['versioned', null, true],
      ['locked', null, true],
      ['replicated', null, true],
      ['notified', null, true],
      ['lifecycle', null, true],
      ['tiered', null, false],
      ['multipart', null, false],
    ])
    expect(counts).toBeNull()
  })

  test('events that are told count, and each target with its own', async () => {
    const events = { versioning: { state: 'off' as const, excepts: false }, lock: null, replicated: false, rules: [] }
    const [told] = traitsOfNature({ ...events, events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] }).filter(
      ({ trait }) => trait === 'notified',
    )
    expect(told).toMatchObject({ holds: true, asks: true, consequence: expect.stringContaining('s3:ObjectCreated:*') })
    const [removals] = traitsOfNature({ ...events, events: ['s3:ObjectRemoved:*'] }).filter(
      ({ trait }) => trait === 'notified',
    )
    expect(removals).toMatchObject({ holds: false, asks: false })
  })
})
