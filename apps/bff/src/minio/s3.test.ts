import type { IncomingMessage } from 'node:http'
import { inspect } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { closePeers, doorTo, peer } from '../../test/http-peer.ts'
import { Secret } from '../secret.ts'
import { getBucketEncryption, listBuckets, setBucketEncryption } from './buckets.ts'
import { MinioError, minioErrorIn } from './failures.ts'
import { deleteObject, getObject, headObject, putObject } from './objects.ts'
import { isTimeout } from './transport.ts'

const credentials = { accessKey: 'a', secretKey: new Secret('the-secret-key'), sessionToken: new Secret('the-token') }
const name = { bucket: 'b', key: 'k' }
afterEach(async () => {
  vi.unstubAllEnvs()
  await closePeers()
})

const answering = (status: number, body: string, headers: Record<string, string> = {}) =>
  peer((_, response) => {
    response.writeHead(status, headers).end(body)
  })

/** What MinIO was sent, by a peer that says yes to everything. */
async function listening() {
  const seen: IncomingMessage[] = []
  const minio = await peer((request, response) => {
    seen.push(request)
    request.resume().on('end', () => response.end())
  })
  return { minio, seen }
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable(),
    (thrown: unknown) => thrown,
  )

const xml = (code: string, message = 'said') => `<Error><Code>${code}</Code><Message>${message}</Message></Error>`

describe('refusals', () => {
  test.each([
    [403, xml('AccessDenied'), 'not-allowed', /s3:GetEncryptionConfiguration/],
    [403, xml('InvalidAccessKeyId'), 'session-expired', /Sign in again/],
    [400, xml('ExpiredToken'), 'session-expired', /have expired/],
    [403, xml('SignatureDoesNotMatch'), 'wrong-credentials', /secret key/],
    [403, xml('RequestTimeTooSkewed'), 'clock-skew', /15 minutes/],
    [404, xml('NoSuchBucket'), 'not-found', /no such bucket/],
    [400, xml('kms:KeyNotFound'), 'not-found', /no key of that name/],
    [501, xml('NotImplemented', 'specified but KMS is not configured'), 'kms-not-configured', /without a KMS/],
    [500, xml('InternalError', 'kes: connection error'), 'upstream-failed', /KMS/],
    [503, xml('SlowDown'), 'upstream-failed', /503 SlowDown/],
    [502, '<html>bad gateway', 'upstream-failed', /502/],
    [301, xml('PermanentRedirect'), 'upstream-failed', /301/],
    [404, '', 'not-found', /nothing of that name/],
  ])('%i %s is told as %s', async (status, body, code, detail) => {
    const minio = await answering(status, body, { location: 'http://127.0.0.1:1/' })
    const error = await failure(getBucketEncryption(minio, credentials, 'b'))
    expect(error).toMatchObject({ code, detail: expect.stringMatching(detail), cause: expect.any(MinioError) })
    expect(minioErrorIn(error)).toMatchObject({ status, code: /<Code>(.*)<\/Code>/.exec(body)?.[1] ?? '' })
  })

  test('no configuration is no failure', async () => {
    const minio = await answering(404, xml('ServerSideEncryptionConfigurationNotFoundError'))
    expect(await getBucketEncryption(minio, credentials, 'b')).toBeNull()
  })

  test('a region that MinIO wants is told', async () => {
    const body = '<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-x</Region></Error>'
    const error = await failure(listBuckets(await answering(400, body), credentials))
    expect(minioErrorIn(error)?.region).toBe('eu-x')
    expect(error).toMatchObject({ detail: expect.stringContaining('eu-x') })
  })

  test('HEAD has its status alone', async () => {
    const error = await failure(headObject(await answering(403, ''), credentials, name))
    expect(error).toMatchObject({ code: 'not-allowed', detail: expect.stringContaining('s3:GetObject') })
  })

  test('the deletion of a version names the permission that MinIO asks for', async () => {
    const minio = await answering(403, xml('AccessDenied'))
    const error = await failure(deleteObject(minio, credentials, { ...name, versionId: 'v' }))
    expect(error).toMatchObject({ detail: expect.stringMatching(/s3:DeleteObject\b/) })
  })

  test('each is met once: nothing is tried again', async () => {
    let requests = 0
    const minio = await peer((_, response) => {
      requests += 1
      response.writeHead(503).end(xml('SlowDown'))
    })
    await failure(listBuckets(minio, credentials))
    expect(requests).toBe(1)
  })

  test('none carries a secret', async () => {
    const error = await failure(listBuckets(await answering(403, xml('AccessDenied')), credentials))
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/the-secret-key|the-token/)
  })
})

