import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { probeBucket } from '@strongroom/shared/bucket-probes'
import { listBuckets, setBucketEncryption } from '@strongroom/shared/buckets'
import { startCoverage } from '@strongroom/shared/coverage'
import { readHousePolicy, setHousePolicy } from '@strongroom/shared/house-policy'
import { startAudit } from '@strongroom/shared/iam'
import { markKey } from '@strongroom/shared/key-deletion'
import { createKey, keepCanary, listKeys } from '@strongroom/shared/keys'
import { readOverview } from '@strongroom/shared/overview'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { allByMc, makeBuckets } from './buckets-setup.ts'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'
import { Hand } from './objects-setup.ts'
import { addUser, allow, SECRET } from './users.ts'

vi.setConfig({ testTimeout: 30_000 })

const DEFAULT_KEY = 'minio-iam-2026a'
const OLD_KEY = 'of-former-times'

let house: House
let open: TestConsole
let root: Client

beforeAll(async () => {
  house = await openHouse({ fixture: 'kes-latest' })
  const rolesFile = join(house.dir, 'roles.json')
  const roles = [{ identity: house.truth.rootUser, role: 'deleter', prefix: '' }]
  writeFileSync(rolesFile, JSON.stringify({ roles }), { mode: 0o600 })
  open = await openConsole(house, { STRONGROOM_ROLES_FILE: rolesFile })
  root = await open.rootBrowser()
}, 60_000)
afterAll(() => house?.close())

test('before anything is known they are still metrics, and claim nothing', async () => {
  const { names } = await metrics()
  expect(names).toContain('strongroom_build_info')
  expect(names).not.toContain('strongroom_iam_items')
  expect(names).not.toContain('strongroom_last_drill_timestamp_seconds')
  expect(names).not.toContain('strongroom_buckets')
})

test('they can be switched off', async () => {
  const silent = await openConsole(house, { STRONGROOM_METRICS: '0' })
  expect((await silent.get('/metrics')).status).toBe(404)
})

test('they count what an audit, a canary and a marked key have left', async () => {
  const before = Date.now() / 1000
  const audit = await root.job(startAudit, {})
  await root.call(createKey, { name: OLD_KEY })
  for (const name of [DEFAULT_KEY, OLD_KEY]) await root.call(keepCanary, { name })
  await root.call(markKey, { name: OLD_KEY, otherClusters: 'No other cluster uses this KES.' })
  await open.console.kesHistory.look()
  const { of } = await metrics()
  const { kms, plaintext, unreadable } = audit.seals!
  expect(of('iam_items', { state: 'kms' })).toBe(Object.values(kms).reduce((sum, count) => sum + count, 0))
  expect(of('iam_items', { state: 'kms' })).toBeGreaterThan(0)
  expect([of('iam_items', { state: 'plaintext' }), of('iam_items', { state: 'unreadable' })]).toEqual([
    plaintext,
    unreadable,
  ])
  expect(of('key_canaries', { state: 'opens' })).toBe(2)
  expect(of('keys_marked_for_deletion')).toBe(1)
  expect(of('iam_audit_timestamp_seconds')).toBeGreaterThanOrEqual(Math.floor(before))
  expect(of('kes_up', { endpoint: house.kes!.endpoint })).toBe(1)
  expect(of('kes_round_trip_seconds', { endpoint: house.kes!.endpoint })).toBeGreaterThan(0)
  expect(of('kes_keystore_round_trip_seconds', { endpoint: house.kes!.endpoint })).toBeGreaterThan(0)
  expect(of('kes_identity_expiry_timestamp_seconds', { role: 'observe' })).toBeGreaterThan(before)
})

/** Of the fixture, and those that these tests make. */
const OWN = { kept: 'kept-as-ruled', drifts: 'drifts-from-it', uncounted: 'never-counted' }
const LATE = ['late-object', 'later-object']

