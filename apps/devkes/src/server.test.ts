import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { clientIdentity } from './api-key.ts'
import { serverCertificate } from './certificate.ts'
import { parseConfig } from './config.ts'
import { startDevKes } from './server.ts'

const admin = clientIdentity()
const stranger = clientIdentity()
const { certPem, keyPem } = serverCertificate({ ips: ['127.0.0.1'], dns: ['localhost'] })

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start({ directory = makeDirectory(), extra = '' } = {}) {
  const config = parseConfig(`
admin: {identity: ${admin.identity}}
tls: {key: ${directory}/server.key, cert: ${directory}/server.crt}
keystore: {fs: {path: ${directory}/keys}}
${extra}`)
  const lines: string[] = []
  const write = (line: string) => lines.push(line)
  const address = '127.0.0.1:0'
  const kes = await startDevKes({ config, address, errorLog: write, auditLog: write })
  cleanups.push(() => kes.close())
  return { ...kes, directory, lines }
}

function makeDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'devkes-'))
  cleanups.push(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'server.crt'), certPem)
  writeFileSync(join(directory, 'server.key'), keyPem)
  return directory
}

const credentials = ({ certPem: cert, keyPem: key } = admin) => ({ cert, key, ca: certPem })

/** Over HTTP/1.1; the server's certificate is verified against itself. */
async function call(url: string, method: string, path: string, who = admin, body = '') {
  const agent = new Agent({ ...credentials(who), keepAlive: true })
  cleanups.push(() => agent.destroy())
  const sent = request(new URL(path, url), { method, agent }).end(body)
  const [reply] = await once(sent, 'response')
  return { status: reply.statusCode, headers: reply.headers, body: await text(reply) }
}

test('a key is one private file, and is there after a restart', async () => {
  const { url, close, directory } = await start()
  expect(await call(url, 'PUT', '/v1/key/create/my-key')).toMatchObject({ status: 200, body: '' })
  const generated = JSON.parse((await call(url, 'PUT', '/v1/key/generate/my-key')).body)
  expect(readdirSync(join(directory, 'keys'))).toEqual(['my-key'])
  expect(statSync(join(directory, 'keys/my-key')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(directory, 'keys/my-key'), 'utf8')).toMatch(/^[A-Za-z0-9+/]{100,}=*$/)
  await close()

  const again = await start({ directory })
  const body = JSON.stringify({ ciphertext: generated.ciphertext })
  const opened = await call(again.url, 'PUT', '/v1/key/decrypt/my-key', admin, body)
  expect(JSON.parse(opened.body)).toEqual({ plaintext: generated.plaintext })
})

test('HTTP/2 answers alike', async () => {
  const { url } = await start()
  const session = connectHttp2(url, credentials())
  cleanups.push(() => session.destroy())
  const ask = async (method: string, path: string, body = '') => {
    const stream = session.request({ ':method': method, ':path': path }, { endStream: body === '' })
    if (body) stream.end(body)
    const [headers] = await once(stream, 'response')
    return { status: headers[':status'], body: await text(stream) }
  }
  expect(await ask('PUT', '/v1/key/create/k')).toEqual({ status: 200, body: '' })
  expect(await ask('PUT', '/v1/key/create/k')).toEqual({ status: 400, body: '{"message":"key already exists"\n}' })
  expect((await ask('PUT', '/v1/key/generate/k')).status).toBe(200)
  expect((await ask('PUT', '/v1/key/generate/k', '{"context":"eA=="}')).status).toBe(200)
  expect((await ask('PUT', '/v1/key/generate/k', 'nope')).status).toBe(400)
  expect((await ask('PUT', '/v1/key/encrypt/k', `{"plaintext":"${'A'.repeat(1_000_000)}"}`)).status).toBe(400)
  expect(await ask('GET', '/v1/key/list/')).toEqual({ status: 200, body: '{"names":["k"]}\n' })
})

test('without a client certificate the connection ends before any answer', async () => {
  const { port, lines } = await start()
  const socket = connect({ port, host: '127.0.0.1', ca: certPem })
  socket.on('error', () => {})
  socket.write('GET /version HTTP/1.1\r\nhost: x\r\n\r\n')
  const heard: Buffer[] = []
  socket.on('data', (chunk) => heard.push(chunk))
  await once(socket, 'close')
  expect(Buffer.concat(heard).toString()).toBe('')
  expect(lines.join()).toContain("client didn't provide a certificate")
})

