import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listActivity } from '@strongroom/shared/activity'
import { startAudit } from '@strongroom/shared/iam'
import {
  deleteKey,
  type KeyDeletion,
  type KeyUse,
  markKey,
  quarantineKey,
  readKeyDeletion,
  readKeyUsage,
  unmarkKey,
} from '@strongroom/shared/key-deletion'
import { listKeys } from '@strongroom/shared/keys'
import { readOverview } from '@strongroom/shared/overview'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from './client.ts'
import { KeyDeletionHouse } from './key-deletion-house.ts'

const DAY_MS = 24 * 60 * 60_000
const KEY = 'spare'
const OTHERS = 'No other cluster uses this KES: asked in the platform team.'
const mark = { name: KEY, waitDays: 7, otherClusters: OTHERS }

let place: KeyDeletionHouse
let browser: Client

beforeAll(async () => {
  place = await KeyDeletionHouse.open()
  await place.house.mc(async (mc) => {
    await mc('admin', 'kms', 'key', 'create', 'demo', KEY)
    await mc('mb', 'demo/empty')
  })
  browser = (await place.console()).browser
}, 60_000)

afterAll(() => place?.close())

const places = (uses: readonly KeyUse[], verdict: KeyUse['verdict']) =>
  uses.filter((use) => use.verdict === verdict).map((use) => use.place)

/** As the person does it: the lines that the console tells, in every policy. */
const deny = ({ policies }: KeyDeletion) =>
  place.runKes({ deny: Object.fromEntries(policies!.map(({ policy, lines }) => [policy, lines])) })

const names = async () => (await browser.call(listKeys, {})).keys.map(({ name, deletion }) => `${name} ${deletion}`)

test('before the drives are read the key is not deletable, and after it is', async () => {
  const before = await browser.call(readKeyUsage, { name: KEY })
  expect(before.deletable).toBe(false)
  expect(places(before.uses, 'unknown')).toEqual(['iam-items', 'config-history', 'bucket-targets', 'tiers'])
  await browser.job(startAudit, {})
  const after = await browser.call(readKeyUsage, { name: KEY })
  expect(after.reasons).toEqual([])
  expect(after).toMatchObject({ deletable: true, uses: Array(9).fill({ verdict: 'free' }) })
})

test('the default key is never marked', async () => {
  const { uses } = await browser.call(readKeyUsage, { name: 'everyday' })
  expect(places(uses, 'in-use')).toEqual(expect.arrayContaining(['server-default', 'iam-items']))
  const refusal = await browser.refusal(markKey, { ...mark, name: 'everyday' })
  expect(refusal).toMatchObject({ code: 'unsafe-now', detail: expect.stringContaining('Default key:') })
})

test('nobody deletes without the role, and root neither', async () => {
  place.setRole('importer')
  for (const refusal of [
    await browser.refusal(markKey, mark),
    await browser.refusal(quarantineKey, { name: KEY }),
    await browser.refusal(unmarkKey, { name: KEY }),
    await browser.refusal(deleteKey, { name: KEY, confirm: KEY }),
  ])
    expect(refusal).toMatchObject({ code: 'not-allowed', detail: expect.stringContaining('deleter') })
  place.setRole('deleter')
  expect(await names()).toContain(`${KEY} null`)
})

test('stages can’t be passed over', async () => {
  expect(await browser.refusal(quarantineKey, { name: KEY })).toMatchObject({ code: 'conflict' })
  expect(await browser.refusal(deleteKey, { name: KEY, confirm: KEY })).toMatchObject({ code: 'conflict' })
  expect(await browser.refusal(unmarkKey, { name: KEY })).toMatchObject({ code: 'not-found' })
  expect(await browser.refusal(readKeyDeletion, { name: 'no-such-key' })).toMatchObject({ code: 'not-found' })
})

