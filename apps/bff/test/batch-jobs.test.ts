import { cleanUpBatchJob, listBatchJobs, readBatchJob, startBatchJob } from '@strongroom/shared/batch-jobs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startReplication } from '../src/cluster/buckets/batch-start.ts'
import { keyRotationJob } from '../src/minio/batch-job-file.ts'
import { startBatchJob as startMinioJob } from '../src/minio/batch-jobs.ts'
import { Secret } from '../src/secret.ts'
import {
  type BatchHouse,
  openBatchHouse,
  sealedBy,
  secretIn,
  sseS3,
  type Told,
  untilCleared,
  untilListed,
} from './batch-jobs-house.ts'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'

let house: BatchHouse
let desk: TestConsole
let browser: Client

beforeAll(async () => {
  house = await openBatchHouse()
  desk = await openConsole(house)
  browser = await desk.rootBrowser()
}, 120_000)

afterAll(async () => {
  await house?.direct.close()
  await house?.close()
})

const accepted = { accepted: ['tags-lost' as const] }
const kms = { mode: 'sse-kms', key: 'batch-key-1' } as const
const nothingLeft = async () => ({
  orders: (await desk.console.batchOrders.all()).filter(({ ended }) => ended === null).length,
  keys: await house.serviceAccounts(),
  leftovers: (await browser.call(listBatchJobs, {})).leftovers,
})
const CLEAN = { orders: 0, keys: [], leftovers: [] }

describe('a copy into an encrypted bucket', () => {
  const besides = (told: readonly Told[]) => told.map(({ seal: _, ...rest }) => rest)
  const HEADERS = {
    ...{ 'cache-control': 'max-age=1', 'content-encoding': 'zstd', 'content-language': 'de' },
    ...{ 'content-disposition': 'attachment', expires: 'Thu, 21 Oct 2027 07:28:00 GMT', 'content-type': 'text/x' },
    ...{ 'x-amz-meta-q': 'x "1"', 'x-amz-tagging': 'a%20b=c%2Bd' },
  }
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString()

  beforeAll(async () => {
    await house.mc((mc) => mc('mb', '--with-lock', 'demo/ledger'))
    await house.put('/ledger/report', 'one')
    await house.put('/ledger/report', 'two', { 'x-amz-tagging': 'team=red&year=2026', 'x-amz-meta-author': 'ada' })
    await house.put('/ledger/held', 'three', { 'x-amz-object-lock-legal-hold': 'ON', 'content-type': 'text/csv' })
    await house.put('/ledger/kept', 'four', {
      'x-amz-object-lock-mode': 'GOVERNANCE',
      'x-amz-object-lock-retain-until-date': tomorrow,
    })
    await house.put('/ledger/headed', 'headers', HEADERS)
    await house.put('/ledger/gone', 'five')
    await house.remove('/ledger/gone')
    await house.put('/ledger/sealed-before', 'six', sealedBy('batch-key-2'))
    await house.put('/ledger/sse-s3', 'seven', sseS3)
  })

  test('every version arrives with id, time, ETag, tags and lock, encrypted; the job’s file and key are gone', async () => {
    const order = { kind: 'replicate', bucket: 'ledger', target: 'ledger-sealed', ...kms } as const
    const started = await browser.call(startBatchJob, { order })
    const { accessKey } = started
    expect(started).toMatchObject({ kind: 'replicate', holdsCredentials: true })
    expect(started.order).toEqual({
      bucket: 'ledger',
      prefix: '',
      target: 'ledger-sealed',
      ...kms,
      by: house.truth.rootUser,
    })
    const file = house.jobFile(started.id)!
    const secretKey = new Secret(secretIn(file))
    const job = { accessKey: accessKey!, secretKey }
    const mine = (path: string, method: 'GET' | 'PUT' = 'GET') => house.direct.send({ method, path, credentials: job })
    await expect(mine('/ledger/report')).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(mine('/ledger-sealed/report')).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(mine('/another-bucket', 'PUT')).rejects.toMatchObject({ code: 'not-allowed' })

    const ended = await untilCleared(house, browser, started.id)
    expect(ended).toMatchObject({ state: 'done', objects: 9, objectsFailed: 0, lastObject: expect.any(String) })
    const { meaning } = await untilListed(browser, started.id, (job) => job.meaning.includes('Compared'))
    expect(meaning).toContain(
      '8 versions are in both buckets, with the same id, size and time. All versions of the copy are encrypted.',
    )
    expect(ended.meaning).toContain('those that were encrypted before keep their mode and key')

    const [source, copy] = await Promise.all([house.versions('ledger'), house.versions('ledger-sealed')])
    expect(besides(copy)).toEqual(besides(source))
    expect(copy.filter(({ marker }) => !marker).map(({ key, seal }) => `${key} ${seal}`)).toEqual([
      'gone batch-key-1',
      'headed batch-key-1',
      'held batch-key-1',
      'kept batch-key-1',
      'report batch-key-1',
      'report batch-key-1',
      'sealed-before batch-key-2',
      'sse-s3 AES256',
    ])
    const headers = async (bucket: string) => {
      const call = { method: 'HEAD', path: `/${bucket}/headed`, credentials: house.me } as const
      const told = (await house.direct.send(call)).headers
      return Object.fromEntries([...Object.keys(HEADERS), 'etag', 'last-modified'].map((name) => [name, told[name]]))
    }
    expect(await headers('ledger-sealed')).toEqual(await headers('ledger'))
    const stat = await house.mc(async (mc) => ({
      old: await mc(
        'stat',
        '--version-id',
        copy.filter(({ key }) => key === 'report')[1]!.version,
        'demo/ledger-sealed/report',
      ),
      retention: await mc('retention', 'info', 'demo/ledger-sealed/kept'),
      hold: await mc('legalhold', 'info', 'demo/ledger-sealed/held'),
      tags: await mc('tag', 'list', 'demo/ledger-sealed/report'),
    }))
    expect(stat.old).toContain('arn:aws:kms:batch-key-1')
    expect(stat.retention).toContain('GOVERNANCE')
    expect(stat.hold).toMatch(/"legalhold":\s*"ON"/)
    expect(JSON.parse(stat.tags)).toMatchObject({ tagset: { team: 'red', year: '2026' } })

    expect(house.jobFile(started.id)).toBeNull()
    expect(await nothingLeft()).toEqual(CLEAN)
    await expect(mine('/ledger-sealed')).rejects.toMatchObject({ code: 'session-expired' })
    expect((await browser.call(readBatchJob, { id: started.id })).description).toBeNull()
  })

  test('a second copy into the same bucket is refused: it would take the delete markers away', async () => {
    const order = { kind: 'replicate', bucket: 'ledger', target: 'ledger-sealed', ...kms } as const
    const { detail } = await browser.refusal(startBatchJob, { order })
    expect(detail).toContain('It holds objects')
    expect(besides(await house.versions('ledger-sealed'))).toEqual(besides(await house.versions('ledger')))
  })
})

