import type { IncomingMessage } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { closePeers, doorTo, peer } from '../../test/http-peer.ts'
import { Secret } from '../secret.ts'
import { minioErrorIn } from './failures.ts'
import { isTimeout } from './transport.ts'

const credentials = { accessKey: 'a', secretKey: new Secret('the-secret-key'), sessionToken: new Secret('the-token') }
afterEach(async () => {
  await closePeers()
})

const call = { method: 'GET', path: '/minio/admin/v3/x', credentials } as const

const refusing = (status: number, body: string) =>
  peer((_, response) => {
    response.writeHead(status).end(body)
  })

const json = (Code: string, more = {}) => JSON.stringify({ Code, Message: 'said', ...more })
const xml = (code: string, message = 'said') => `<Error><Code>${code}</Code><Message>${message}</Message></Error>`

test.each([
  [403, json('AccessDenied'), 'not-allowed', /admin:X/],
  [403, json('InvalidAccessKeyId'), 'session-expired', /Sign in again/],
  [403, json('InvalidTokenId'), 'session-expired', /Sign in again/],
  [403, xml('RequestTimeTooSkewed'), 'clock-skew', /15 minutes/],
  [404, json('XMinioAdminNoSuchUser'), 'not-found', /no such user/],
  [404, xml('NoSuchBucket'), 'not-found', /no such bucket/],
  [
    501,
    json('NotImplemented', { Message: 'specified but KMS is not configured' }),
    'kms-not-configured',
    /without a KMS/,
  ],
  [400, xml('XMinioEncryptionError', 'KMS not configured for it'), 'kms-not-configured', /without a KMS/],
  [501, '<html>Not Implemented</html>', 'upstream-failed', /501/],
  [500, xml('InternalError', 'kes: connection error'), 'upstream-failed', /KMS/],
  [503, json('XMinioServerNotInitialized'), 'upstream-unreachable', /still starting/],
  [502, '<html>bad gateway</html>', 'upstream-failed', /502/],
  [500, '{not json', 'upstream-failed', /500/],
  [302, '', 'upstream-failed', /302/],
])('%i %s is told as %s', async (status, body, code, detail) => {
  const minio = await refusing(status, body)
  const error = await minio.send({ ...call, action: 'admin:X' }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code, detail: expect.stringMatching(detail) })
  expect(minioErrorIn(error)).toMatchObject({ status })
})

test('a region that MinIO wants is told', async () => {
  const minio = await refusing(400, '<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-x</Region></Error>')
  const error = await minio.send(call).catch((thrown: unknown) => thrown)
  expect(minioErrorIn(error)?.region).toBe('eu-x')
  expect(error).toMatchObject({ detail: expect.stringContaining('eu-x') })
})

test('silence ends at the time-out, before and within the reply', async () => {
  const silent = await peer(() => {})
  const error = await silent.send({ ...call, timeoutMs: 50 }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'upstream-unreachable', detail: expect.stringContaining('0.05 s') })
  expect(isTimeout(error)).toBe(true)

  const half = await peer((_, response) => void response.writeHead(200).write('half'))
  const later = await half.send({ ...call, timeoutMs: 50 }).catch((thrown: unknown) => thrown)
  expect(isTimeout(later)).toBe(true)
})

test('nobody at the address', async () => {
  const error = await doorTo(1)
    .send(call)
    .catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'upstream-unreachable', detail: expect.stringContaining('127.0.0.1:1 ') })
  expect(isTimeout(error)).toBe(false)
})

test('a reply of more than the limit is cut off', async () => {
  const minio = await peer((_, response) => void response.end(Buffer.alloc(2 ** 20 + 1)))
  await expect(minio.send({ ...call, maxReplyBytes: 2 ** 20 })).rejects.toMatchObject({
    code: 'upstream-failed',
    detail: 'MinIO sent more than 1 MiB.',
  })
})

test('the address of the browser goes along unsigned', async () => {
  const seen: IncomingMessage[] = []
  const minio = await peer((request, response) => {
    seen.push(request)
    response.end()
  })
  await minio.with({ clientAddress: '10.1.2.3' }).send(call)
  await minio.send({ method: 'GET', path: '/open' })
  expect(seen[0]!.headers['x-forwarded-for']).toBe('10.1.2.3')
  expect(seen[0]!.headers.authorization).not.toContain('x-forwarded-for')
  expect(seen[1]!.headers).not.toHaveProperty('x-forwarded-for')
  expect(seen[1]!.headers).not.toHaveProperty('authorization')
})

test('no failure carries a secret', async () => {
  const minio = await refusing(403, json('AccessDenied'))
  const error = await minio.send(call).catch((thrown: unknown) => thrown)
  const { inspect } = await import('node:util')
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/the-secret-key|the-token/)
})
