import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { listActivity } from '@strongroom/shared/activity'
import { readAudit, startAudit } from '@strongroom/shared/iam'
import { proveKey, readKey } from '@strongroom/shared/keys'
import { readMove } from '@strongroom/shared/move'
import { readOverview } from '@strongroom/shared/overview'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'
import { askKes, importByKes } from './kes-client.ts'

const NAME = 'iam-static-key'
const MATERIAL = Buffer.from('fixture-static-kms-key-32-bytes!')

let house: House
let open: TestConsole
let root: Client

beforeAll(async () => {
  house = await openHouse({ fixture: 'static-latest', kes: true })
  open = await openConsole(house)
  root = await open.rootBrowser()
}, 60_000)
afterAll(() => house?.close())

/** As somebody with the right to do so would. */
async function removeInKes(name: string) {
  await house.stopKes()
  rmSync(join(house.keystore, name))
  await house.startKes()
}

test('a key that KES does not have is missing', async () => {
  expect(await root.call(proveKey, { name: NAME })).toMatchObject({ verdict: 'key-missing', opened: 0, failed: 0 })
})

test('a random key under the right name is recognised, with the way out', async () => {
  await askKes(house.kes!, 'PUT', `/v1/key/create/${NAME}`)
  const proof = await root.call(proveKey, { name: NAME })
  expect(proof).toMatchObject({ verdict: 'wrong-material', opened: 0, sameMaterial: false })
  expect(proof.failed).toBeGreaterThan(10)
  expect(proof.detail).toContain('prove it before MinIO is pointed at KES')
  expect(proof.detail).toContain(`kes key create ${NAME}`)
  expect(proof.detail).toContain(`kes key rm ${NAME}`)
  expect(proof.detail).toContain('static key')
  expect((await root.call(readKey, { name: NAME })).provenAt).toBeNull()
  await removeInKes(NAME)
})

test('the right material is proven on items, on remote targets and on objects, and the proof outlives the console', async () => {
  await importByKes(house.kes!, NAME, MATERIAL)
  const proof = await root.call(proveKey, { name: NAME })
  expect(proof).toMatchObject({ verdict: 'proven', failed: 0, sameMaterial: true })
  expect(proof.samples.length).toBeLessThanOrEqual(24)
  expect(new Set(proof.samples.map(({ from }) => from))).toEqual(new Set(['iam', 'object']))
  expect(proof.samples.map(({ path }) => path)).toContainEqual(expect.stringMatching(/^buckets\/.*\.metadata\.bin$/))
  expect(proof.samples.every(({ opened }) => opened)).toBe(true)
  const later = await (await openConsole(house)).rootBrowser()
  expect((await later.call(readKey, { name: NAME })).provenAt).toBe(proof.at)
  expect(await later.call(readKey, { name: NAME })).toMatchObject({ canary: { state: 'opens' } })
})

test('an audit saves reading all drives again', async () => {
  await root.job(startAudit, {})
  const proof = await root.call(proveKey, { name: NAME })
  expect(proof).toMatchObject({ verdict: 'proven', failed: 0 })
  expect(proof.samples.filter(({ from }) => from === 'iam')).toHaveLength(16)
})

test('what a key seals nothing of can’t be proven', async () => {
  await askKes(house.kes!, 'PUT', '/v1/key/create/seals-nothing')
  expect(await root.call(proveKey, { name: 'seals-nothing' })).toMatchObject({
    verdict: 'nothing-to-open',
    sameMaterial: null,
  })
  expect((await root.call(readKey, { name: 'seals-nothing' })).provenAt).toBeNull()
})

test('where KES opens what the cluster sealed, it is the source that is wrong', async () => {
  const other = Buffer.alloc(32, 9).toString('base64')
  const console = await openConsole(house, {
    STRONGROOM_ENV_FILE: '',
    STRONGROOM_OTHER_KEY: other,
    STRONGROOM_KEY_SOURCES: `${NAME}=env:STRONGROOM_OTHER_KEY`,
  })
  const proof = await (await console.rootBrowser()).call(proveKey, { name: NAME })
  expect(proof).toMatchObject({ verdict: 'proven', sameMaterial: false, comparedWith: 'source' })
  expect(proof.detail).toContain('other material than the source on the server')
})

test('proofs are recorded, and many within a minute are refused', async () => {
  const { activity } = await root.call(listActivity, { target: NAME })
  expect(activity.filter(({ act }) => act === 'prove-key')).toContainEqual(
    expect.objectContaining({ outcome: 'done', detail: expect.stringMatching(/^proven: \d+ data keys/) }),
  )
  const fresh = await (await openConsole(house)).rootBrowser()
  for (let each = 0; each < 10; each++) await fresh.call(proveKey, { name: 'seals-nothing' })
  expect(await fresh.refusal(proveKey, { name: NAME })).toMatchObject({ code: 'rate-limited', status: 429 })
})

test('while a KES endpoint can’t be asked, what the others open makes no proof, and says so', async () => {
  const endpoint = `${house.kes!.endpoint},https://127.0.0.1:1`
  const console = await openConsole(house, { MINIO_KMS_KES_ENDPOINT: endpoint })
  const browser = await console.rootBrowser()
  const proofStep = async () => (await browser.call(readMove, {})).steps.find(({ id }) => id === 'proof')!.face
  const proof = await browser.call(proveKey, { name: NAME })
  expect(proof.verdict).toBe('proven')
  expect(proof.detail).toMatch(/127\.0\.0\.1:1 could not be asked: .* does not count as proven/)
  expect((await browser.call(readKey, { name: NAME })).provenAt).toBeNull()
  expect(await proofStep()).not.toBe('holds')
  expect(console.console.proofs.find(NAME, null)).toBeNull()
})

test('a key made anew under the name is not the one that was proven, and the walk stops before it', async () => {
  const console = await openConsole(house, { STRONGROOM_ENV_FILE: '' })
  const browser = await console.rootBrowser()
  const proofStep = async () => (await browser.call(readMove, {})).steps.find(({ id }) => id === 'proof')!.face
  expect((await browser.call(proveKey, { name: NAME })).verdict).toBe('proven')
  expect((await browser.call(readKey, { name: NAME })).provenAt).not.toBeNull()
  expect(await proofStep()).toBe('holds')
  await removeInKes(NAME)
  await askKes(house.kes!, 'PUT', `/v1/key/create/${NAME}`)
  expect((await browser.call(readKey, { name: NAME })).provenAt).toBeNull()
  expect(await proofStep()).not.toBe('holds')
})

test('what was read and proven of one cluster is not told of another that answers at its address', async () => {
  const before = await (await openConsole(house)).rootBrowser()
  await before.job(startAudit, {})
  const { total } = await before.call(readAudit, {})
  expect(total).toBeGreaterThan(0)

  // Empty drives in the place of the others: MinIO makes a cluster of its own of them, under the same name and password.
  await house.stopMinio()
  for (const drive of house.drives)
    for (const name of readdirSync(drive)) rmSync(join(drive, name), { recursive: true, force: true })
  await house.startMinio()
  const console = await openConsole(house)
  const after = await console.rootBrowser()
  expect(await after.refusal(readAudit, {})).toMatchObject({ code: 'no-audit-yet' })
  expect((await after.call(readOverview, {})).iam).toBeNull()
  await after.job(startAudit, {})
  expect((await after.call(readAudit, {})).total).toBeLessThan(total)
})