describe('a target that does not fit', () => {
  beforeAll(async () => {
    await house.mc(async (mc) => {
      await mc('mb', 'demo/flat')
      await mc('mb', '--with-versioning', 'demo/layered')
      for (const name of ['plain-target', 'other-key', 'not-empty', 'flat-target']) await mc('mb', `demo/${name}`)
      await mc('mb', '--with-versioning', 'demo/layered-target')
      await mc('mb', '--with-lock', 'demo/locking-target')
      await mc('encrypt', 'set', 'sse-kms', 'batch-key-2', 'demo/other-key')
      for (const name of ['not-empty', 'flat-target', 'layered-target', 'locking-target'])
        await mc('encrypt', 'set', 'sse-kms', 'batch-key-1', `demo/${name}`)
      await mc('retention', 'set', '--default', 'GOVERNANCE', '1d', 'demo/locking-target')
    })
    await house.put('/flat/a', 'a')
    await house.put('/layered/a', 'a')
    await house.put('/not-empty/a', 'somebody’s')
  })

  test.each([
    ['flat', 'plain-target', 'does not encrypt as ordered'],
    ['flat', 'other-key', 'does not encrypt as ordered'],
    ['flat', 'not-empty', 'It holds objects'],
    ['flat', 'layered-target', 'It keeps versions, and the source does not'],
    ['layered', 'flat-target', 'It must keep versions'],
    ['layered', 'locking-target', 'Its default retention'],
  ])('%s into %s: %s', async (bucket, target, why) => {
    const problem = await browser.refusal(startBatchJob, { order: { kind: 'replicate', bucket, target, ...kms } })
    expect(problem).toMatchObject({ code: 'already-exists', detail: expect.stringContaining(why) })
    expect(problem.errors[0]?.pointer).toBe('/order/target')
    expect(await nothingLeft()).toEqual(CLEAN)
  })

  test('the same bucket, an unknown source, an empty one, a prefix of nothing, a key the KMS has not', async () => {
    const refused = async (change: object) => {
      const order = { kind: 'replicate', bucket: 'flat', target: 'never-made', ...kms, ...change } as const
      const { code, errors } = await browser.refusal(startBatchJob, { order })
      return [code, errors[0]?.pointer]
    }
    expect(await refused({ target: 'flat' })).toEqual(['invalid-input', '/order/target'])
    expect(await refused({ bucket: 'nowhere' })).toEqual(['not-found', '/order/bucket'])
    expect(await refused({ bucket: 'layered-target' })).toEqual(['not-found', '/order/bucket'])
    expect(await refused({ prefix: 'a/b' })).toEqual(['not-found', '/order/prefix'])
    expect(await refused({ prefix: '../' })).toEqual(['invalid-input', '/order/prefix'])
    expect(await refused({ prefix: '\ud83d' })).toEqual(['invalid-input', '/order/prefix'])
    expect(await refused({ key: undefined })).toEqual(['invalid-input', '/order/key'])
    expect((await refused({ key: 'not-in-the-kms' }))[0]).toBe('not-found')
    expect(await house.mc((mc) => mc('ls', 'demo'))).not.toContain('never-made')
    expect(await nothingLeft()).toEqual(CLEAN)
  })
})

