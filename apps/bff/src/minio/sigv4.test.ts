import { createHash } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import type { RequestSigner } from '@smithy/types'
import { describe, expect, test } from 'vitest'
import { Sha256 } from '../../test/sha256.ts'
import { Secret } from '../secret.ts'
import { encodePath, encodeQuery, sign } from './sigv4.ts'

const date = new Date('2026-02-12T03:04:05.678Z')
const keys = { accessKeyId: 'acme-root', secretAccessKey: 'acme-Root-Secret-2021!' }
const credentials = { accessKey: keys.accessKeyId, secretKey: new Secret(keys.secretAccessKey) }
const region = 'eu-north-7'

async function awsSignature(service: 's3' | 'sts', request: typeof plain, sessionToken?: string) {
  const signer: RequestSigner = new SignatureV4({
    service,
    region,
    sha256: Sha256,
    uriEscapePath: false,
    credentials: { ...keys, ...(sessionToken !== undefined && { sessionToken }) },
  })
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: '127.0.0.1',
      path: encodePath(request.path),
      query: request.query,
      headers: {
        ...request.headers,
        host: request.host,
        'x-amz-content-sha256': createHash('sha256').update(request.body).digest('hex'),
      },
      body: request.body,
    },
    { signingDate: date },
  )
  return signed.headers.authorization
}

const plain = {
  method: 'GET',
  host: '127.0.0.1:9000',
  path: '/minio/admin/v3/list-users',
  query: {} as Record<string, string>,
  headers: {} as Record<string, string>,
  body: new Uint8Array(),
}

describe('sign agrees with the signer of the AWS SDK', () => {
  test.each([
    ['a plain call', 's3', plain],
    ['stars and dots in the query', 's3', { ...plain, query: { file: 'config/**/xl.meta', volume: '.minio.sys' } }],
    ['names in need of encoding', 's3', { ...plain, query: { accessKey: "zoë <&> +%/='()!", status: 'enabled' } }],
    ['an empty value', 's3', { ...plain, path: '/invoices', query: { encryption: '', 'X-b': '', a: '' } }],
    ['odd object keys', 's3', { ...plain, method: 'PUT', path: '/b/./a//ü (1)*.txt', body: Buffer.from('x') }],
    [
      'headers and a body, for STS',
      'sts',
      {
        ...plain,
        method: 'POST',
        path: '/',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: Buffer.from('Action=AssumeRole&Version=2011-06-15'),
      },
    ],
  ] as const)('%s', async (_, service, request) => {
    const { headers } = sign(request, credentials, { service, region, date })
    expect(headers.authorization).toBe(await awsSignature(service, request))
  })

  test('a session token', async () => {
    const sessionToken = new Secret('token.of.sts')
    const { headers } = sign(plain, { ...credentials, sessionToken }, { service: 's3', region, date })
    expect(headers['x-amz-security-token']).toBe('token.of.sts')
    expect(headers.authorization).toBe(await awsSignature('s3', plain, 'token.of.sts'))
  })
})

test('what goes on the wire is encoded as it was signed', () => {
  const query = { b: '*', a: 'x y' }
  const { target } = sign({ ...plain, path: '/b/ü*', query }, credentials, { service: 's3', region, date })
  expect(target).toBe('/b/%C3%BC%2A?a=x%20y&b=%2A')
  expect(encodeQuery(query)).toBe('a=x%20y&b=%2A')
})
