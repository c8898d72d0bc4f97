import { join } from 'node:path'
import { PROBE_FOLDER, PROBE_POLICY } from '@strongroom/shared/probe-policy'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { probeBucket } from '../src/cluster/buckets/probe.ts'
import { probeWithEvidence } from '../src/cluster/buckets/probe-evidence.ts'
import { sweepLeftovers } from '../src/cluster/buckets/probe-leftovers.ts'
import { newProbeObject } from '../src/cluster/buckets/probe-object.ts'
import { readPromise } from '../src/cluster/buckets/probe-promise.ts'
import { ProbeStore } from '../src/cluster/buckets/probe-store.ts'
import { listVersions } from '../src/minio/object-versions.ts'
import { putObject } from '../src/minio/objects.ts'
import { discoverRegion } from '../src/minio/sts.ts'
import { type Credentials, connectMinio, type Minio } from '../src/minio/transport.ts'
import { Secret } from '../src/secret.ts'
import { type House, openHouse } from './house.ts'
import { addUser, allow, SECRET } from './users.ts'

vi.setConfig({ testTimeout: 40_000, hookTimeout: 60_000 })

const [DEFAULT, OTHER] = ['probe-default', 'probe-other']
const DEFAULTS = { defaultKey: DEFAULT, autoEncryption: false }
/** MinIO tells its time to the second. */
const ANY_AGE = -2_000
const ORDER = { locked: false, by: 'tester', promised: null }

let house: House
let minio: Minio
let root: Credentials

beforeAll(async () => {
  const keys = new Map([DEFAULT, OTHER].map((name) => [name, Buffer.alloc(32, name)]))
  house = await openHouse({ fixture: 'plaintext-latest', onKes: { keyName: DEFAULT, keys } })
  const door = connectMinio({ endpoint: new URL(house.minio.endpoint), region: 'us-east-1' })
  minio = door.with({ region: (await discoverRegion(door))! })
  root = { accessKey: house.truth.rootUser, secretKey: new Secret(house.truth.rootPassword) }
})
afterAll(async () => {
  await minio?.close()
  await house?.close()
})

const mc = (...args: string[]) => house.mc((run) => run(...args))

let made = 0
async function newBucket(...options: string[]): Promise<string> {
  const bucket = `probed-${++made}`
  await mc('mb', ...options, `demo/${bucket}`)
  return bucket
}

async function newUser(name: string, ...statements: readonly object[]): Promise<Credentials> {
  await addUser(house, name, statements)
  return { accessKey: name, secretKey: new Secret(SECRET) }
}

async function probeAs(credentials: Credentials, bucket: string, locked = false) {
  const promised = await readPromise(minio, credentials, bucket, DEFAULTS)
  return probeBucket(minio, credentials, bucket, { locked, promised, by: 'tester' })
}
const probe = (bucket: string) => probeAs(root, bucket)

/** Everything that MinIO's own client finds in a bucket, delete markers too. */
const remains = async (bucket: string) => (await mc('ls', '--recursive', '--versions', `demo/${bucket}`)).trim()

describe('what sealed the object, and what was promised', () => {
  test('a bucket without encryption promises none', async () => {
    const bucket = await newBucket()
    const found = await probe(bucket)
    expect(found).toMatchObject({
      encrypted: false,
      mode: 'none',
      promised: { mode: 'none' },
      asPromised: true,
      headers: [],
      readBack: true,
      removed: true,
      left: null,
      by: 'tester',
      scheduled: false,
    })
    expect(found.object).toMatch(new RegExp(`^${bucket}/\\.strongroom-probe/[0-9a-f-]{36}$`))
    expect(found.swept).toBeUndefined()
    expect(await remains(bucket)).toBe('')
  })

  test('SSE-S3 is told by its mode: MinIO shows no key of it', async () => {
    const bucket = await newBucket()
    await mc('encrypt', 'set', 'sse-s3', `demo/${bucket}`)
    const found = await probe(bucket)
    expect(found).toMatchObject({ mode: 'sse-s3', promised: { mode: 'sse-s3', key: DEFAULT }, asPromised: true })
    expect(found.key).toBeUndefined()
    expect(found.headers).toEqual([{ name: 'x-amz-server-side-encryption', value: 'AES256' }])
  })

  test('SSE-KMS is told by its mode and its key', async () => {
    const bucket = await newBucket()
    await mc('encrypt', 'set', 'sse-kms', OTHER, `demo/${bucket}`)
    expect(await probe(bucket)).toMatchObject({
      encrypted: true,
      mode: 'sse-kms',
      key: OTHER,
      promised: { mode: 'sse-kms', key: OTHER },
      asPromised: true,
      removed: true,
    })
    const wrongly = await probeBucket(minio, root, bucket, {
      ...ORDER,
      promised: { mode: 'sse-kms', key: DEFAULT },
    })
    expect(wrongly).toMatchObject({ key: OTHER, asPromised: false, removed: true })
  })

  test('a promise that was not kept, and none at all', async () => {
    const bucket = await newBucket()
    const promised = { mode: 'sse-s3' as const }
    expect(await probeBucket(minio, root, bucket, { ...ORDER, promised })).toMatchObject({
      encrypted: false,
      asPromised: false,
    })
    expect(await probeBucket(minio, root, bucket, ORDER)).toMatchObject({ promised: null, asPromised: null })
  })

  test('who may not read the configuration is promised nothing', async () => {
    const blind = await newUser('blind', allow(['s3:GetBucketObjectLockConfiguration'], '*'))
    expect(await readPromise(minio, blind, await newBucket(), DEFAULTS)).toBeNull()
  })
})

