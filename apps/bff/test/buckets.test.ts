import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listActivity } from '@strongroom/shared/activity'
import { startBucketRun } from '@strongroom/shared/bucket-runs'
import {
  clearBucketEncryption,
  createBucket,
  listBuckets,
  readBucket,
  setBucketEncryption,
} from '@strongroom/shared/buckets'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { allByMc, encryptionByMc, makeBuckets, numbered } from './buckets-setup.ts'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'
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

const one = (bucket: string) => root.call(readBucket, { bucket })

describe('one bucket', () => {
  test('shows what MinIO’s own client shows, and what it means for new objects', async () => {
    await makeBuckets(house, ['one-plain', 'one-s3', 'one-kms'])
    await house.mc(async (mc) => {
      await mc('encrypt', 'set', 'sse-s3', 'demo/one-s3')
      await mc('encrypt', 'set', 'sse-kms', KEY, 'demo/one-kms')
    })
    expect(await one('one-plain')).toMatchObject({
      encryption: { mode: 'none' },
      effective: { mode: 'none', reason: expect.stringContaining('only requests that ask for') },
      trouble: null,
    })
    expect(await one('one-s3')).toMatchObject({
      encryption: { mode: 'sse-s3' },
      effective: { mode: 'sse-s3', key: KEY, reason: expect.stringContaining('SSE-C') },
    })
    expect(await one('one-kms')).toMatchObject({
      encryption: { mode: 'sse-kms', key: KEY },
      effective: { mode: 'sse-kms', key: KEY },
    })
  })

  test('shows versioning, object lock and replication, which change what encrypting means', async () => {
    await makeBuckets(house, ['kept', 'kept-copy', 'once-kept', 'one-more'])
    const { host } = new URL(house.minio.endpoint)
    const target = `http://${house.truth.rootUser}:${house.truth.rootPassword}@${host}/kept-copy`
    await house.mc(async (mc) => {
      await mc('mb', '--with-lock', 'demo/locked')
      for (const bucket of ['kept', 'kept-copy', 'once-kept']) await mc('version', 'enable', `demo/${bucket}`)
      await mc('version', 'suspend', 'demo/once-kept')
      await mc('replicate', 'add', 'demo/kept', '--remote-bucket', target, '--priority', '1')
    })
    expect(await one('locked')).toMatchObject({ versioning: 'on', locking: true, replication: false })
    expect(await one('kept')).toMatchObject({ versioning: 'on', locking: false, replication: true })
    expect(await one('once-kept')).toMatchObject({ versioning: 'suspended', locking: false })
    expect(await one('one-more')).toMatchObject({ versioning: 'off', locking: false, replication: false })
  })

  test('that is not there is told so', async () => {
    expect(await root.refusal(readBucket, { bucket: 'nowhere' })).toMatchObject({ code: 'not-found', status: 404 })
  })

  test('is set and cleared', async () => {
    await makeBuckets(house, ['set-and-cleared'])
    const bucket = 'set-and-cleared'
    await root.call(setBucketEncryption, { bucket, mode: 'sse-kms', key: KEY })
    expect(await allByMc(house, [bucket])).toEqual([{ mode: 'sse-kms', key: KEY }])
    await root.call(setBucketEncryption, { bucket, mode: 'sse-s3' })
    await root.call(clearBucketEncryption, { bucket })
    expect(await allByMc(house, [bucket])).toEqual([{ mode: 'none' }])
    const { activity } = await root.call(listActivity, { target: bucket })
    expect(activity).toMatchObject([
      { act: 'clear-bucket-encryption', outcome: 'done', detail: 'It was SSE-S3.' },
      ...[`SSE-S3 from now on. Before: SSE-KMS under ${KEY}.`, `SSE-KMS under ${KEY} from now on. Before: none.`].map(
        (words) => ({ act: 'set-bucket-encryption', outcome: 'done', detail: `It encrypts with ${words}` }),
      ),
    ])
  })

  test('is neither set nor cleared while the audit trail can’t be written, and by nobody who may not', async () => {
    const bucket = 'not-told'
    await makeBuckets(house, [bucket])
    await root.call(setBucketEncryption, { bucket, mode: 'sse-s3' })
    await addUser(house, 'reads-only', [allow(['s3:ListBucket', 's3:GetEncryptionConfiguration'], '*')])
    const reader = await as('reads-only')
    const acts = async (client: Client) => [
      await client.refusal(setBucketEncryption, { bucket, mode: 'sse-kms', key: KEY }),
      await client.refusal(clearBucketEncryption, { bucket }),
      await client.refusal(startBucketRun, { buckets: [bucket], act: { kind: 'clear' } }),
    ]
    for (const refusal of await acts(reader))
      expect(refusal).toMatchObject({ code: 'not-allowed', detail: expect.stringContaining('s3:PutEncryption') })
    expect((await root.call(listActivity, { target: bucket })).activity).toHaveLength(1)
    const trail = join(open.console.config.stateDir, 'activity')
    renameSync(trail, `${trail}-away`)
    writeFileSync(trail, 'in the way')
    try {
      for (const refusal of await acts(root)) expect(refusal).toMatchObject({ code: 'unsafe-now' })
    } finally {
      rmSync(trail)
      renameSync(`${trail}-away`, trail)
    }
    expect(await allByMc(house, [bucket])).toEqual([{ mode: 'sse-s3' }])
  })
})