describe('replies that are none', () => {
  test.each(['<html><p>Welcome</html>', '<ListAllMyBucketsResult><Buckets>', 'hello'])(
    'a success that is %s fails',
    async (body) => {
      const error = await failure(getBucketEncryption(await answering(200, body), credentials, 'b'))
      expect(error).toMatchObject({ code: 'upstream-failed' })
    },
  )

  test('nobody at the address', async () => {
    const error = await failure(listBuckets(doorTo(1), credentials))
    expect(error).toMatchObject({ code: 'upstream-unreachable', detail: expect.stringContaining('127.0.0.1:1 ') })
    expect(isTimeout(error)).toBe(false)
  })

  test('more than the limit', async () => {
    const minio = await peer((_, response) => void response.end(Buffer.alloc(16 * 2 ** 20 + 1)))
    const error = await failure(getObject(minio, credentials, name))
    expect(error).toMatchObject({ code: 'upstream-failed', detail: 'MinIO sent more than 16 MiB.' })
  })
})

test('what seals an object is told as MinIO sent it', async () => {
  const headers = {
    'X-Amz-Server-Side-Encryption': 'aws:kms',
    'X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id': 'arn:aws:kms:key-1',
    'X-Amz-Server-Side-Encryption-Context': 'e30=',
    'X-Amz-Server-Side-Encryption-Future': 'yes',
    'X-Amz-Version-Id': 'v-1',
  }
  const seal = {
    mode: 'sse-kms',
    key: 'key-1',
    headers: [
      { name: 'x-amz-server-side-encryption', value: 'aws:kms' },
      { name: 'x-amz-server-side-encryption-aws-kms-key-id', value: 'arn:aws:kms:key-1' },
      { name: 'x-amz-server-side-encryption-context', value: 'e30=' },
      { name: 'x-amz-server-side-encryption-future', value: 'yes' },
    ],
  }
  const minio = await answering(200, '', headers)
  expect(await putObject(minio, credentials, name, Buffer.from('x'))).toEqual({ seal, versionId: 'v-1' })
  expect(await headObject(minio, credentials, name)).toEqual(seal)
  expect(await getObject(minio, credentials, name)).toEqual({ bytes: new Uint8Array(), seal })
})

describe('requests', () => {
  test('the address of the browser goes along unsigned, for one door alone', async () => {
    const { minio, seen } = await listening()
    await headObject(minio.with({ clientAddress: '10.1.2.3' }), credentials, name)
    await headObject(minio, credentials, name)
    expect(seen[0]!.headers['x-forwarded-for']).toBe('10.1.2.3')
    expect(seen[0]!.headers.authorization).not.toContain('x-forwarded-for')
    expect(seen[1]!.headers).not.toHaveProperty('x-forwarded-for')
  })

  test('are signed for the region of the door, with the token', async () => {
    const { minio, seen } = await listening()
    await headObject(minio.with({ region: 'eu-x' }), credentials, name)
    expect(seen[0]!.headers).toMatchObject({
      authorization: expect.stringMatching(/Credential=a\/\d+\/eu-x\/s3\//),
      'x-amz-security-token': 'the-token',
    })
    expect(seen[0]!.headers).not.toHaveProperty('user-agent')
  })

  test('a wiped secret signs nothing more', async () => {
    const { minio, seen } = await listening()
    const wiped = { accessKey: 'a', secretKey: new Secret('the-secret-key') }
    await headObject(minio, wiped, name)
    wiped.secretKey[Symbol.dispose]()
    expect(await failure(headObject(minio, wiped, name))).toMatchObject({ message: expect.stringContaining('wiped') })
    expect(seen).toHaveLength(1)
  })

  test.each(['plain', 'a.b', 'x--x-s3', 'x--op-s3', 'x-s3alias', 'x.mrap'])('%s is a bucket as any', async (bucket) => {
    const { minio, seen } = await listening()
    await headObject(minio, credentials, { bucket, key: 'k/ä+' })
    expect(seen[0]!.url).toBe(`/${bucket}/k/%C3%A4%2B`)
    expect(seen[0]!.headers.authorization).toContain('/us-east-1/s3/aws4_request')
  })

  test('what AWS’s own tools are set to does not matter', async () => {
    for (const variable of [
      'AWS_USE_FIPS_ENDPOINT',
      'AWS_USE_DUALSTACK_ENDPOINT',
      'AWS_S3_USE_ARN_REGION',
      'AWS_S3_DISABLE_EXPRESS_SESSION_AUTH',
      'AWS_RETRY_MODE',
      'AWS_MAX_ATTEMPTS',
      'AWS_REQUEST_CHECKSUM_CALCULATION',
      'AWS_RESPONSE_CHECKSUM_VALIDATION',
    ])
      vi.stubEnv(variable, 'no-such-value')
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1')
    const { minio, seen } = await listening()
    await putObject(minio, credentials, name, Buffer.from('x'))
    await setBucketEncryption(minio, credentials, 'b', { mode: 'sse-kms', key: 'a<&>"b' })
    expect(seen).toHaveLength(2)
  })
})