test('strangers are refused, and the debug log alone says why', async () => {
  const { url, lines } = await start({ extra: 'log: {error: debug}' })
  const { status, body } = await call(url, 'GET', '/v1/status', stranger)
  expect({ status, body }).toEqual({
    status: 403,
    body: '{"message":"not authorized: insufficient permissions"\n}',
  })
  expect(lines.join()).toContain('access denied: identity not found')
})

test('creating and deleting is audited, in lines that a path cannot forge', async () => {
  const { url, lines } = await start()
  await call(url, 'PUT', '/v1/key/create/a')
  await call(url, 'DELETE', '/v1/key/delete/a')
  const line = (word: string, method: string, path: string) =>
    new RegExp(
      `^time=\\S+ level=INFO msg="secret key 'a' ${word}" req.method=${method} req.path=${path} ` +
        `req.ip=127.0.0.1 req.identity=${admin.identity} res.code=200 res.time=[\\d.]+(µs|ms)$`,
    )
  expect(lines[0]).toMatch(line('created', 'PUT', '/v1/key/create/a'))
  expect(lines[1]).toMatch(line('deleted', 'DELETE', '/v1/key/delete/a'))
})

test('predefined keys are made once', async () => {
  const { directory, close } = await start({ extra: 'keys: [{name: first}]' })
  const content = readFileSync(join(directory, 'keys/first'), 'utf8')
  await close()
  await start({ directory, extra: 'keys: [{name: first}, {name: second}]' })
  expect(readFileSync(join(directory, 'keys/first'), 'utf8')).toBe(content)
  expect(readdirSync(join(directory, 'keys'))).toEqual(['first', 'second'])
})

test('a deleted key is gone at once, a removed file only when the cache expires', async () => {
  const { url, directory } = await start({ extra: 'cache: {expiry: {any: 300ms, unused: 10m}}' })
  await call(url, 'PUT', '/v1/key/create/a')
  expect((await call(url, 'GET', '/v1/key/describe/a')).status).toBe(200)
  rmSync(join(directory, 'keys/a'))
  await expect.poll(async () => (await call(url, 'GET', '/v1/key/describe/a')).status, { timeout: 3000 }).toBe(404)
})

test('listing stops at 1024 names and names the next', async () => {
  const { url, directory } = await start()
  for (let index = 0; index < 1030; index++) {
    writeFileSync(join(directory, 'keys', `k${String(index).padStart(4, '0')}`), '')
  }
  const listed = JSON.parse((await call(url, 'GET', '/v1/key/list/')).body)
  expect(listed.names).toHaveLength(1024)
  expect(listed.continue_at).toBe('k1024')
})

test('the audit stream delivers what KES means to deliver', async () => {
  const { url } = await start()
  const agent = new Agent(credentials())
  cleanups.push(() => agent.destroy())
  const [stream] = await once(request(new URL('/v1/log/audit', url), { agent }).end(), 'response')
  expect(stream.headers['content-type']).toBe('application/x-ndjson')
  await call(url, 'PUT', '/v1/key/create/a')
  const [line] = await once(stream, 'data')
  expect(JSON.parse(line)).toMatchObject({ request: { path: '/v1/key/create/a', identity: admin.identity } })
})

test('tls.auth on admits only certificates of the given authority', async () => {
  const directory = makeDirectory()
  writeFileSync(join(directory, 'ca.crt'), admin.certPem)
  const config = parseConfig(`
admin: {identity: ${admin.identity}}
tls: {key: ${directory}/server.key, cert: ${directory}/server.crt, auth: on, ca: ${directory}/ca.crt}
keystore: {fs: {path: ${directory}/keys}}`)
  const silent = () => {}
  const kes = await startDevKes({ config, address: '127.0.0.1:0', errorLog: silent, auditLog: silent })
  cleanups.push(() => kes.close())
  expect((await call(kes.url, 'GET', '/v1/status')).status).toBe(200)
  await expect(call(kes.url, 'GET', '/v1/status', stranger)).rejects.toThrow()
})
