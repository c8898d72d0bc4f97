import { BlockList } from 'node:net'
import { endpoint, NoContent } from '@strongroom/shared/endpoint'
import { Hono } from 'hono'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { bind, bindEvents, type Router } from './bind.ts'
import { clientAddress } from './client-address.ts'
import type { Env } from './env.ts'
import { jsonOnly, sameOriginOnly } from './guard.ts'
import { errorDoor } from './problem.ts'
import { securityHeaders } from './security-headers.ts'

const Thing = z.object({ name: z.string() })
const put = endpoint({
  id: 'put',
  method: 'PUT',
  path: '/things/:id',
  summary: '',
  input: z.object({ id: z.string(), name: z.string().check(z.minLength(2, 'Two letters')) }),
  reply: Thing,
})
const long = endpoint({ ...put, id: 'long', path: '/long/:id', bodyBytes: 128 * 1024 })
const list = endpoint({
  id: 'list',
  method: 'GET',
  path: '/things',
  summary: '',
  input: z.object({ limit: z._default(z.coerce.number(), 7) }),
  reply: z.object({ limit: z.number() }),
})
const drop = endpoint({
  id: 'drop',
  method: 'DELETE',
  path: '/things/:id',
  summary: '',
  input: z.object({ id: z.string() }),
  reply: NoContent,
  status: 204,
})
const events = endpoint({
  id: 'events',
  method: 'GET',
  path: '/events',
  summary: '',
  input: z.object({}),
  reply: Thing,
  events: true,
})

async function* replies() {
  yield { name: 'a', secret: 'cut' } as { name: string }
  yield { name: 'b' }
}

function app(handle: () => Promise<{ name: string }> = async () => ({ name: 'x' })) {
  const hono = new Hono<Env>()
  hono.use(async (c, next) => {
    c.set('requestId', 'req-1')
    await next()
  })
  hono.use(securityHeaders([]), sameOriginOnly, jsonOnly)
  hono.onError(errorDoor(pino({ level: 'silent' })))
  const router: Router = { app: hono, authenticate: async () => {} }
  bind(router, put, handle)
  bind(router, long, handle)
  bind(router, list, async ({ limit }) => ({ limit }))
  bind(router, drop, async () => null)
  bindEvents(router, events, { allowed: async () => {}, open: async () => replies() })
  return hono
}

const json = (body: unknown, headers: Record<string, string> = {}) => ({
  method: 'PUT',
  body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json', Host: 'console:9080', ...headers },
})
const asProblem = async (response: Response | Promise<Response>) => {
  const answer = await response
  const [type, kept] = ['Content-Type', 'Cache-Control'].map((name) => answer.headers.get(name))
  return { status: answer.status, type, kept, body: (await answer.json()) as object }
}

describe('a bound call', () => {
  test('cuts its reply down to the contract', async () => {
    const leaky = app(async () => ({ name: 'x', secretKey: 'canary' }) as { name: string })
    expect(await (await leaky.request('/api/v1/things/1', json({ name: 'ok' }))).text()).toBe('{"name":"x"}')
    const stream = await (await app().request('/api/v1/events')).text()
    expect(stream).toBe('data: {"name":"a"}\n\ndata: {"name":"b"}\n\n')
  })

  test('points at what is wrong, and repeats no value', async () => {
    const { body, ...head } = await asProblem(app().request('/api/v1/things/1', json({ name: 'q' })))
    expect(head).toEqual({ status: 400, type: 'application/problem+json', kept: 'no-store' })
    expect(body).toEqual({
      type: 'urn:strongroom:invalid-input',
      title: 'Some values are not valid',
      status: 400,
      detail: 'Check the marked fields.',
      instance: 'req-1',
      errors: [{ pointer: '/name', detail: 'Two letters' }],
    })
  })

  test.each(['', '[]', '"x"', '{', 'null'])('refuses the body %j', async (body) => {
    const answer = await app().request('/api/v1/things/1', { ...json({}), body })
    expect(answer.status).toBe(400)
  })

  test.each([
    ['/things/1', 64],
    ['/long/1', 128],
  ])('%s takes a body of %i KiB and no more', async (path, kib) => {
    const whole = json({ name: 'x'.repeat(kib * 1024 - '{"name":""}'.length) })
    expect((await app().request(`/api/v1${path}`, whole)).status).toBe(200)
    const { status, body } = await asProblem(app().request(`/api/v1${path}`, { ...whole, body: `${whole.body} ` }))
    expect(status).toBe(413)
    expect(body).toMatchObject({ detail: expect.stringContaining(`${kib} KiB`) })
  })

  test('reads numbers from the query, and answers 204 without a body', async () => {
    expect(await (await app().request('/api/v1/things?limit=3')).json()).toEqual({ limit: 3 })
    expect(await (await app().request('/api/v1/things')).json()).toEqual({ limit: 7 })
    const gone = await app().request('/api/v1/things/1', { method: 'DELETE' })
    expect([gone.status, await gone.text()]).toEqual([204, ''])
  })

  test('gives a failure its public face alone', async () => {
    const known = app(async () => Promise.reject(new AppError('conflict', 'Told.', { cause: new Error('inside') })))
    expect((await asProblem(known.request('/api/v1/things/1', json({ name: 'ok' })))).body).toMatchObject({
      status: 409,
      detail: 'Told.',
    })
    const unknown = app(async () => Promise.reject(new Error('password=hunter2')))
    const { status, body } = await asProblem(unknown.request('/api/v1/things/1', json({ name: 'ok' })))
    expect(status).toBe(500)
    expect(JSON.stringify(body)).not.toContain('hunter2')
  })
})

describe('what another site sends', () => {
  test.each([
    [{ Origin: 'https://evil.example' }, 403],
    [{ Origin: 'null' }, 403],
    [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
    [{ 'Sec-Fetch-Site': 'same-site' }, 403],
    [{ Origin: 'http://console:9080', 'Sec-Fetch-Site': 'same-origin' }, 200],
    [{}, 200],
  ] as [Record<string, string>, number][])('%j → %i', async (headers, status) => {
    expect((await app().request('/api/v1/things/1', json({ name: 'ok' }, headers))).status).toBe(status)
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'a body of %j is refused',
    async (type) => {
      const answer = await app().request('/api/v1/things/1', json({ name: 'ok' }, { 'Content-Type': type }))
      expect(answer.status).toBe(415)
    },
  )
})

test('pages may run no inline script and be framed by nobody', async () => {
  const { headers } = await app().request('/api/v1/things')
  const policy = headers.get('Content-Security-Policy')!
  expect(policy).toContain("script-src 'self'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe')
  expect(headers.get('X-Frame-Options')).toBe('DENY')
})

describe('the address of the browser', () => {
  const proxies = new BlockList()
  proxies.addSubnet('10.0.0.0', 8)

  test.each([
    ['192.0.2.1', '6.6.6.6', '192.0.2.1'],
    ['10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['10.0.0.1', '6.6.6.6, 203.0.113.9, 10.1.1.1', '203.0.113.9'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', 'nonsense', '10.0.0.1'],
    ['::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ])('%s saying %s is %s', (peer, forwarded, expected) => {
    expect(clientAddress(peer, forwarded, proxies)).toBe(expected)
  })
})
