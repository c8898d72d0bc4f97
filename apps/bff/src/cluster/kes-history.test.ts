import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kes as RunningKes, startKes } from '@strongroom/sandbox/kes'
import { readKesHistory } from '@strongroom/shared/kms'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKey, describeKey } from '../kes/keys.ts'
import type { Kes } from '../kes/transport.ts'
import { openDoor } from './kes-doors.ts'
import { KesHistory } from './kes-history.ts'

const dir = mkdtempSync(join(tmpdir(), 'kes-history-'))
const IDENTITY = { kind: 'certificate', prefix: 'MINIO_KMS_KES', password: null } as const
let running: RunningKes
let kes: Kes

beforeAll(async () => {
  running = await startKes({ dir })
  kes = openDoor({
    endpoints: [new URL(running.endpoint), new URL('https://127.0.0.1:1')],
    ca: readFileSync(running.ca, 'utf8'),
    identity: { ...IDENTITY, certFile: running.consoleCert, keyFile: running.consoleKey },
  })
})
afterAll(async () => {
  await kes?.close()
  await running?.stop()
  rmSync(dir, { recursive: true, force: true })
})

const EMPTY = {
  latencyMs: null,
  keystoreLatencyMs: null,
  requests: null,
  errors: null,
  p50Ms: null,
  p90Ms: null,
  p99Ms: null,
}

test('latency and traffic are drawn from look to look; what can’t be seen is a gap', async () => {
  const history = new KesHistory(kes)
  await createKey(kes, 'k')
  await history.look()
  for (let i = 0; i < 20; i++) await describeKey(kes, 'k')
  await describeKey(kes, 'absent').catch(() => undefined)
  await history.look()
  const { endpoints } = readKesHistory.reply.parse(history.read())
  const [first, second] = endpoints[0]!.points
  expect(first).toMatchObject({ requests: null, p50Ms: null, latencyMs: expect.any(Number) })
  expect(second!.requests).toBeGreaterThan(second!.errors!)
  expect(second!.errors).toBeGreaterThan(0)
  expect(second!.p50Ms).toBeLessThanOrEqual(second!.p99Ms!)
  expect(endpoints[1]!.points).toMatchObject([EMPTY, EMPTY])

  await running.stop()
  await history.look()
  running = await startKes({ dir })
  await history.look()
  await history.look()
  const points = history.read().endpoints[0]!.points
  expect(points[2]).toMatchObject(EMPTY)
  expect(points[3]).toMatchObject({ requests: null, latencyMs: expect.any(Number) })
  expect(points[4]).toMatchObject({ requests: 0, p50Ms: null })
}, 20_000)

test('an hour is kept', async () => {
  const far = openDoor({
    endpoints: [new URL('https://127.0.0.1:1')],
    ca: null,
    identity: { ...IDENTITY, certFile: running.consoleCert, keyFile: running.consoleKey },
  })
  const history = new KesHistory(far)
  for (let i = 0; i < 362; i++) await history.look()
  expect(history.read().endpoints[0]!.points).toHaveLength(360)
  await far.close()
})

test('without KES there is nothing to watch', async () => {
  const history = new KesHistory(null)
  history.start()
  await history.look()
  expect(history.read()).toEqual({ since: null, everySeconds: 10, endpoints: [] })
  history.stop()
})