test('a copy that fails in part says so, with how many versions are missing', async () => {
  await house.mc(async (mc) => {
    await mc('mb', 'demo/big')
    await mc('mb', 'demo/small')
    await mc('encrypt', 'set', 'sse-kms', 'batch-key-1', 'demo/small')
    await mc('quota', 'set', 'demo/small', '--size', '10KiB')
  })
  await house.put('/big/a', 'small')
  await house.put('/big/b', 'x'.repeat(20_000))
  const order = { kind: 'replicate', bucket: 'big', target: 'small', ...kms } as const
  const { id } = await browser.call(startBatchJob, { order })
  const failed = await untilCleared(house, browser, id)
  expect(failed).toMatchObject({ state: 'failed', objects: 1, objectsFailed: 1 })
  expect(failed.meaning).toContain('1 version could not be copied')
  const compared = await untilListed(browser, id, (job) => job.meaning.includes('Compared'))
  expect(compared.meaning).toContain(
    '1 version is in both buckets, with the same id, size and time. 1 version is missing',
  )
  expect((await house.versions('small')).map(({ key, seal }) => `${key} ${seal}`)).toEqual(['a batch-key-1'])
})

const ODD_PREFIXES = [
  'quo"ted',
  "it's",
  'two\nlines',
  '{{env}}',
  'x: y #z',
  '\\back',
  'é\u{1f600}',
  '", "bucket": "flat',
]

test('prefixes with quotes, newlines and braces mean what they say', async () => {
  await house.mc((mc) => mc('mb', 'demo/odd'))
  for (const prefix of ODD_PREFIXES) await house.put(`/odd/${prefix}/object`, 'odd')
  for (const [index, prefix] of ODD_PREFIXES.entries()) {
    const target = `odd-${index}`
    const order = { kind: 'replicate', bucket: 'odd', prefix, target, ...kms } as const
    const { id } = await browser.call(startBatchJob, { order })
    expect(await untilListed(browser, id, ({ state }) => state === 'done')).toMatchObject({ objects: 1 })
    expect((await house.versions(target)).map(({ seal }) => seal)).toEqual(['batch-key-1'])
    const rotated = await browser.call(startBatchJob, {
      order: { kind: 'keyrotate', ...accepted, bucket: target, prefix, mode: 'sse-kms', key: 'batch-key-2' },
    })
    expect(await untilListed(browser, rotated.id, ({ state }) => state === 'done')).toMatchObject({ objects: 1 })
    expect((await house.versions(target)).map(({ seal }) => seal)).toEqual(['batch-key-2'])
  }
  const named = { kind: 'keyrotate', ...accepted, bucket: 'odd", "x": "', mode: 'sse-s3' } as const
  expect((await browser.refusal(startBatchJob, { order: named })).code).toBe('invalid-input')
}, 60_000)

