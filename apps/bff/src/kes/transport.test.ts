import { createServer as createPlain, type RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { serverCertificate } from '@strongroom/devkes/certificate'
import { afterEach, expect, test } from 'vitest'
import { Secret } from '../secret.ts'
import { identityFromApiKey } from './identity.ts'
import { connectKes, type KesCall } from './transport.ts'

const { certPem: cert, keyPem: key } = serverCertificate({ ips: ['127.0.0.1'], dns: [] })
const identity = identityFromApiKey(new Secret(`kes:v1:${Buffer.alloc(33, 7).fill(0, 0, 1).toString('base64')}`))
const servers: Server[] = []

/** Something that is no KES, or an ill one. */
async function serve(server: Server & { closeAllConnections?: () => void }): Promise<URL> {
  servers.push(server)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
}
const serveTls = (answer: RequestListener) =>
  serve(createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, answer))
const saying =
  (status: number, message: string): RequestListener =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(`{"message":"${message}"\n}`)

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    if ('closeAllConnections' in server) (server.closeAllConnections as () => void)()
  }
})

const READ: KesCall = { method: 'GET', path: '/v1/status', act: 'read the status' }
const CREATE: KesCall = { method: 'PUT', path: '/v1/key/create/k', act: 'create keys', once: true }

async function failure(urls: readonly URL[], call = READ, ca: string | undefined = cert): Promise<unknown> {
  const kes = connectKes({ urls, identity, timeoutMs: 400, ...(ca !== '' && { ca }) })
  try {
    return await kes.call(call)
  } catch (error) {
    return error
  } finally {
    await kes.close()
  }
}
const unreachable = (detail: RegExp) => ({ code: 'upstream-unreachable', detail: expect.stringMatching(detail) })
const failed = (detail: RegExp) => ({ code: 'upstream-failed', detail: expect.stringMatching(detail) })

test('a certificate that is not trusted', async () => {
  const url = await serveTls(saying(200, ''))
  expect(await failure([url], READ, '')).toMatchObject(unreachable(/does not trust.*MINIO_KMS_KES_CAPATH/))
  url.hostname = 'localhost'
  expect(await failure([url])).toMatchObject(unreachable(/made for another name/))
})

test('plain HTTP on the port', async () => {
  expect(await failure([await serve(createPlain())])).toMatchObject(unreachable(/speaks plain HTTP/))
})

test('no answer in time', async () => {
  expect(await failure([await serveTls(() => undefined)])).toMatchObject(unreachable(/did not answer in time/))
})

test('a name that does not resolve', async () => {
  expect(await failure([new URL('https://kes.invalid:7373')])).toMatchObject(unreachable(/can’t be found/))
})

test('a connection closed without a word', async () => {
  const url = await serveTls((request) => request.socket.destroy())
  expect(await failure([url])).toMatchObject(unreachable(/closed the connection without an answer/))
})

test('a redirect is not followed', async () => {
  let asked = 0
  const url = await serveTls((_, response) => response.writeHead(307, { location: `/${++asked}` }).end())
  expect(await failure([url])).toMatchObject(failed(/sends the console elsewhere/))
  expect(asked).toBe(1)
})

test('an answer without end is cut off', async () => {
  const url = await serveTls((_, response) => {
    const more = () => !response.destroyed && response.write('x'.repeat(65_536), more)
    more()
  })
  expect(await failure([url])).toMatchObject(failed(/more than KES ever does/))
})

test.each([
  [200, 'not json at all', /does not speak as KES does/],
  [404, '404 page not found\n', /does not know this call/],
  [502, '<html>Bad gateway</html>', /could not read the status \(502\)/],
])('another server that answers %i', async (status, body, detail) => {
  const url = await serveTls((_, response) => response.writeHead(status).end(body))
  expect(await failure([url])).toMatchObject(failed(detail))
})

test('503 sends the call to the next endpoint, 403 does not', async () => {
  const ill = await serveTls(saying(503, 'no'))
  const well = await serveTls((_, response) => response.end('{"uptime":1}'))
  expect(await failure([ill, well])).toEqual({ uptime: 1 })
  const strict = await serveTls(saying(403, 'not authorized: insufficient permissions'))
  expect(await failure([strict, well])).toMatchObject({ code: 'not-allowed' })
})

test('an endpoint that failed is asked last for a while', async () => {
  let asked = 0
  const ill = await serveTls((request, response) => {
    asked++
    saying(503, 'no')(request, response)
  })
  const well = await serveTls((_, response) => response.end('{}'))
  const kes = connectKes({ urls: [ill, well], identity, ca: cert, timeoutMs: 400 })
  for (let i = 0; i < 3; i++) await kes.call(READ)
  await kes.close()
  expect(asked).toBe(1)
})

test('what may have been done is not done again', async () => {
  let created = 0
  const torn = await serveTls((request) => request.socket.destroy())
  const well = await serveTls((_, response) => {
    created++
    response.end()
  })
  expect(await failure([torn, well], CREATE)).toMatchObject(unreachable(/may have been done all the same/))
  expect(created).toBe(0)
  expect(await failure([new URL('https://127.0.0.1:1'), well], CREATE)).toBeNull()
  expect(created).toBe(1)
})

test('a call without a body sends none, and no proxy is asked', async () => {
  const seen: (string | undefined)[] = []
  const url = await serveTls((request, response) => {
    seen.push(request.headers['content-length'], request.headers['transfer-encoding'], request.headers['content-type'])
    request.resume().once('end', () => response.end())
  })
  process.env.HTTPS_PROXY = 'http://127.0.0.1:1'
  try {
    expect(await failure([url], CREATE)).toBeNull()
  } finally {
    delete process.env.HTTPS_PROXY
  }
  expect(seen).toEqual(['0', undefined, undefined])
})
