import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { serverCertificate } from '@strongroom/devkes/certificate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../secret.ts'
import { healthOf } from './health.ts'
import { identityFromApiKey } from './identity.ts'
import { readKesStatus } from './status.ts'
import { connectKes } from './transport.ts'

const { certPem: cert, keyPem: key } = serverCertificate({ ips: ['127.0.0.1'], dns: [] })
const identity = identityFromApiKey(new Secret(`kes:v1:${Buffer.alloc(33, 7).fill(0, 0, 1).toString('base64')}`))
/** Something like KES: what it answers, by path; null: never. */
let answers: Record<string, string | null> = {}
let asked = 0
let handshakes = 0
let server: Server
let url: URL

beforeAll(async () => {
  server = createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    asked++
    const answer = answers[request.url!]
    if (answer !== null) response.end(answer ?? '')
  })
  server.on('secureConnection', () => handshakes++)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
const connect = () => connectKes({ urls: [url], identity, ca: cert, timeoutMs: 5_000 })
const WELL = { '/version': '{"version":"1.2.3"}', '/v1/status': '{"uptime":1,"keystore_latency":2}' }
const brokenIn = (hops: readonly { hop: string; state: string }[]) =>
  hops.filter(({ state }) => state === 'broken').map(({ hop }) => hop)

test('a status that never comes is the keystore, and costs one page its deadline', async () => {
  answers = { ...WELL, '/v1/status': null }
  const kes = connect()
  const started = performance.now()
  const [status] = await readKesStatus(kes)
  expect(performance.now() - started).toBeLessThan(4_000)
  expect(status).toMatchObject({ reachable: true, version: '1.2.3', keystoreReachable: null })
  expect(brokenIn(status!.hops)).toEqual(['keystore'])
  expect(status!.trouble).toMatch(/asks its keystore, which keeps it waiting/)
  expect(healthOf(kes).hangs()).toBe(true)

  answers = WELL
  const again = performance.now()
  expect(brokenIn((await readKesStatus(kes))[0]!.hops)).toEqual(['keystore']) // as it was last seen
  expect(performance.now() - again).toBeLessThan(300)
  await expect.poll(async () => (await readKesStatus(kes))[0]!.trouble).toBeNull()
  expect(healthOf(kes).hangs()).toBe(false)
  await kes.close()
}, 10_000)

test('what is no KES is told', async () => {
  answers = { '/version': '<html>', '/v1/status': '<html>' }
  const kes = connect()
  const [status] = await readKesStatus(kes)
  expect(brokenIn(status!.hops)).toEqual(['connection'])
  expect(status!.trouble).toMatch(/does not speak as KES does/)
  await kes.close()
})

test('pages that ask at once share one look, and the certificate is looked at once', async () => {
  answers = WELL
  const kes = connect()
  asked = 0
  handshakes = 0
  await Promise.all([readKesStatus(kes), readKesStatus(kes), readKesStatus(kes)])
  expect([asked, handshakes]).toEqual([4, 2]) // version, status, ready; the version again by bare TLS
  await readKesStatus(kes)
  expect([asked, handshakes]).toEqual([7, 2])
  await kes.close()
})

test('who may not ask whether it is ready still sees that it is', async () => {
  const denied = createServer(
    { cert, key, requestCert: true, rejectUnauthorized: false },
    ({ url: path }, response) => {
      if (path !== '/v1/ready') return response.end(WELL[path as keyof typeof WELL])
      response.writeHead(403, { 'content-type': 'application/json' })
      response.end('{"message":"not authorized: insufficient permissions"\n}')
    },
  )
  await new Promise<void>((listening) => denied.listen(0, '127.0.0.1', listening))
  const urls = [new URL(`https://127.0.0.1:${(denied.address() as AddressInfo).port}`)]
  const kes = connectKes({ urls, identity, ca: cert, timeoutMs: 5_000 })
  expect((await readKesStatus(kes))[0]).toMatchObject({ trouble: null, keystoreReachable: true })
  await kes.close()
  denied.closeAllConnections()
  denied.close()
})