describe('a change of key', () => {
  const seals = async () => (await house.versions('mixed')).map(({ key, seal }) => `${key} ${seal}`)

  beforeAll(async () => {
    await house.mc((mc) => mc('mb', 'demo/mixed'))
    await house.put('/mixed/kms', 'one', { ...sealedBy('batch-key-1'), 'x-amz-tagging': 'a=b', 'x-amz-meta-m': 'n' })
    await house.put('/mixed/other', 'two', sealedBy('batch-key-2'))
    await house.put('/mixed/plain', 'plain')
    await house.put('/mixed/s3', 's3', sseS3)
  })

  test('seals every encrypted object anew, and says what it skips', async () => {
    const before = await house.versions('mixed')
    const order = { kind: 'keyrotate', ...accepted, bucket: 'mixed', mode: 'sse-kms', key: 'batch-key-3' } as const
    const started = await browser.call(startBatchJob, { order })
    expect(started).toMatchObject({ holdsCredentials: false, accessKey: null })
    const { state, objects, meaning } = await untilCleared(house, browser, started.id)
    expect({ state, objects }).toEqual({ state: 'done', objects: 3 })
    expect(meaning).toContain(
      '3 encrypted versions got a newly sealed key. Plain objects are skipped, and not counted.',
    )
    expect(meaning).toContain('Take a counting of the bucket afterwards')
    expect(await seals()).toEqual(['kms batch-key-3', 'other batch-key-3', 'plain ', 's3 AES256'])
    const same = (told: typeof before) => told.map(({ seal: _, modified: __, tags: ___, ...rest }) => rest)
    const after = await house.versions('mixed')
    expect(same(after)).toEqual(same(before))
    expect([before[0]!.tags, after[0]!.tags]).toEqual(['a=b', ''])
    expect(meaning).toContain('lose their tags')
    expect(await house.mc((mc) => mc('cat', 'demo/mixed/kms'))).toBe('one')
  })

  test('wants its loss accepted', async () => {
    const order = { kind: 'keyrotate', bucket: 'mixed', mode: 'sse-s3' } as const
    expect(await browser.refusal(startBatchJob, { order })).toMatchObject({
      code: 'unsafe-now',
      errors: [{ pointer: '/order/accepted' }],
    })
  })

  test('is refused where versions are kept: there MinIO brings back what was deleted', async () => {
    await house.mc((mc) => mc('mb', '--with-versioning', 'demo/history'))
    await house.put('/history/gone', 'deleted', sealedBy('batch-key-1'))
    await house.remove('/history/gone')
    const order = { kind: 'keyrotate', ...accepted, bucket: 'history', mode: 'sse-kms', key: 'batch-key-2' } as const
    expect(await browser.refusal(startBatchJob, { order })).toMatchObject({
      code: 'unsafe-now',
      errors: [{ pointer: '/order/bucket' }],
    })
    // What MinIO does when it is asked without the console.
    const { id } = await startMinioJob(
      house.direct,
      house.me,
      keyRotationJob({ bucket: 'history', prefix: '', mode: 'sse-kms', key: 'batch-key-2' }),
    )
    await untilListed(browser, id, ({ state }) => state === 'done')
    expect(await house.mc((mc) => mc('cat', 'demo/history/gone'))).toBe('deleted')
    await browser.call(cleanUpBatchJob, { id })
  })

  test('to SSE-S3 fails for what SSE-KMS seals, and is cleared up after', async () => {
    const { id } = await browser.call(startBatchJob, {
      order: { kind: 'keyrotate', ...accepted, bucket: 'mixed', mode: 'sse-s3' },
    })
    const ended = await untilCleared(house, browser, id)
    expect(ended).toMatchObject({ state: 'failed', objectsFailed: 2 })
    expect(ended.meaning).toContain('MinIO turns no SSE-KMS object into SSE-S3')
    expect(house.jobFile(id)).toBeNull()
  })

  test('with a bucket or a key that is not there', async () => {
    const refused = async (change: object) => {
      const order = {
        kind: 'keyrotate',
        ...accepted,
        bucket: 'mixed',
        mode: 'sse-kms',
        key: 'batch-key-1',
        ...change,
      } as const
      const { code, errors } = await browser.refusal(startBatchJob, { order })
      return [code, errors[0]?.pointer]
    }
    expect(await refused({ bucket: 'nowhere' })).toEqual(['not-found', '/order/bucket'])
    expect(await refused({ key: 'not-in-the-kms' })).toEqual(['not-found', '/order/key'])
    expect(await nothingLeft()).toEqual(CLEAN)
  })
})

test('an address that MinIO’s nodes can’t reach is told in their own words, and nothing is left', async () => {
  const { minio } = desk.console
  const starter = {
    ...{ minio: minio.with({ region: house.direct.region }), credentials: house.me, orders: desk.console.batchOrders },
    cleaner: { account: house.truth.rootUser, root: true },
    endpoint: new URL('http://nobody.invalid:9000'),
  }
  const order = { bucket: 'flat', prefix: '', target: 'never-made', encryption: kms }
  await expect(startReplication(starter, order)).rejects.toMatchObject({
    code: 'upstream-failed',
    detail: expect.stringMatching(/at http:\/\/nobody\.invalid:9000, .*(no such host|lookup)/),
  })
  expect(await house.mc((mc) => mc('ls', 'demo'))).not.toContain('never-made')
  expect(await nothingLeft()).toEqual(CLEAN)
})
