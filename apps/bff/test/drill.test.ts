import { EventEmitter, once } from 'node:events'
import { rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { type Kes, startKes } from '@strongroom/sandbox/kes'
import { listActivity } from '@strongroom/shared/activity'
import { listDrills, startDrill } from '@strongroom/shared/drills'
import { readKey } from '@strongroom/shared/keys'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'
import { askKes, importByKes } from './kes-client.ts'

const DEFAULT_KEY = 'minio-iam-2026a'

let house: House
let restored: Kes

beforeAll(async () => {
  house = await openHouse({ fixture: 'kes-latest' })
  restored = await startKes({ dir: join(house.dir, 'restored'), keystore: house.keystore })
}, 60_000)
afterAll(async () => {
  await restored?.stop()
  await house?.close()
})

const drilledWith = ({ endpoint, ca, consoleCert, consoleKey }: Kes) => ({
  STRONGROOM_DRILL_KES_ENDPOINT: endpoint,
  STRONGROOM_DRILL_KES_CAPATH: ca,
  STRONGROOM_DRILL_KES_CERT_FILE: consoleCert,
  STRONGROOM_DRILL_KES_KEY_FILE: consoleKey,
})
const rootOf = async (open: TestConsole) => open.rootBrowser()

test('a restored KES opens what the cluster sealed, and from then on the backup of its keys counts as proven', async () => {
  const root = await rootOf(await openConsole(house, drilledWith(restored)))
  expect((await root.call(readKey, { name: DEFAULT_KEY })).backup).toEqual({
    provenAt: null,
    drill: null,
    escrowAt: null,
  })
  const job = await root.job(startDrill, { samples: 50 })
  expect(job).toMatchObject({ state: 'done', failed: 0, failures: [], message: expect.stringContaining('opened') })
  const { endpoint, drills } = await root.call(listDrills, {})
  expect(endpoint).toBe(restored.endpoint)
  expect(drills).toMatchObject([{ endpoint: restored.endpoint, failed: 0, by: house.truth.rootUser }])
  const [drill] = drills
  expect(drill!.opened).toBe(drill!.sampled)
  expect(drill!.byKey.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['bucket-hr-key', 'proven'],
    [DEFAULT_KEY, 'proven'],
  ])
  expect(drill!.detail).toMatch(/[1-9]\d* of objects/)

  const later = await rootOf(await openConsole(house))
  expect((await later.call(readKey, { name: DEFAULT_KEY })).backup).toEqual({
    provenAt: drill!.at,
    drill: drill!.id,
    escrowAt: null,
  })
  const { activity } = await later.call(listActivity, {})
  expect(activity).toMatchObject([{ act: 'drill', outcome: 'done', target: restored.endpoint }])
})

test('a backup with other material, or without the key, is told as such and proves nothing', async () => {
  const wrong = await startKes({ dir: join(house.dir, 'wrong') })
  try {
    await importByKes(wrong, DEFAULT_KEY, Buffer.alloc(32, 7))
    const root = await rootOf(
      await openConsole(house, { ...drilledWith(wrong), STRONGROOM_STATE_DIR: join(house.dir, 'other-state') }),
    )
    const job = await root.job(startDrill, { samples: 50 })
    expect(job).toMatchObject({ state: 'done', message: expect.stringContaining(DEFAULT_KEY) })
    expect(job.failures.length).toBe(job.failed)
    const [drill] = (await root.call(listDrills, {})).drills
    expect(drill!.byKey.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['bucket-hr-key', 'key-missing'],
      [DEFAULT_KEY, 'wrong-material'],
    ])
    expect((await root.call(readKey, { name: DEFAULT_KEY })).backup.provenAt).toBeNull()
  } finally {
    await wrong.stop()
  }
})

test('without a restored KES, or against the KES of the cluster itself, none is held', async () => {
  const none = await rootOf(await openConsole(house))
  expect((await none.call(listDrills, {})).endpoint).toBeNull()
  expect(await none.refusal(startDrill, {})).toMatchObject({
    code: 'kes-not-configured',
    status: 409,
    detail: expect.stringContaining('STRONGROOM_DRILL_KES_ENDPOINT'),
  })
  for (const endpoint of [house.kes!.endpoint, house.kes!.endpoint.replace('127.0.0.1', 'localhost')]) {
    const own = await rootOf(await openConsole(house, drilledWith({ ...house.kes!, endpoint })))
    expect(await own.refusal(startDrill, {}), endpoint).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('would prove nothing'),
    })
  }
})

test('a drill that can’t be held fails with the reason, and is kept as none', async () => {
  const root = await rootOf(
    await openConsole(house, {
      ...drilledWith({ ...restored, endpoint: 'https://127.0.0.1:1' }),
      STRONGROOM_STATE_DIR: join(house.dir, 'silent-state'),
    }),
  )
  const job = await root.job(startDrill, {})
  expect(job).toMatchObject({ state: 'failed', message: expect.stringContaining('127.0.0.1:1') })
  expect((await root.call(listDrills, {})).drills).toEqual([])
})

test('a drill was of the key that there was then: one that is made anew under the name has no proven backup', async () => {
  const NAME = 'bucket-hr-key'
  const root = await rootOf(await openConsole(house))
  const provenAt = async () => (await root.call(readKey, { name: NAME })).backup.provenAt
  expect(await provenAt()).not.toBeNull()
  await house.stopKes()
  rmSync(join(house.keystore, NAME))
  await house.startKes()
  await askKes(house.kes!, 'PUT', `/v1/key/create/${NAME}`)
  expect(await provenAt()).toBeNull()
})

test('nor does one that is made anew while a drill is held get the backup of the key before it', async () => {
  const NAME = 'bucket-hr-key'
  await using relay = await relayTo(restored.endpoint)
  const root = await rootOf(await openConsole(house, drilledWith({ ...restored, endpoint: relay.endpoint })))
  const job = await root.call(startDrill, { samples: 50 })
  await relay.held
  await house.stopKes()
  rmSync(join(house.keystore, NAME))
  await house.startKes()
  await askKes(house.kes!, 'PUT', `/v1/key/create/${NAME}`)
  relay.letGo()
  expect(await root.untilEnded(job)).toMatchObject({ state: 'done', failed: 0 })
  const { drills } = await root.call(listDrills, {})
  expect(drills[0]!.byKey).toContainEqual(expect.objectContaining({ name: NAME, verdict: 'proven' }))
  expect((await root.call(readKey, { name: NAME })).backup.provenAt).toBeNull()
})

/**
 * What lies before a KES and passes everything on, but holds each connection after the first two: one looks at the
 * certificate, one tells the version, and data keys are opened over several at once.
 */
async function relayTo(endpoint: string) {
  const { hostname, port } = new URL(endpoint)
  const events = new EventEmitter()
  const [held, gate] = [once(events, 'held'), once(events, 'go')]
  const sockets = new Set<Socket>()
  let count = 0
  const server = createServer(async (from) => {
    sockets.add(from.on('error', () => undefined))
    if (++count > 2) {
      events.emit('held')
      await gate
    }
    const to = connect(Number(port), hostname)
    sockets.add(to.on('error', () => undefined))
    from.pipe(to).pipe(from)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held,
    letGo: () => events.emit('go'),
    [Symbol.asyncDispose]: async () => {
      events.emit('go')
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
