import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKey, listKeys, proveKey, readKey } from '@strongroom/shared/keys'
import { readOverview } from '@strongroom/shared/overview'
import { readSession } from '@strongroom/shared/session'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'
import { addUser, SECRET } from './users.ts'

vi.setConfig({ testTimeout: 60_000 })

const KEYS = ['prod-main', 'team-red']

let house: House
let open: TestConsole

/** MinIO without a KMS, and a KES that stands beside it. */
beforeAll(async () => {
  house = await openHouse({ fixture: 'plaintext-latest', kes: true })
  const team = { Effect: 'Allow', Action: ['kms:KeyStatus', 'kms:ListKeys'], Resource: ['arn:minio:kms:::team-*'] }
  await addUser(house, 'told', [team])
  // MinIO does not tell the policies of whom a NotAction is for.
  await addUser(house, 'untold', [team, { Effect: 'Allow', NotAction: 'kms:*', Resource: ['arn:aws:s3:::*'] }])
  open = await openConsole(house)
  const root = await open.rootBrowser()
  for (const name of KEYS) await root.call(createKey, { name })
}, 60_000)
afterAll(() => house?.close())

async function as(name: string, at = open) {
  const client = at.browser()
  await client.signIn(name, SECRET)
  return client
}

test('MinIO looks at no name without a KMS, so the policies must allow it for certain', async () => {
  const told = await as('told')
  expect(await told.call(readKey, { name: 'team-red' })).toMatchObject({ name: 'team-red' })
  expect(await told.refusal(readKey, { name: 'prod-main' })).toMatchObject({ code: 'not-allowed' })
  const untold = await as('untold')
  for (const name of KEYS) {
    const refusal = { code: 'not-allowed', detail: expect.stringMatching(/first lock.*can’t be told/) }
    expect.soft(await untold.refusal(readKey, { name }), name).toMatchObject(refusal)
    expect.soft(await untold.refusal(proveKey, { name }), name).toMatchObject(refusal)
  }
  expect(await untold.call(listKeys, {})).toMatchObject({ keys: [] })
})

test('who has the name that an old env file gives root is not root', async () => {
  await addUser(house, 'former', [{ Effect: 'Allow', Action: 'kms:KeyStatus' }])
  const { rootUser, rootPassword } = house.truth
  const file = join(house.dir, 'old.env')
  writeFileSync(file, readFileSync(house.envFile, 'utf8').replaceAll(rootUser, 'former'), { mode: 0o600 })
  const old = await openConsole(house, { STRONGROOM_ENV_FILE: file })
  expect(await (await as('former', old)).call(readSession, {})).toMatchObject({ root: false })
  const root = old.browser()
  await root.signIn(rootUser, rootPassword)
  expect(await root.call(readSession, {})).toMatchObject({ root: false })
  expect(await (await open.rootBrowser()).call(readSession, {})).toMatchObject({ root: true })
})

test('without KES too, records that the console did not write are told to who may read the drives', async () => {
  const stateDir = join(house.dir, 'state-without-kes')
  const noKes = Object.keys(house.consoleEnv).filter((name) => /^(MINIO_KMS|STRONGROOM)_KES_/.test(name))
  const alone = await openConsole(house, {
    ...Object.fromEntries(noKes.map((name) => [name, ''])),
    STRONGROOM_STATE_DIR: stateDir,
    STRONGROOM_RECORDS_KEY: 'what the records are sealed under, at length',
  })
  expect(alone.console.kes).toBeNull()
  const root = await alone.rootBrowser()
  const told = async (client: typeof root) =>
    (await client.call(readOverview, {})).findings.filter(({ id }) => id === 'foreign-records')
  expect(await told(root)).toEqual([])
  mkdirSync(join(stateDir, 'key-deletions'), { recursive: true })
  writeFileSync(join(stateDir, 'key-deletions', 'prod-main.json'), JSON.stringify({ name: 'prod-main' }))
  expect(await told(root)).toMatchObject([{ detail: expect.stringContaining('key-deletions/prod-main.json') }])
  expect(await told(await as('told', alone))).toEqual([])
})
