import { listActivity } from '@strongroom/shared/activity'
import { listBuckets } from '@strongroom/shared/buckets'
import { listDrills } from '@strongroom/shared/drills'
import type { Endpoint } from '@strongroom/shared/endpoint'
import { readKesAccess } from '@strongroom/shared/kes-access'
import { markKey, readKeyDeletion, readKeyUsage } from '@strongroom/shared/key-deletion'
import { createKey, listKeys, readKey } from '@strongroom/shared/keys'
import { readConsoleIdentities, readKesHistory, readKms } from '@strongroom/shared/kms'
import { readMove } from '@strongroom/shared/move'
import { readOverview } from '@strongroom/shared/overview'
import { readSession } from '@strongroom/shared/session'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Client, refusalIn, requestOf } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

const KEY = 'minio-iam-2026a'
const SECRET = 'a-secret-of-a-test-user'

type Page = readonly [Endpoint, Readonly<Record<string, string>>]

const PAGES: readonly Page[] = [
  [readSession, {}],
  [readKms, {}],
  [readOverview, {}],
  [listBuckets, {}],
  [readMove, {}],
  [readKesHistory, {}],
  [readConsoleIdentities, {}],
  [readKesAccess, {}],
  [listKeys, {}],
  [readKey, { name: KEY }],
  [readKeyUsage, { name: KEY }],
  [readKeyDeletion, { name: KEY }],
  [listActivity, {}],
  [listDrills, {}],
]
/** They say what KES says, so KES is asked. */
const OF_KES = ['readKesAccess', 'listKeys', 'readKey', 'readKeyDeletion']

let house: House
let strongroom: TestConsole
/** Has looked at every page while all was well. */
let before: Client
/** Has only signed in. */
let fresh: Client
let stranger: Client
let hangs = false

beforeAll(async () => {
  house = await openHouse({ fixture: 'kes-latest' })
  strongroom = await openConsole(house)
  await house.mc((mc) => mc('admin', 'user', 'add', 'demo', 'stranger', SECRET))
  await house.mc((mc) => mc('admin', 'policy', 'attach', 'demo', 'readwrite', '--user', 'stranger'))
  before = await strongroom.rootBrowser()
  fresh = await strongroom.rootBrowser()
  stranger = strongroom.browser()
  await stranger.signIn('stranger', SECRET)
  for (const page of PAGES) expect((await seen(before, page)).status, page[0].id).toBe(200)
})
afterAll(async () => {
  if (hangs) process.kill(house.kes!.pid, 'SIGCONT')
  await house?.close()
})

async function seen(client: Client, [endpoint, input]: Page) {
  const started = performance.now()
  const response = await client.request(...requestOf(endpoint, input))
  const text = await response.text()
  return { id: endpoint.id, status: response.status, seconds: (performance.now() - started) / 1000, text }
}

/** What is wrong with how the pages answer. */
async function faults(client: Client, seconds: number, mayBeRefused: (id: string) => boolean) {
  const told: string[] = []
  for (const page of PAGES) {
    const at = await seen(client, page)
    const blamed = at.status < 400 || (mayBeRefused(at.id) && /KES at \S+/.test(at.text))
    const wrong = at.seconds > seconds || !blamed || /MinIO at \S+ did not answer/.test(at.text)
    if (wrong) told.push(`${at.id}: ${at.status} after ${at.seconds.toFixed(1)} s ${at.text.slice(0, 300)}`)
  }
  return told
}

const findingsOf = async () => (await before.call(readOverview, {})).findings.map(({ id }) => id)

test('while KES hangs no page waits long, what is known is told, and KES is blamed', async () => {
  const well = await findingsOf()
  process.kill(house.kes!.pid, 'SIGSTOP')
  hangs = true
  expect(await faults(before, 5, (id) => OF_KES.includes(id))).toEqual([])
  expect(await faults(before, 2, (id) => OF_KES.includes(id))).toEqual([])

  const { verdict, kms, keys } = await before.call(readOverview, {})
  expect(verdict.id).toBe('kes-down')
  expect(kms).toMatchObject({ kind: 'kes', defaultKey: KEY })
  expect(keys).toBeNull()
  expect(well).toContain(`no-backup-${KEY}`)
  expect(await findingsOf()).toContain(`no-backup-${KEY}`)
  const { nodes, kes } = await before.call(readKms, {})
  expect(nodes).toMatchObject([{ kind: 'kes', state: 'unknown' }])
  expect(kes?.endpoints[0]?.hops[1]).toMatchObject({ hop: 'connection', state: 'broken' })
})

test('who was allowed nothing before is allowed nothing because KES hangs', async () => {
  const lists = [listKeys.id, listActivity.id, listDrills.id, readKey.id, readKeyUsage.id, readKeyDeletion.id]
  expect(await faults(fresh, 5, (id) => OF_KES.includes(id) || lists.includes(id))).toEqual([])
  for (const [endpoint, input] of PAGES.filter(([{ id }]) => lists.includes(id))) {
    expect((await seen(fresh, [endpoint, input])).status, endpoint.id).toBe(504)
    expect((await stranger.refusal(endpoint, input)).code, endpoint.id).toBe('not-allowed')
  }
})

test('while KES hangs nothing is written, and that is said at once', async () => {
  for (const [endpoint, input] of [
    [createKey, { name: 'made-while-it-hangs' }],
    [markKey, { name: KEY, waitDays: 7, otherClusters: 'No other cluster uses this KES.' }],
  ] as const) {
    const started = performance.now()
    const refusal = await refusalIn(await before.request(...requestOf(endpoint, input)))
    expect(refusal).toMatchObject({
      code: 'upstream-unreachable',
      detail: expect.stringMatching(/^KES at \S+ does not/),
    })
    expect(performance.now() - started).toBeLessThan(3_000)
  }
})

test('once KES goes on, all is well within seconds', async () => {
  process.kill(house.kes!.pid, 'SIGCONT')
  hangs = false
  await vi.waitFor(async () => expect(await faults(before, 2, () => false)).toEqual([]), { timeout: 15_000 })
  expect(await faults(fresh, 2, () => false)).toEqual([])
  expect((await before.call(readOverview, {})).kms.keyWorks).toBe(true)
})

test('while KES is down its records and findings are readable, for those who may read them', async () => {
  await house.killKes()
  expect(await faults(before, 5, (id) => OF_KES.includes(id))).toEqual([])
  expect(await faults(fresh, 5, (id) => OF_KES.includes(id))).toEqual([])
  expect((await seen(before, [listActivity, {}])).status).toBe(200)
  expect((await stranger.refusal(listActivity, {})).code).toBe('not-allowed')
  const overview = await before.call(readOverview, {})
  expect(overview.verdict.id).toBe('kes-down')
  expect(overview.findings.map(({ id }) => id)).toContain(`no-backup-${KEY}`)
})