test('a free key is marked, denied, and deleted, over a restart of the console, with a way back until then', async () => {
  const marked = await browser.call(markKey, mark)
  expect(marked).toMatchObject({ stage: 'marked', next: 'quarantine', otherClusters: { statement: OTHERS } })
  expect(marked.waitUntil).toBe(new Date(Date.parse(marked.markedAt!) + 7 * DAY_MS).toISOString())
  expect(await browser.refusal(markKey, mark)).toMatchObject({ code: 'conflict' })
  expect(await names()).toContain(`${KEY} marked`)

  // Undone, and marked again.
  await browser.call(unmarkKey, { name: KEY })
  expect(await browser.call(readKeyDeletion, { name: KEY })).toMatchObject({ stage: null, next: 'mark', blockers: [] })
  await browser.call(markKey, mark)

  const early = await browser.refusal(quarantineKey, { name: KEY })
  expect(early).toMatchObject({ code: 'unsafe-now', detail: expect.stringContaining('The waiting time ends on') })

  // Whoever writes to the state folder alone does not shorten it.
  const file = join(place.house.consoleEnv.STRONGROOM_STATE_DIR!, 'key-deletions', `${KEY}.json`)
  const written = readFileSync(file, 'utf8')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(written), waitUntil: '2020-01-01T00:00:00.000Z' }))
  expect(await browser.call(readKeyDeletion, { name: KEY })).toMatchObject({ stage: null, next: 'mark' })
  expect(await browser.refusal(quarantineKey, { name: KEY })).toMatchObject({ code: 'conflict' })
  expect((await browser.call(readOverview, {})).findings.map(({ id }) => id)).toContain('foreign-records')
  writeFileSync(file, written)
  expect(await browser.call(readKeyDeletion, { name: KEY })).toMatchObject({ stage: 'marked' })
  expect((await browser.call(readOverview, {})).findings.map(({ id }) => id)).not.toContain('foreign-records')

  place.now = new Date(Date.now() + 8 * DAY_MS)
  browser = (await place.console()).browser
  const usable = await browser.call(readKeyDeletion, { name: KEY })
  expect(usable).toMatchObject({ stage: 'marked', next: 'quarantine' })
  expect(usable.blockers).toEqual([
    expect.stringMatching(/^Every KES endpoint denies its use: console, minio still allow it/),
    expect.stringMatching(/^MinIO itself is refused on it: MinIO still makes and opens data keys/),
  ])
  expect(usable.policies).toMatchObject([
    { policy: 'console', denies: false, lines: [`/v1/key/generate/${KEY}`, `/v1/key/decrypt/${KEY}`] },
    { policy: 'console-delete', denies: true, lines: [] },
    { policy: 'minio', denies: false, lines: [`/v1/key/generate/${KEY}`, `/v1/key/decrypt/${KEY}`] },
  ])
  expect(await browser.refusal(quarantineKey, { name: KEY })).toMatchObject({ code: 'unsafe-now' })

  // A policy alone is not enough: MinIO's is missing.
  await place.runKes({ deny: { console: usable.policies![0]!.lines } })
  expect((await browser.call(readKeyDeletion, { name: KEY })).blockers).toHaveLength(2)

  await deny(usable)
  const quarantined = await browser.call(quarantineKey, { name: KEY })
  expect(quarantined).toMatchObject({ stage: 'quarantined', next: 'delete' })
  expect(quarantined.rehearsal.map(({ title, holds }) => `${holds} ${title}`)).toEqual([
    'true Every KES endpoint denies its use',
    'true MinIO itself is refused on it',
    'true MinIO’s default key works',
    'true MinIO has loaded its users',
    'true Every node runs on another default key',
    'true Nothing on the drives that MinIO reads for itself is under it',
  ])
  expect(quarantined.rehearsal[0]!.detail).toContain('can’t be denied anything')

  // Undone from here as well: the lines of KES are the person's to take out.
  await browser.call(unmarkKey, { name: KEY })
  expect(await names()).toContain(`${KEY} null`)
  await browser.call(markKey, mark)
  place.now = new Date(place.now.getTime() + 8 * DAY_MS)
  await browser.call(quarantineKey, { name: KEY })

  const tooSoon = await browser.refusal(deleteKey, { name: KEY, confirm: KEY })
  expect(tooSoon).toMatchObject({ code: 'unsafe-now', detail: expect.stringContaining('A quarantine lasts a day') })
  place.now = new Date(place.now.getTime() + DAY_MS)

  const without = await place.console({ deletionIdentity: false })
  expect(await without.browser.refusal(deleteKey, { name: KEY, confirm: KEY })).toMatchObject({
    code: 'unsafe-now',
    detail: expect.stringContaining('no KES identity for deletion'),
  })

  for (const confirm of [undefined, '', 'everyday'])
    expect(await browser.refusal(deleteKey, { name: KEY, ...(confirm !== undefined && { confirm }) })).toMatchObject({
      code: 'invalid-input',
      errors: [{ pointer: '/confirm' }],
    })

  // Somebody lets it be used again: refused until it is denied anew.
  await place.runKes({})
  expect(await browser.refusal(deleteKey, { name: KEY, confirm: KEY })).toMatchObject({ code: 'unsafe-now' })
  await deny(usable)

  expect(await names()).toContain(`${KEY} quarantined`)
  await browser.call(deleteKey, { name: KEY, confirm: KEY })
  expect(await names()).toEqual(['everyday null'])
  expect(await browser.refusal(readKeyDeletion, { name: KEY })).toMatchObject({ code: 'not-found' })

  const { activity } = await browser.call(listActivity, { target: KEY })
  expect(activity[0]).toMatchObject({
    act: 'delete-key',
    outcome: 'done',
    account: place.house.truth.rootUser,
    detail: expect.stringMatching(/^Deleted by KES, under the identity [0-9a-f]{64}\.$/),
  })
  expect(activity.filter(({ detail, outcome }) => outcome === 'done' && detail === '')).toEqual([])
  expect(activity.filter(({ act }) => act === 'delete-key').length).toBeGreaterThan(3)
  expect(activity.find(({ act, outcome }) => act === 'mark-key' && outcome === 'done')!.detail).toContain(OTHERS)
}, 120_000)
