import { copyFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { listActivity } from '@strongroom/shared/activity'
import { createKey, dropCanary, keepCanary, listKeys, readKey } from '@strongroom/shared/keys'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'

const DEFAULT_KEY = 'minio-iam-2026a'

let house: House
let open: TestConsole
let root: Client

beforeAll(async () => {
  house = await openHouse({ fixture: 'kes-latest' })
  open = await openConsole(house)
  root = await open.rootBrowser()
}, 60_000)
afterAll(() => house?.close())

const stateOf = async (name: string) => (await root.call(readKey, { name })).canary?.state ?? null
/** What lies in the keystore counts once KES has forgotten what it held in memory. */
async function restartKes() {
  await house.stopKes()
  await house.startKes()
}

test('a key that is made here has a canary at once, and the default key has one by itself', async () => {
  expect(await root.call(createKey, { name: 'made-here' })).toMatchObject({ canary: { state: 'opens' } })
  expect(await stateOf(DEFAULT_KEY)).toBeNull()
  await open.console.canaries.round()
  expect(await stateOf(DEFAULT_KEY)).toBe('opens')
  const { keys } = await root.call(listKeys, {})
  expect(keys.map(({ name, canary, isDefault }) => [name, canary, isDefault])).toEqual([
    ['bucket-hr-key', null, false],
    ['made-here', 'opens', false],
    [DEFAULT_KEY, 'opens', true],
    ['minio-iam-2026b', null, false],
  ])
})

test('others get one when they are asked for, and lose it when they are not wanted', async () => {
  expect(await root.call(keepCanary, { name: 'bucket-hr-key' })).toMatchObject({ state: 'opens' })
  expect(await root.refusal(keepCanary, { name: 'not-there' })).toMatchObject({ code: 'not-found' })
  await root.call(dropCanary, { name: 'bucket-hr-key' })
  expect(await stateOf('bucket-hr-key')).toBeNull()
  const { activity } = await root.call(listActivity, { target: 'bucket-hr-key' })
  expect(activity.map(({ act, outcome }) => [act, outcome])).toEqual([
    ['drop-canary', 'done'],
    ['keep-canary', 'done'],
  ])
})

test('a key that is replaced in the keystore shows at the next look; a keystore that is away takes nobody for lost', async () => {
  copyFileSync(join(house.keystore, 'made-here'), join(house.dir, 'made-here'))
  copyFileSync(join(house.keystore, 'bucket-hr-key'), join(house.keystore, 'made-here'))
  await restartKes()
  await open.console.canaries.round()
  expect(await stateOf('made-here')).toBe('replaced')
  expect((await root.call(listKeys, {})).keys).toContainEqual(
    expect.objectContaining({ name: 'made-here', canary: 'replaced' }),
  )
  expect(await stateOf(DEFAULT_KEY)).toBe('opens')

  copyFileSync(join(house.dir, 'made-here'), join(house.keystore, 'made-here'))
  await restartKes()
  renameSync(house.keystore, `${house.keystore}-away`)
  await open.console.canaries.check('made-here')
  expect(open.console.canaries.of('made-here')).toMatchObject({ state: 'unknown' })
  renameSync(`${house.keystore}-away`, house.keystore)

  await house.stopKes()
  await open.console.canaries.check('made-here')
  expect(open.console.canaries.of('made-here')).toMatchObject({ state: 'unknown' })
  await house.startKes()
  await open.console.canaries.round()
  expect(await stateOf('made-here')).toBe('opens')
})