describe('a thousand buckets', () => {
  const names = numbered('many', 1000)
  beforeAll(() => makeBuckets(house, names))

  test('are listed whole, by name', async () => {
    const { buckets, total, next } = await root.call(listBuckets, {})
    expect(buckets.filter(({ name }) => name.startsWith('many-')).map(({ name }) => name)).toEqual(names)
    expect(buckets.filter(({ trouble, effective, versioning }) => trouble || !effective || !versioning)).toEqual([])
    expect([buckets.length, next]).toEqual([total, undefined])
  })

  test('are listed a page at a time', async () => {
    const { total } = await root.call(listBuckets, { limit: 1 })
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await root.call(listBuckets, { limit: 400, ...(after !== undefined && { after }) })
      expect(page.total).toBe(total)
      seen.push(...page.buckets.map(({ name }) => name))
      after = page.next
    } while (after !== undefined)
    expect(seen).toEqual([...new Set(seen)].sort())
    expect(seen).toHaveLength(total)
  })
})

describe('a user with rights on some buckets', () => {
  test('sees those, and what keeps the others from being shown', async () => {
    await makeBuckets(house, ['ours', 'theirs'])
    await addUser(house, 'ours-only', [
      allow(['s3:ListAllMyBuckets', 's3:ListBucket'], '*'),
      allow(['s3:GetEncryptionConfiguration', 's3:PutEncryptionConfiguration'], 'ours'),
    ])
    const user = await as('ours-only')
    await user.call(setBucketEncryption, { bucket: 'ours', mode: 'sse-s3' })
    const { buckets } = await user.call(listBuckets, {})
    const found = (wanted: string) => buckets.find(({ name }) => name === wanted)
    expect(found('ours')).toMatchObject({ encryption: { mode: 'sse-s3' }, trouble: null, versioning: 'off' })
    expect(found('theirs')).toMatchObject({
      encryption: null,
      effective: null,
      trouble: expect.stringContaining('s3:GetEncryptionConfiguration'),
      versioning: 'off',
    })
    const { code, detail } = await user.refusal(setBucketEncryption, { bucket: 'theirs', mode: 'sse-s3' })
    expect([code, detail]).toEqual(['not-allowed', expect.stringContaining('s3:PutEncryptionConfiguration')])
  })
})

