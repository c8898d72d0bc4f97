import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { serverCertificate } from '@strongroom/devkes/certificate'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { identityFromApiKey } from '../kes/identity.ts'
import { connectKes, type Kes } from '../kes/transport.ts'
import { Secret } from '../secret.ts'
import { birthOf, KeyBirths } from './key-birth.ts'

const MADE = '2026-01-02T03:04:05.000Z'
const identity = identityFromApiKey(new Secret(`kes:v1:${Buffer.alloc(33, 7).fill(0, 0, 1).toString('base64')}`))

/** Stands for KES: what matters is what it is asked. */
let server: Server
let kes: Kes
/** Names of the keys that were described, one for each call. */
let asked: string[] = []
let date = MADE

beforeAll(async () => {
  const { certPem: cert, keyPem: key } = serverCertificate({ ips: ['127.0.0.1'], dns: [] })!
  server = createServer({ cert, key }, ({ url }, reply) => {
    const name = url!.split('/').at(-1)!
    asked.push(name)
    reply.setHeader('content-type', 'application/json')
    reply.end(JSON.stringify({ name, algorithm: 'AES256', created_at: date, created_by: 'anna' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
  kes = connectKes({ urls: [url], identity, ca: cert, timeoutMs: 5_000 })
})
afterAll(async () => {
  await kes?.close()
  server?.closeAllConnections()
  server?.close()
})
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] })
  asked = []
  date = MADE
})
afterEach(() => vi.useRealTimers())

test('a date that is none is not told, and fails nobody', async () => {
  expect(await birthOf(kes, 'one')).toEqual({ createdAt: MADE, createdBy: 'anna' })
  date = 'yesterday'
  expect(await birthOf(kes, 'one')).toEqual({ createdAt: null, createdBy: 'anna' })
})

test('each key is asked for once in half a minute, whoever else asks for which others', async () => {
  const births = new KeyBirths()
  const all = ['a', 'b', 'c']
  const told = await Promise.all([births.of(kes, all), births.of(kes, [...all, 'd']), births.of(kes, ['a'])])
  expect(told.map((each) => each.get('a')?.createdAt)).toEqual([MADE, MADE, MADE])
  expect(asked.toSorted()).toEqual([...all, 'd'])

  for (const names of [['a'], all, ['d'], all]) await births.of(kes, names)
  expect(asked).toHaveLength(4)

  vi.advanceTimersByTime(30_000)
  await births.of(kes, ['a'])
  expect(asked.slice(4)).toEqual(['a'])
  await births.of(kes, all)
  expect(asked.slice(5).toSorted()).toEqual(['b', 'c'])
})
