import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Env } from './env.ts'
import { errorDoor } from './problem.ts'
import { serveWebApp } from './static-files.ts'

const SCRIPT = 'export const answer = 42\n'
let folder: string
let app: Hono<Env>

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'strongroom-web-'))
  mkdirSync(join(folder, 'assets'))
  const put = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content)
  put('index.html', '<base href="/" /><title>App</title>')
  put('assets/app-1.js', SCRIPT)
  put('assets/app-1.js.br', brotliCompressSync(SCRIPT))
  put('assets/app-1.js.gz', gzipSync(SCRIPT))
  put('assets/plain-1.js', SCRIPT)
  app = new Hono<Env>()
  app.use(async (c, next) => {
    c.set('requestId', 'req-1')
    await next()
  })
  app.onError(errorDoor(pino({ level: 'silent' })))
  serveWebApp(app.basePath('/strongroom'), folder, '/strongroom')
})

afterAll(() => rmSync(folder, { recursive: true }))

const get = (path: string, accepted?: string) =>
  app.request(`/strongroom${path}`, accepted === undefined ? {} : { headers: { 'Accept-Encoding': accepted } })

describe('an asset', () => {
  test.each([
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['gzip;q=0', null],
    ['identity', null],
    [undefined, null],
  ])('asked with %s comes as %s, and is the same', async (accepted, encoding) => {
    const answer = await get('/assets/app-1.js', accepted)
    expect(answer.headers.get('Content-Encoding')).toBe(encoding)
    expect(answer.headers.get('Content-Type')).toBe('text/javascript; charset=utf-8')
    expect(answer.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
    expect(answer.headers.get('Vary')).toBe('Accept-Encoding')
    const body = Buffer.from(await answer.arrayBuffer())
    const unpack = { br: brotliDecompressSync, gzip: gunzipSync }[encoding ?? ''] ?? ((same: Buffer) => same)
    expect(unpack(body).toString()).toBe(SCRIPT)
  })

  test('without a packed copy comes as it lies', async () => {
    const answer = await get('/assets/plain-1.js', 'gzip, br')
    expect([answer.headers.get('Content-Encoding'), await answer.text()]).toEqual([null, SCRIPT])
  })

  test('that is not there is not answered with a page', async () => {
    expect((await get('/assets/app-2.js')).status).toBe(404)
  })
})

test.each(['/', '/keys', '/index.html', '/..%2f..%2fetc%2fpasswd', '/assets'])(
  '%s is the page, with its base',
  async (path) => {
    const answer = await get(path, 'gzip, br')
    expect(answer.headers.get('Cache-Control')).toBe('no-cache')
    expect(await answer.text()).toBe('<base href="/strongroom/" /><title>App</title>')
  },
)

test('a call that is unknown is no page', async () => {
  expect((await get('/api/v1/nothing')).status).toBe(404)
})