describe('nothing is left', () => {
  test.each([['--with-versioning'], ['suspended']])('where versions are kept or were (%s)', async (how) => {
    const bucket = await newBucket('--with-versioning')
    if (how === 'suspended') await mc('version', 'suspend', `demo/${bucket}`)
    expect(await probe(bucket)).toMatchObject({ removed: true, left: null })
    expect(await remains(bucket)).toBe('')
  })

  test('a denied delete is told, and a later probe with the right removes what is left', async () => {
    const bucket = await newBucket('--with-versioning')
    const writer = await newUser(
      'writer',
      allow(['s3:PutObject', 's3:GetObject', 's3:Get*', 's3:ListBucketVersions'], '*'),
    )
    const found = await probeAs(writer, bucket)
    expect(found).toMatchObject({ readBack: true, removed: false })
    expect(found.left).toContain('lacks s3:DeleteObject')
    expect(found.left).toContain(found.object)
    expect(await remains(bucket)).toContain(found.object.split('/').at(-1))

    expect((await probe(bucket)).swept).toBeUndefined()
    expect(await sweepLeftovers(minio, root, bucket, ANY_AGE)).toBe(1)
    expect(await remains(bucket)).toBe('')
  })

  test('what a console left when it was killed is removed by the next probe, which says so', async () => {
    const bucket = await newBucket('--with-versioning')
    const { key, body } = newProbeObject()
    // As replication does, with a time of its own.
    await minio.send({
      method: 'PUT',
      path: `/${bucket}/${key}`,
      headers: {
        'x-minio-source-replication-request': 'true',
        'x-minio-source-mtime': new Date(Date.now() - 6 * 60_000).toISOString(),
      },
      body,
      credentials: root,
    })
    expect(await remains(bucket)).toContain(key.slice(PROBE_FOLDER.length))
    expect(await probe(bucket)).toMatchObject({ removed: true, swept: 1 })
    expect(await remains(bucket)).toBe('')
  })

  test('objects of others below the folder are nobody’s leftovers', async () => {
    const bucket = await newBucket('--with-versioning')
    const { key, body } = newProbeObject()
    await putObject(minio, root, { bucket, key }, body)
    await putObject(minio, root, { bucket, key: `${key}-of-mine` }, body)
    await putObject(minio, root, { bucket, key: newProbeObject().key }, Buffer.from('of another size'))
    expect(await sweepLeftovers(minio, root, bucket)).toBe(0)
    expect(await sweepLeftovers(minio, root, bucket, ANY_AGE)).toBe(1)
    const { versions } = await listVersions(minio, root, { bucket, prefix: PROBE_FOLDER, limit: 10 })
    expect(versions).toHaveLength(2)
    expect(versions.map((version) => version.key)).not.toContain(key)
  })

  test('who may not list versions has MinIO’s word for it', async () => {
    const bucket = await newBucket()
    const blind = await newUser(
      'unlisting',
      allow(['s3:PutObject', 's3:GetObject', 's3:DeleteObject', 's3:GetBucket*'], '*'),
    )
    expect(await probeAs(blind, bucket)).toMatchObject({ removed: true, left: null })
    expect(await remains(bucket)).toBe('')
  })

  test('the policy for the console’s own probes suffices, and lets nothing else be written', async () => {
    const bucket = await newBucket('--with-versioning')
    await mc('encrypt', 'set', 'sse-kms', OTHER, `demo/${bucket}`)
    const prober = await newUser('prober', ...PROBE_POLICY.Statement)
    expect(await probeAs(prober, bucket)).toMatchObject({ asPromised: true, removed: true })
    expect(await sweepLeftovers(minio, prober, bucket, ANY_AGE)).toBe(0)
    await expect(putObject(minio, prober, { bucket, key: 'else' }, Buffer.from('x'))).rejects.toMatchObject({
      code: 'not-allowed',
    })
    await expect(listVersions(minio, prober, { bucket, prefix: '', limit: 1 })).rejects.toMatchObject({
      code: 'not-allowed',
    })
  })
})