test('they count buckets as somebody saw them on Overview who may see all', async () => {
  const hand = new Hand(house)
  try {
    await makeBuckets(house, Object.values(OWN))
    for (const [at, key] of LATE.entries()) await hand.put(OWN.kept, key, 'x'.repeat(100 + at))
    await hand.put(OWN.uncounted, LATE[0]!, 'plain')
  } finally {
    await hand.close()
  }
  await root.call(setBucketEncryption, { bucket: OWN.kept, mode: 'sse-kms', key: DEFAULT_KEY })
  const { revision } = await root.call(readHousePolicy, {})
  const rule = { mode: 'sse-kms', key: DEFAULT_KEY } as const
  const rules = [OWN.kept, OWN.drifts].map((pattern) => ({ pattern, ...rule }))
  await root.call(setHousePolicy, { rules, revision })
  for (const bucket of [OWN.kept, OWN.drifts]) await root.call(probeBucket, { bucket })
  const names = (await root.call(listBuckets, {})).buckets.map(({ name }) => name)
  const counted = names.filter((name) => name !== OWN.uncounted)
  expect(await root.job(startCoverage, { buckets: counted })).toMatchObject({ state: 'done', failed: 0 })
  const before = Date.now() / 1000

  // Who sees some buckets alone does not shrink the numbers.
  await addUser(house, 'sees-two', [allow(['s3:*'], OWN.drifts, OWN.uncounted)])
  const narrow = open.browser()
  await narrow.signIn('sees-two', SECRET)
  expect((await narrow.call(readOverview, {})).buckets).toMatchObject({ total: 2 })
  expect((await metrics()).names).not.toContain('strongroom_buckets')

  await root.call(readOverview, {})
  const { of, text } = await metrics()
  const modes = (await allByMc(house, names)) as { mode: string }[]
  for (const mode of ['none', 'sse-s3', 'sse-kms'])
    expect(of('buckets', { mode }), mode).toBe(modes.filter((bucket) => bucket.mode === mode).length)
  expect(of('buckets_drifted')).toBe(1)
  expect(of('bucket_probes', { outcome: 'as-promised' })).toBe(1)
  expect(of('bucket_probes', { outcome: 'plain' })).toBe(1)
  expect(of('buckets_uncounted')).toBe(1)
  const plain = house.truth.objects.filter(({ sse }) => sse === 'none').map(({ storedSize }) => storedSize)
  expect(of('plain_object_versions')).toBe(plain.length + LATE.length)
  expect(of('plain_object_bytes')).toBe(plain.reduce((sum, size) => sum + size, 100 + 101))
  expect(of('buckets_timestamp_seconds')).toBeGreaterThanOrEqual(before)

  await narrow.call(readOverview, {})
  expect((await metrics()).text.match(/^strongroom_bucket.*$/gm)).toEqual(text.match(/^strongroom_bucket.*$/gm))
  await root.call(setBucketEncryption, { bucket: OWN.drifts, mode: 'sse-kms', key: DEFAULT_KEY })
  await root.call(readOverview, {})
  expect((await metrics()).of('buckets_drifted')).toBe(0)
})

test('a KES that is away is down, and has no round trip', async () => {
  await house.stopKes()
  await open.console.kesHistory.look()
  const { of } = await metrics()
  expect(of('kes_up', { endpoint: house.kes!.endpoint })).toBe(0)
  expect(of('kes_round_trip_seconds', { endpoint: house.kes!.endpoint })).toBeUndefined()
  await house.startKes()
})

test('they name no key, no bucket, no object, no account and no path, and hold no secret', async () => {
  const { text } = await metrics()
  const keys = (await root.call(listKeys, {})).keys.map(({ name }) => name)
  expect(keys).toEqual(expect.arrayContaining([DEFAULT_KEY, OLD_KEY]))
  const { rootUser, rootPassword } = house.truth
  const secret = readFileSync(house.kes!.consoleKey, 'utf8').split('\n')[1]!
  const stored = [...Object.values(OWN), ...house.truth.objects.map(({ bucket }) => bucket), ...LATE]
  const values = [...text.matchAll(/="([^"]*)"/g)].map(([, value]) => value!)
  const told = [...keys, rootUser, rootPassword, secret, house.dir, 'config/iam', '.json'].filter((word) =>
    text.includes(word),
  )
  expect(told).toEqual([])
  expect(stored.filter((word) => values.some((value) => value.includes(word)))).toEqual([])
})

type Labels = Readonly<Record<string, string>>

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = '([a-zA-Z_]\\w*)="((?:[^"\\\\\\n]|\\\\[\\\\"n])*)"'
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (\\S+)$`)

/** What anybody gets. Held against the text format 0.0.4: each metric announced once, its lines together, no series twice. */
async function metrics() {
  const response = await open.get('/metrics')
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const text = await response.text()
  expect(text.endsWith('\n')).toBe(true)
  const names: string[] = []
  const series = new Map<string, number>()
  for (const line of text.trimEnd().split('\n')) {
    const [, announced] = new RegExp(`^# HELP (${NAME}) \\S.*$`).exec(line) ?? []
    if (announced !== undefined) {
      expect(names, line).not.toContain(announced)
      names.push(announced)
    } else if (line.startsWith('#')) {
      expect(line).toBe(`# TYPE ${names.at(-1)} gauge`)
    } else {
      const [, name, labels = ''] = SAMPLE.exec(line) ?? []
      expect(name, line).toBe(names.at(-1))
      const value = Number(line.slice(line.lastIndexOf(' ')))
      expect(value, line).not.toBeNaN()
      expect(series.has(`${name}{${labels}}`), line).toBe(false)
      series.set(`${name}{${labels}}`, value)
    }
  }
  const of = (name: string, labels: Labels = {}) =>
    series.get(
      `strongroom_${name}{${Object.entries(labels)
        .map(([label, value]) => `${label}="${value}"`)
        .join(',')}}`,
    )
  return { text, names, of }
}
