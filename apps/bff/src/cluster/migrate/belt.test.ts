import type { IamItem } from '@strongroom/shared/iam'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type House, openHouse } from '../../../test/house.ts'
import { newInspectKeyPair } from '../../minio/inspect.ts'
import { connectMinio, type Minio, type MinioCall } from '../../minio/transport.ts'
import { argon2id } from '../../native/argon2id.ts'
import { loadHighwayHash } from '../../native/highway-hash.ts'
import { Secret } from '../../secret.ts'
import { takeAudit } from '../audit.ts'
import { clusterScope } from '../audit-scope.ts'
import { Belt, type Cycle } from './belt.ts'
import { Digester } from './item-digest.ts'
import type { RewriteScope } from './rewrite-item.ts'
import { WriteClock } from './write-clock.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const KEY = 'new-key'
const MATERIAL = 'c3Ryb25ncm9vbS10ZXN0LWtleS1vZi0zMi1ieXRlcyE='
const WIDTH = 3

let house: House
let minio: Minio
let users: readonly IamItem[]
let scope: RewriteScope
let refuse: RegExp | undefined
/** Calls under way that write, and the most there were. */
let [writing, most, sent] = [0, 0, 0]

beforeAll(async () => {
  house = await openHouse({ fixture: 'plaintext-latest', variables: { MINIO_KMS_SECRET_KEY: `${KEY}:${MATERIAL}` } })
  minio = connectMinio({ endpoint: new URL(house.minio.endpoint), region: 'us-east-1' })
  const credentials = { accessKey: house.truth.rootUser, secretKey: new Secret(house.truth.rootPassword) }
  const reader = {
    ...{ minio: { ...minio, send: counted }, credentials },
    keyPair: await newInspectKeyPair(),
    highwayHash: await loadHighwayHash(),
  }
  const rest = { ownAccessKeys: new Set<string>(), depth: 'names' as const, keys: null }
  const { audit, items } = await takeAudit(await clusterScope(reader, rest))
  users = items.filter(({ kind }) => kind === 'user')
  const staticKey = { name: KEY, material: new Secret(Uint8Array.from(Buffer.from(MATERIAL, 'base64'))) }
  scope = {
    ...{ reader, api: reader, keys: { rootCredentials: null, staticKey, kes: null, argon2id }, defaultKey: KEY },
    volume: audit.volume,
    known: items.map(({ path }) => path),
    layout: { partsApart: false },
    digester: new Digester(),
    clock: new WriteClock(),
    signal: new AbortController().signal,
    requireHeld: async () => {},
  }
})
afterAll(async () => {
  await minio?.close()
  await house?.close()
})

async function counted(call: MinioCall) {
  if (refuse?.test(call.path)) throw new Error('refused')
  if (!call.path.endsWith('/set-user-status')) return minio.send(call)
  sent += 1
  most = Math.max(most, ++writing)
  try {
    return await minio.send(call)
  } finally {
    writing -= 1
  }
}

const beltOf = (items: readonly IamItem[]) =>
  new Belt(
    scope,
    items.map((item) => ({ item, attempt: 1 })),
  )

/** @param look after each cycle, with how many items have been proven, and how many cycles there were */
async function run(belt: Belt, look: (proven: number, cycles: number) => void) {
  const all: Cycle['outcomes'][number][] = []
  let [most, cycles] = [0, 0]
  while (!belt.isEmpty) {
    const { outcomes, atOnce } = await belt.cycle(WIDTH)
    all.push(...outcomes)
    most = Math.max(most, atOnce)
    look(all.length, ++cycles)
  }
  return { outcomes: all, most }
}

test('where nothing can be read, nothing is written', async () => {
  refuse = /inspect-data/
  using belt = beltOf(users.slice(0, 1))
  const { amiss, outcomes } = await belt.cycle(WIDTH)
  refuse = undefined
  expect({ amiss, ends: outcomes.map(([, { is }]) => is) }).toEqual({ amiss: true, ends: ['failed'] })
  expect(sent).toBe(0)
})

test('so many are written at once, and few are not proven at first, then twice as many with each reading', async () => {
  using belt = beltOf(users)
  const { outcomes, most: atOnce } = await run(belt, (proven, cycles) =>
    expect(sent - proven).toBeLessThanOrEqual(8 * 2 ** cycles),
  )
  expect(outcomes.map(([, outcome]) => outcome)).toEqual(users.map(() => ({ is: 'moved', compared: 'content' })))
  expect(new Set(outcomes.map(([{ item }]) => item.path)).size).toBe(users.length)
  expect(atOnce).toBe(WIDTH)
  expect(most).toBeLessThanOrEqual(WIDTH)
})