describe('object lock', () => {
  const locked = async (mode?: string) => {
    const bucket = await newBucket('--with-lock')
    if (mode !== undefined) await mc('retention', 'set', '--default', mode, '30d', `demo/${bucket}`)
    return bucket
  }

  test.each([
    [undefined, 'no retention by themselves'],
    ['governance', '30 days (governance)'],
    ['compliance', '30 days (compliance)'],
  ])('a locked bucket (%s) is refused with the reason, unless asked for', async (mode, reason) => {
    const bucket = await locked(mode)
    const refusal = await probe(bucket).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'unsafe-now', detail: expect.stringContaining(reason) })
    expect(await remains(bucket)).toBe('')

    const begin = performance.now()
    expect(await probeAs(root, bucket, true)).toMatchObject({ readBack: true, removed: true, left: null })
    expect(performance.now() - begin).toBeLessThan(4_000)
    expect(await remains(bucket)).toBe('')
  })

  test('who may not bypass the retention waits until it has passed', async () => {
    const bucket = await locked('compliance')
    const acts = ['PutObject', 'GetObject', 'DeleteObject', 'PutObjectRetention', 'GetBucket*', 'ListBucketVersions']
    const patient = await newUser(
      'patient',
      allow(
        acts.map((act) => `s3:${act}`),
        '*',
      ),
    )
    const begin = performance.now()
    expect(await probeAs(patient, bucket, true)).toMatchObject({ removed: true, left: null })
    expect(performance.now() - begin).toBeGreaterThan(4_000)
    expect(performance.now() - begin).toBeLessThan(10_000)
    expect(await remains(bucket)).toBe('')
  })

  test('who may not set a retention writes nothing', async () => {
    const bucket = await locked('compliance')
    const user = await newUser('unretaining', allow(['s3:PutObject', 's3:GetBucket*'], '*'))
    await expect(probeAs(user, bucket, true)).rejects.toMatchObject({
      code: 'not-allowed',
      detail: expect.stringContaining('s3:PutObjectRetention'),
    })
    expect(await remains(bucket)).toBe('')
  })

  test('`locked` changes nothing where there is no lock', async () => {
    expect(await probeAs(root, await newBucket(), true)).toMatchObject({ removed: true })
  })
})

describe('probes that fail are evidence, unless they tell of the caller alone', () => {
  let store: ProbeStore
  beforeAll(() => {
    store = new ProbeStore(join(house.dir, 'evidence'))
  })
  const probeKept = (bucket: string, credentials = root) =>
    probeWithEvidence(store, { minio, credentials }, bucket, ORDER)

  test('a full quota', async () => {
    const bucket = await newBucket()
    await mc('quota', 'set', `demo/${bucket}`, '--size', '1B')
    await expect(probeKept(bucket)).rejects.toMatchObject({ detail: expect.stringContaining('quota') })
    expect(store.newest(bucket)).toMatchObject({ outcome: 'failed' })
    expect(await store.list(bucket)).toMatchObject([{ by: 'tester', scheduled: false, reason: /quota/ }])
  })

  test('no such bucket, and a caller without rights', async () => {
    await expect(probeKept('no-such-bucket')).rejects.toMatchObject({ code: 'not-found' })
    expect(store.newest('no-such-bucket')).toBeNull()
    const bucket = await newBucket()
    const nobody = await newUser('nobody', allow(['s3:GetBucketLocation'], '*'))
    await expect(probeKept(bucket, nobody)).rejects.toMatchObject({
      code: 'not-allowed',
      detail: expect.stringContaining('s3:GetBucketObjectLockConfiguration'),
    })
    expect(store.newest(bucket)).toBeNull()
  })

  test('MinIO is away: nobody says whether there is such a bucket', async () => {
    const away = connectMinio({ endpoint: new URL('http://127.0.0.1:9'), region: 'us-east-1' })
    const asked = probeWithEvidence(store, { minio: away, credentials: root }, 'any-name', ORDER)
    await expect(asked).rejects.toMatchObject({ code: 'upstream-unreachable' })
    expect(store.newest('any-name')).toBeNull()
    await away.close()
  })

  test('KES is down', async () => {
    const [sealed, plain] = [await newBucket(), await newBucket()]
    await mc('encrypt', 'set', 'sse-kms', OTHER, `demo/${sealed}`)
    await house.stopKes()
    try {
      await expect(probeKept(sealed)).rejects.toMatchObject({ detail: expect.stringContaining('KMS') })
      expect(await probeKept(plain)).toMatchObject({ mode: 'none', removed: true })
    } finally {
      await house.startKes()
    }
    expect(store.newest(sealed)).toMatchObject({ outcome: 'failed' })
    expect(store.newest(plain)).toMatchObject({ outcome: 'plain' })
    expect(await probeKept(sealed)).toMatchObject({ mode: 'sse-kms' })
    expect((await store.list(sealed)).map((one) => 'reason' in one)).toEqual([false, true])
  })
})

test('auto-encryption is a promise too', async () => {
  await house.startMinio({
    MINIO_ROOT_USER: house.truth.rootUser,
    MINIO_ROOT_PASSWORD: house.truth.rootPassword,
    ...house.kesLines(DEFAULT),
    MINIO_KMS_AUTO_ENCRYPTION: 'on',
  })
  const bucket = await newBucket()
  const promised = await readPromise(minio, root, bucket, { defaultKey: DEFAULT, autoEncryption: true })
  expect(await probeBucket(minio, root, bucket, { ...ORDER, promised })).toMatchObject({
    mode: 'sse-kms',
    key: DEFAULT,
    promised: { mode: 'sse-kms', key: DEFAULT },
    asPromised: true,
  })
})