describe('a new bucket', () => {
  const made = (name: string) => house.mc(async (mc) => (await mc('ls', 'demo')).includes(`"key":"${name}/"`))

  test.each([
    { name: 'new-none', mode: 'none' },
    { name: 'new-s3', mode: 'sse-s3', versioning: true },
    { name: 'new-kms', mode: 'sse-kms', key: KEY },
    { name: 'new-locked', mode: 'sse-kms', key: KEY, locking: true },
  ] as const)('$name is as it was asked for', async (order) => {
    const { mode, name } = order
    const encryption = { mode, ...('key' in order && { key: order.key }) }
    const versioning = 'versioning' in order || 'locking' in order ? 'on' : 'off'
    const bucket = await root.call(createBucket, order)
    expect(bucket).toMatchObject({ name, encryption, versioning, locking: 'locking' in order })
    expect(await house.mc((mc) => encryptionByMc(mc, name))).toEqual(encryption)
    const { activity } = await root.call(listActivity, { target: name })
    const words = expect.stringMatching(/^It was made, and encrypts with SSE-.* from its first object on\.$/)
    expect(activity).toMatchObject(
      mode === 'none' ? [] : [{ act: 'set-bucket-encryption', outcome: 'done', detail: words }],
    )
  })

  test('of a name that is taken is refused, and that bucket stays as it is', async () => {
    await makeBuckets(house, ['taken'])
    const { code, status } = await root.refusal(createBucket, { name: 'taken', mode: 'sse-s3' })
    expect({ code, status }).toEqual({ code: 'already-exists', status: 409 })
    expect(await allByMc(house, ['taken'])).toEqual([{ mode: 'none' }])
    // Whoever makes no bucket writes nothing into the trail.
    expect((await root.call(listActivity, { target: 'taken' })).activity).toEqual([])
  })

  test.each([{}, { locking: true }, { versioning: true }])(
    'whose key is missing is not left behind (%o)',
    async (more) => {
      const order = { name: 'new-keyless', mode: 'sse-kms', key: 'no-such-key', ...more } as const
      const { code, detail } = await root.refusal(createBucket, order)
      expect([code, detail]).toEqual(['not-found', expect.stringMatching(/no key.*No bucket was left/)])
      expect(await made('new-keyless')).toBe(false)
    },
  )

  test('wants a key for SSE-KMS alone', async () => {
    for (const order of [{ mode: 'none', key: KEY }, { mode: 'sse-s3', key: KEY }, { mode: 'sse-kms' }] as const)
      expect(await root.refusal(createBucket, { name: 'new-odd', ...order })).toMatchObject({
        code: 'invalid-input',
        errors: [{ pointer: '/key' }],
      })
    expect(await root.refusal(createBucket, { name: '192.168.1.1', mode: 'none' })).toMatchObject({
      code: 'invalid-input',
      errors: [{ pointer: '/name' }],
    })
    expect(await made('new-odd')).toBe(false)
  })

  test('of somebody who may make it alone says what is left', async () => {
    await addUser(house, 'makes-only', [allow(['s3:CreateBucket'], 'half-*')])
    await addUser(house, 'makes-removes', [allow(['s3:CreateBucket', 's3:DeleteBucket'], 'half-*')])
    const left = await (await as('makes-only')).refusal(createBucket, { name: 'half-left', mode: 'sse-s3' })
    expect(left).toMatchObject({ code: 'not-allowed' })
    expect(left.detail).toMatch(/s3:PutEncryptionConfiguration.*could not be removed.*s3:DeleteBucket.*still there/)
    expect(await made('half-left')).toBe(true)
    const none = await (await as('makes-removes')).refusal(createBucket, { name: 'half-none', mode: 'sse-s3' })
    expect(none.detail).toMatch(/s3:PutEncryptionConfiguration.*No bucket was left/)
    expect(await made('half-none')).toBe(false)
  })
})

describe('while KES is down', () => {
  beforeAll(() => house.stopKes())
  afterAll(() => house.startKes())

  test('SSE-S3 is set, SSE-KMS fails with the reason, and the table is shown', async () => {
    await makeBuckets(house, ['no-kes'])
    await root.call(setBucketEncryption, { bucket: 'no-kes', mode: 'sse-s3' })
    const refusal = await root.refusal(setBucketEncryption, { bucket: 'no-kes', mode: 'sse-kms', key: KEY })
    expect(refusal.detail).toMatch(/KMS|KES/)
    expect(await allByMc(house, ['no-kes'])).toEqual([{ mode: 'sse-s3' }])
    expect(await one('no-kes')).toMatchObject({ encryption: { mode: 'sse-s3' }, trouble: null })
    const created = await root.refusal(createBucket, { name: 'no-kes-new', mode: 'sse-kms', key: KEY })
    expect(created.detail).toMatch(/(KMS|KES).*No bucket was left/)
  })
})
