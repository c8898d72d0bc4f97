import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../sandbox/src/ports.ts'
import { clientIdentity } from '../src/api-key.ts'
import { Draft, other } from './draft.ts'
import { type Calls, startKes } from './kes-calls.ts'
import { programs, type RunningKes } from './kes-program.ts'

/** Rules that the golden records do not reach. */
describe.each(programs)('$name', (program) => {
  const draft = new Draft()
  const stranger = clientIdentity()
  let kes: RunningKes
  let calls: Calls

  beforeAll(async () => {
    draft.add(`api: {/v1/ready: {skip_auth: true}}
policy: {some: {allow: ["/v1/key/*", /v1/status], deny: [/v1/key/delete/*, "/v1/*/list/"], identities: [${other.identity}]}}
cache: {expiry: {any: 400ms, unused: 10m}}
`)
    ;({ kes, calls } = await startKes(program, draft.save(), await freePort()))
    await calls.ask('PUT', '/v1/key/create/here')
  })
  afterAll(async () => {
    calls[Symbol.dispose]()
    await kes[Symbol.asyncDispose]()
    draft[Symbol.dispose]()
  })

  test.each([
    ['GET', '/v1/status'],
    ['GET', '/v1/key/describe/here'],
    ['GET', '/v1/key/describe/gone'],
    ['PUT', '/v1/key/generate/here'],
    ['POST', '/v1/key/create/here'],
  ])('%s %s has no header but what describes its body', async (method, path) => {
    const { headers } = await calls.ask(method, path)
    const names = Object.keys(headers).filter((name) => name !== 'connection' && name !== 'keep-alive')
    expect(names.toSorted()).toEqual(['content-length', 'content-type', 'date'])
    expect(headers.connection).not.toBe('close')
  })

  test('an empty success has a length of 0 and no type', async () => {
    const { headers, body } = await calls.ask('GET', '/v1/ready')
    expect([body, headers['content-length'], headers['content-type']]).toEqual(['', '0', undefined])
  })

  const DENIED = '{"message":"not authorized: insufficient permissions"\n}'
  test.each([
    ['an unknown path before a missing certificate', 'GET', '/v1/nothing', null, 404, '404 page not found\n'],
    [
      'the method before a missing certificate',
      'GET',
      '/v1/key/create/a',
      null,
      405,
      "received method 'GET' expected 'PUT'",
    ],
    ['the method before the policy', 'PUT', '/v1/key/delete/a', other, 405, "received method 'PUT' expected 'DELETE'"],
    [
      'a missing certificate before the name',
      'PUT',
      '/v1/key/create/-',
      null,
      400,
      'tls: client certificate is required',
    ],
    ['the policy before a name that is none', 'DELETE', '/v1/key/delete/-', other, 403, DENIED],
    ['the policy before a key that is missing', 'GET', '/v1/key/describe/gone', stranger, 403, DENIED],
    ['the name before the body', 'PUT', '/v1/key/decrypt/a.b', other, 400, "key name 'a.b' is empty"],
    ['the body before the key', 'PUT', '/v1/key/decrypt/gone', other, 400, 'invalid request body'],
    ['the cipher before the size', 'PUT', '/v1/key/import/b', other, 406, "algorithm '' is not supported"],
  ] as const)('checks %s', async (_, method, path, who, status, says) => {
    const body = method === 'PUT' && !path.includes('create') && !path.includes('delete') ? bodyOf(path) : ''
    const answer = await calls.ask(method, path, { who, body })
    expect(answer).toMatchObject({ status, body: expect.stringContaining(says) })
  })

  const bodyOf = (path: string) => (path.includes('import') ? '{"key":"AA=="}' : 'no JSON')

  test('a star in the middle of a pattern is a star, and whether the method fits plays no part', async () => {
    expect((await calls.ask('GET', '/v1/key/list/', { who: other })).status).toBe(200)
    expect((await calls.ask('DELETE', '/v1/key/delete/here', { who: other })).status).toBe(403)
  })

  test('a key whose file is gone is served until the next tick of "any", and then no more', async () => {
    await calls.ask('PUT', '/v1/key/create/removed')
    expect((await calls.ask('GET', '/v1/key/describe/removed')).status).toBe(200)
    draft.remove('keys/removed')
    const look = async () => (await calls.ask('GET', '/v1/key/describe/removed')).status
    await expect.poll(look, { timeout: 3000, interval: 50 }).toBe(404)
  })

  test('a list ends after 1,024 names; a prefix that ends the folder may have one more', async () => {
    for (let at = 0; at < 1025; at++) writeFileSync(draft.path(`keys/z${String(at).padStart(4, '0')}`), '')
    const list = async (prefix: string) => {
      const { names, continue_at } = JSON.parse((await calls.ask('GET', `/v1/key/list/${prefix}`)).body)
      return [names.length, names[0], continue_at]
    }
    expect(await list('')).toEqual([1024, 'here', 'z1023'])
    expect(await list('*')).toEqual([1024, 'here', 'z1023'])
    expect(await list('z')).toEqual([1025, 'z0000', undefined])
    expect(await list('z*')).toEqual([0, undefined, undefined])
    expect(await list('z1')).toEqual([25, 'z1000', undefined])
    // What it names as the next one is a prefix like any other.
    expect(await list('z1023')).toEqual([1, 'z1023', undefined])
    writeFileSync(draft.path('keys/zz'), '')
    expect(await list('z0')).toEqual([1000, 'z0000', undefined])
    expect(await list('z')).toEqual([1024, 'z0000', 'z1024'])
  })
})
