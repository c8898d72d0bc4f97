import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Coverage, downloadPlainObjects, readCoverage, startCoverage } from '@strongroom/shared/coverage'
import { cancelJob, type Job } from '@strongroom/shared/jobs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { listObjectsWithMetadata } from '../src/minio/object-listing.ts'
import { discoverRegion } from '../src/minio/sts.ts'
import { type Credentials, connectMinio, type Minio } from '../src/minio/transport.ts'
import { type ListedVersion, listVersionsWithMetadata, type VersionMarker } from '../src/minio/version-listing.ts'
import { Secret } from '../src/secret.ts'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { ConsoleProcess } from './console-process.ts'
import { ODD_KEYS, parseCsv, rowsSorted, SeededBucket, type SeededVersion, sorted } from './coverage-seed.ts'
import { type House, openHouse } from './house.ts'
import { addUser, allow, SECRET } from './users.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 })

const [DEFAULT, OTHER] = ['coverage-default', 'coverage-other']

let house: House
let minio: Minio
let root: Credentials
let opened: TestConsole
let client: Client
let seeded: SeededBucket

const keys = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${prefix}${String(at).padStart(5, '0')}`)

beforeAll(async () => {
  house = await openHouse({
    fixture: 'plaintext-latest',
    onKes: { keyName: DEFAULT, keys: new Map([[OTHER, Buffer.alloc(32, OTHER)]]) },
    tls: true,
  })
  const ca = readFileSync(house.tls!.cert, 'utf8')
  const door = connectMinio({ endpoint: new URL(house.minio.endpoint), region: 'us-east-1', ca })
  minio = door.with({ region: (await discoverRegion(door))! })
  root = { accessKey: house.truth.rootUser, secretKey: new Secret(house.truth.rootPassword) }
  opened = await openConsole(house)
  client = await opened.rootBrowser()
  seeded = await seed()
})
afterAll(async () => {
  await opened?.console.jobs.stop()
  await minio?.close()
  await house?.close()
})

/** Some 10,000 versions and delete markers. */
async function seed(): Promise<SeededBucket> {
  const bucket = await make('seeded')
  const old = keys('old/', 3_000)
  await bucket.put(old, 'plain')
  await bucket.keepVersions()
  await bucket.put(keys('s3/', 2_000), 'sse-s3')
  await bucket.put(keys('kms/a/', 1_500), { key: DEFAULT })
  await bucket.put(keys('kms/b/', 1_000), { key: OTHER })
  await bucket.put(keys('c/', 300), 'sse-c')
  await bucket.put(old.slice(0, 500), 'sse-s3')
  await bucket.hide(old.slice(400, 1_100))
  await bucket.put(ODD_KEYS, 'plain')
  await bucket.put(keys('', 250), 'plain', (at) => (at === 7 ? 2 ** 20 : 0))
  // More than one page of one object.
  await bucket.put(Array<string>(1_050).fill('deep/one'), 'plain', () => 1)
  return bucket
}

const make = (name: string) => SeededBucket.make(minio, root, name)

const count = (buckets: readonly string[], more: object = {}, by: Client = client): Promise<Job> =>
  by.job(startCoverage, { buckets: [...buckets], ...more })

const complete = async (bucket: string, by: Client = client): Promise<Coverage> =>
  (await by.call(readCoverage, { bucket })).complete!

async function plainRows(bucket: string, by: Client = client): Promise<string[][]> {
  const response = await by.request(`/buckets/${bucket}/coverage/plain.csv`)
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
  const [head, ...rows] = parseCsv(await response.text())
  expect(head).toEqual(['key', 'version_id', 'state', 'bytes', 'modified_at'])
  for (const row of rows) expect(new Date(row[4]!).getTime()).toBeGreaterThan(Date.now() - 3_600_000)
  return rowsSorted(rows.map(([key, ...rest]) => [key!.replace(/^'/, ''), ...rest.slice(0, 3)]))
}

/** The counting and its list are what was put. */
async function assertEqualsSeed(bucket: SeededBucket, by: Client = client): Promise<Coverage> {
  const coverage = await complete(bucket.name, by)
  expect(sorted(coverage.counts)).toEqual(bucket.counts())
  expect(coverage).toMatchObject({
    ...{ bucket: bucket.name, prefix: '', total: bucket.versions.length, deleteMarkers: bucket.deleteMarkers },
    ...{ listed: bucket.plainRows().length, plain: bucket.plainRows().length, goesOnAfter: null },
  })
  expect(coverage.byPrefix.reduce((all, { total }) => all + total, 0)).toBe(bucket.versions.length)
  expect(await plainRows(bucket.name, by)).toEqual(bucket.plainRows())
  return coverage
}

describe('a bucket of 10,000 versions', () => {
  test('is counted as it was filled', async () => {
    expect(seeded.versions.length + seeded.deleteMarkers).toBeGreaterThan(10_000)
    const job = await count(['seeded'])
    expect(job).toMatchObject({ state: 'done', failed: 0, done: seeded.versions.length, kind: 'coverage' })
    expect(job).toMatchObject({ target: 'seeded', unit: 'versions', total: seeded.versions.length })
    const coverage = await assertEqualsSeed(seeded)
    expect(coverage.byPrefix[0]).toMatchObject({ prefix: 'old/', total: 3_500, plain: 3_000 })
    expect(coverage.byPrefix.find(({ prefix }) => prefix === 's3/')).toMatchObject({ total: 2_000, plain: 0 })
    const rest = coverage.byPrefix.find(({ prefix }) => prefix === '')!
    expect(rest.total).toBe(seeded.versions.filter(({ key }) => !key.includes('/')).length)
    expect(coverage.pages).toBeGreaterThanOrEqual(10)
    expect((await client.call(readCoverage, { bucket: 'seeded' })).unfinished).toBeNull()
  })

  test('is what MinIO’s own client lists and says of its objects', async () => {
    const coverage = await complete('seeded')
    const listed = await house.mc((mc) => mc('ls', '--recursive', '--versions', 'demo/seeded'))
    const entries = listed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { isDeleteMarker?: boolean; size: number })
    const versions = entries.filter(({ isDeleteMarker }) => isDeleteMarker !== true)
    expect(versions).toHaveLength(coverage.total)
    expect(entries.length - versions.length).toBe(coverage.deleteMarkers)
    const bytes = coverage.counts.reduce((all, { current, older }) => all + current.bytes + older.bytes, 0)
    expect(versions.reduce((all, { size }) => all + size, 0)).toBe(bytes)
    for (const { state, key } of coverage.counts) {
      if (state === 'sse-c') continue
      const one = seeded.versions.find(({ seal, key: name }) =>
        typeof seal === 'string' ? seal === state && !ODD_KEYS.includes(name) : seal.key === key,
      )!
      const path = `demo/seeded/${one.key}`
      const said = JSON.parse(await house.mc((mc) => mc('stat', '--version-id', one.versionId, path)))
      const header = (name: string) => said.metadata[`X-Amz-Server-Side-Encryption${name}`]
      expect(header('')).toBe({ plain: undefined, 'sse-s3': 'AES256', 'sse-kms': 'aws:kms', unknown: '?' }[state])
      expect(header('-Aws-Kms-Key-Id')).toBe(key === undefined ? undefined : `arn:aws:kms:${key}`)
    }
  })

  test('is counted under credentials of the job’s own, which may do no more than that', async () => {
    const { rootPassword: secretKey } = house.truth
    const job = await client.call(startCoverage, { buckets: ['seeded'], secretKey, pagesPerSecond: 20 })
    const ended = await client.untilEnded(job)
    expect(ended).toMatchObject({ state: 'done', failed: 0, credentialsUntil: expect.any(String) })
    await assertEqualsSeed(seeded)
  })

  test('is counted below a prefix alone, and the counting of the whole bucket stays for the table', async () => {
    await count(['seeded'], { prefix: 'kms/a' })
    const coverage = await complete('seeded')
    expect(coverage).toMatchObject({ prefix: 'kms/a', total: 1_500, plain: 0 })
    expect(sorted(coverage.counts)).toEqual(seeded.counts('kms/a'))
    expect(opened.console.coverage.summary('seeded')).toMatchObject({ prefix: '', total: seeded.versions.length })
    await count(['seeded'])
    await assertEqualsSeed(seeded)
  })

  test('is counted to the same numbers when the console is killed again and again', async () => {
    await using console = await ConsoleProcess.open(house)
    const kills: number[] = []
    for (let times = 0; times < 3; times++) {
      const by = await console.client()
      const job = await by.call(startCoverage, { buckets: ['seeded'], pagesPerSecond: 2 })
      const before = await by.untilJob(job.id, ({ done }) => done > 0)
      // Later runs go on: they begin with what was counted.
      if (times > 0) expect(before.done).toBeGreaterThan(0)
      await sleep(1_100 + Math.random() * 300)
      await console.kill()
      const { unfinished } = await opened.console.coverage.read('seeded')
      kills.push(unfinished?.total ?? -1)
    }
    expect(kills).toEqual(kills.toSorted((one, other) => one - other))
    expect(kills.at(-1)).toBeGreaterThan(0)
    const by = await console.client()
    const job = await count(['seeded'], {}, by)
    expect(job).toMatchObject({ state: 'done', done: seeded.versions.length })
    const { startedAt, takenAt } = await assertEqualsSeed(seeded, by)
    expect(Date.parse(takenAt!) - Date.parse(startedAt)).toBeGreaterThan(1_500)
  })

  test('goes on where it was stopped, or begins anew when asked; the last result stays meanwhile', async () => {
    const stopped = async () => {
      const before = await complete('seeded')
      const job = await client.call(startCoverage, { buckets: ['seeded'], pagesPerSecond: 10 })
      await client.untilJob(job.id, ({ done }) => done > 2_000)
      expect((await client.call(readCoverage, { bucket: 'seeded' })).complete).toEqual(before)
      await client.call(cancelJob, { id: job.id })
      await client.untilEnded(job)
      return (await client.call(readCoverage, { bucket: 'seeded' })).unfinished!
    }
    const first = await stopped()
    expect(first.total).toBeGreaterThan(2_000)
    expect(first.takenAt).toBeNull()
    expect(first.goesOnAfter).toMatch(/^[ -~]+$/)
    expect(first.goesOnAfter).not.toContain('minio_cache')
    await count(['seeded'])
    expect(await assertEqualsSeed(seeded)).toMatchObject({ startedAt: first.startedAt })
    const second = await stopped()
    await count(['seeded'], { fresh: true })
    expect((await assertEqualsSeed(seeded)).startedAt).not.toBe(second.startedAt)
  })
})

describe('listing versions', () => {
  test('gives every odd key once, however small the pages', async () => {
    const bucket = await make('odd-keys')
    await bucket.put(ODD_KEYS, 'plain')
    await bucket.keepVersions()
    await bucket.put([...ODD_KEYS, ...ODD_KEYS], 'sse-s3')
    await bucket.hide(ODD_KEYS.slice(0, 9))
    for (const limit of [1, 2, 3, 7, 50]) {
      const { versions, markers } = await listAll('odd-keys', { limit })
      expect(namesOf(versions), `pages of ${limit}`).toEqual(namesOf(bucket.versions))
      expect(markers, `pages of ${limit}`).toBe(bucket.deleteMarkers)
    }
  })

  test('says null of the version where none are kept', async () => {
    const bucket = await make('unversioned')
    await bucket.put(['a', 'b'], 'plain')
    const { versions } = await listAll('unversioned', { limit: 1 })
    expect(versions).toMatchObject([
      { key: 'a', versionId: 'null', current: true, sizeBytes: 1, mode: 'none' },
      { key: 'b', versionId: 'null', current: true, sizeBytes: 2, mode: 'none' },
    ])
  })

  test('leaves out nothing when the object goes away at which a page ended', async () => {
    const bucket = await make('going-away')
    await bucket.put(['a', 'b', 'c', 'd'], 'plain')
    await bucket.keepVersions()
    const { versions } = await listAll('going-away', {
      limit: 2,
      between: async (nth) => {
        if (nth === 1) await bucket.remove({ key: 'b', versionId: 'null' })
      },
    })
    expect(versions.map(({ key }) => key).filter((key) => key !== 'b')).toEqual(['a', 'c', 'd'])
  })

  interface Walk {
    readonly limit: number
    readonly between?: (nth: number) => Promise<void>
  }

  async function listAll(bucket: string, { limit, between }: Walk) {
    const versions: ListedVersion[] = []
    let [markers, after]: [number, VersionMarker | undefined] = [0, undefined]
    for (let nth = 1; ; nth++) {
      const page = await listVersionsWithMetadata(minio, root, bucket, { limit, after })
      versions.push(...page.versions)
      markers += page.markers
      after = page.next
      if (after === undefined) return { versions, markers }
      await between?.(nth)
    }
  }

  const namesOf = (versions: readonly Pick<SeededVersion, 'key' | 'versionId' | 'current'>[]) =>
    versions.map(({ key, versionId, current }) => JSON.stringify([key, versionId, current])).sort()
})

describe('on a bad day', () => {
  test('what MinIO does not tell is unknown, never plain', async () => {
    const bucket = await make('untold')
    await bucket.put(keys('a/', 5), 'plain')
    await bucket.put(keys('b/', 3), 'sse-s3')
    const by = await signedIn('lister', ['s3:ListBucketVersions'])
    expect(await count(['untold'], {}, by)).toMatchObject({ state: 'done' })
    expect(await complete('untold', by)).toMatchObject({ total: 8, plain: 0, unknown: 8, listed: 0 })
    expect(await plainRows('untold', by)).toEqual([])
  })

  test('metadata that is made to look like a seal leaves its object alone unknown', async () => {
    const bucket = await make('planted')
    await bucket.put(keys('', 60), 'plain')
    const sealed = '<x-amz-server-side-encryption>AES256</x-amz-server-side-encryption>'
    const names = [
      `x-amz-meta-a></x-amz-meta-a>${sealed}<x-amz-meta-b`,
      `x-amz-meta-a></x-amz-meta-a>${sealed}</UserMetadata><Internal><q`,
      `x-amz-meta-a></x-amz-meta-a>${sealed}</UserMetadata><IsLatest>true</IsLatest><VersionId>null</VersionId></Version><Version><Key>more</Key><UserMetadata><q`,
    ]
    for (const [at, name] of names.entries()) {
      const path = `/planted/${keys('', 60)[at * 17]}`
      await minio.send({ method: 'PUT', path, query: { [name]: 'v' }, body: 'x', credentials: root })
    }
    const modes: string[] = []
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page = await listObjectsWithMetadata(minio, root, 'planted', after === '' ? {} : { after })
      modes.push(...page.objects.map(({ mode }) => mode))
      after = page.next
    }
    expect(modes.filter((mode) => mode === 'none')).toHaveLength(57)
    expect(modes.filter((mode) => mode === 'unknown')).toHaveLength(3)
    await count(['planted'])
    expect(await complete('planted')).toMatchObject({ total: 60, plain: 57, unknown: 3, listed: 57 })
  })

  test('results are for those alone who may list the bucket', async () => {
    const by = await signedIn('stranger', ['s3:ListAllMyBuckets'])
    expect(await by.refusal(readCoverage, { bucket: 'seeded' })).toMatchObject({ code: 'not-allowed' })
    expect(await by.refusal(downloadPlainObjects, { bucket: 'seeded' })).toMatchObject({ code: 'not-allowed' })
    const job = await count(['seeded'], {}, by)
    expect(job).toMatchObject({ state: 'failed', failed: 1 })
    expect(job.failures[0]).toMatchObject({ item: 'seeded', reason: expect.stringContaining('s3:ListBucketVersions') })
    expect((await client.call(readCoverage, { bucket: 'seeded' })).unfinished).toBeNull()
  })

  test('a bucket that nobody counted has nothing to show', async () => {
    await make('uncounted')
    expect(await client.call(readCoverage, { bucket: 'uncounted' })).toEqual({ complete: null, unfinished: null })
    expect(await client.refusal(downloadPlainObjects, { bucket: 'uncounted' })).toMatchObject({ code: 'not-found' })
  })

  test('a bucket that is removed meanwhile hinders no other', async () => {
    const gone = await make('removed')
    await gone.put(keys('', 2_500), 'plain')
    const other = await make('remaining')
    await other.put(keys('', 30), 'sse-s3')
    const job = await client.call(startCoverage, {
      buckets: ['removed', 'remaining', 'never-made'],
      pagesPerSecond: 0.3,
    })
    await client.untilJob(job.id, ({ done }) => done > 0)
    await house.mc((mc) => mc('rb', '--force', 'demo/removed'))
    const ended = await client.untilEnded(job)
    expect(ended).toMatchObject({ state: 'done', failed: 2 })
    expect(ended.failures.map(({ item }) => item)).toEqual(['removed', 'never-made'])
    for (const { reason } of ended.failures) expect(reason).toBe('MinIO has no such bucket.')
    await assertEqualsSeed(other)
    expect(opened.console.coverage.summary('removed')).toBeNull()
  })

  test('it waits for a KES that is away, and goes on', async () => {
    const bucket = await make('kes-away')
    await bucket.put(keys('', 2_400), 'sse-s3')
    const job = await client.call(startCoverage, { buckets: ['kes-away'], pagesPerSecond: 2 })
    await client.untilJob(job.id, ({ done }) => done > 0)
    await house.stopKes()
    try {
      const paused = await client.untilJob(job.id, ({ state }) => state === 'paused')
      expect(paused.waiting?.on).toBe('kes')
      // What was found is to be seen meanwhile.
      expect((await client.call(readCoverage, { bucket: 'kes-away' })).unfinished).toMatchObject({ takenAt: null })
    } finally {
      await house.startKes()
    }
    expect(await client.untilEnded(job)).toMatchObject({ state: 'done', done: 2_400 })
    await assertEqualsSeed(bucket)
  })

  test('two consoles do not count one bucket at once', async () => {
    const second = await openConsole(house)
    const by = await second.rootBrowser()
    const job = await client.call(startCoverage, { buckets: ['seeded'], pagesPerSecond: 4 })
    await client.untilJob(job.id, ({ done }) => done > 0)
    const refused = await count(['seeded'], {}, by)
    expect(refused).toMatchObject({ state: 'failed', message: expect.stringContaining('Another console') })
    await client.untilEnded(job)
    await assertEqualsSeed(seeded)
    expect((await by.call(readCoverage, { bucket: 'seeded' })).complete).toEqual(await complete('seeded'))
    expect(second.console.coverage.summary('seeded')).toMatchObject({ total: seeded.versions.length })
  })
})

async function signedIn(name: string, actions: readonly string[]): Promise<Client> {
  await addUser(house, name, [allow(actions, '*')])
  const by = opened.browser()
  await by.signIn(name, SECRET)
  return by
}
