import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { acmeVariables } from '@strongroom/sandbox/acme'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readStored } from './drives.ts'
import { type House, openHouse } from './house.ts'
import { auditOffline, removeBuilt } from './offline.ts'
import { sealOf } from './opening.ts'
import { keepGeneration, layBack } from './variants.ts'

vi.setConfig({ testTimeout: 120_000 })

/** A real MinIO rewrites a user of 2021; then some of the drives get back what they held before, as after a restore. */
const USER = 'config/iam/users/amelia/identity.json'
const NEW = { state: 'kms', key: 'acme-key' }
const OLD = { state: 'root-credentials' }

let house: House
let keep: string
beforeAll(async () => {
  keep = mkdtempSync(join(tmpdir(), 'strongroom-generations-'))
  house = await openHouse({
    fixture: 'acme-2021',
    variables: acmeVariables,
    prepare: (drives) => keepGeneration(drives, USER, keep),
  })
  await house.mc((mc) => mc('admin', 'user', 'disable', 'demo', 'amelia'))
  await house.stopMinio()
  for (const [at, drive] of house.drives.entries()) cpSync(drive, join(keep, 'new', `d${at + 1}`), { recursive: true })
})
afterAll(async () => {
  removeBuilt()
  await house?.close()
  rmSync(keep, { recursive: true, force: true })
})

test('what the rest stands on: the old generation is under the root credentials, the new one under the key', () => {
  expect(sealOf(USER, readStored(house.drives).get(USER)!)).toMatchObject({ by: 'kms', key: 'acme-key' })
})

test.each([
  { old: 1, reads: NEW, copies: 3 },
  { old: 2, reads: NEW, copies: 2 },
  { old: 3, reads: OLD, copies: 3 },
])('$old of 4 drives hold the older generation: told is the youngest that is whole', async ({ old, reads, copies }) => {
  for (const [at, drive] of house.drives.entries()) {
    rmSync(drive, { recursive: true, force: true })
    cpSync(join(keep, 'new', `d${at + 1}`), drive, { recursive: true })
  }
  layBack(house.drives, USER, keep, old)
  const { items } = await auditOffline(house.drives[0]!.replace(/1$/, '{1...4}'))
  const item = items.find(({ path }) => path === USER)!
  expect(item).toMatchObject({ ...reads, copies, drives: 4 })
  expect(items.filter(({ state }) => state === 'unreadable')).toEqual([])

  await house.startMinio()
  // Where the youngest generation lies on one drive alone, MinIO leaves the user out as it loads: there is nothing to ask.
  if (copies === 3 && reads === OLD) return
  await house.startMinio()
  const said = await house.mc((mc) => mc('admin', 'user', 'info', 'demo', 'amelia'))
  await house.stopMinio()
  expect(JSON.parse(said)).toMatchObject({ userStatus: 'disabled' })
})
