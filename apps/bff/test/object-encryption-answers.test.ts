import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { type EncryptionScope, encryptObject } from '../src/cluster/buckets/encrypt-object.ts'
import { ByteBudget } from '../src/cluster/byte-budget.ts'
import { requireIfMatch } from '../src/minio/object-copy.ts'
import type { Minio } from '../src/minio/transport.ts'
import { Secret } from '../src/secret.ts'
import { closePeers, peer } from './http-peer.ts'

afterEach(closePeers)

const credentials = { accessKey: 'a', secretKey: new Secret('b') }
const PLAIN = { etag: '"one"', 'content-length': '5', 'x-amz-meta-a': '1', 'content-type': 'text/plain' }
const SEALED = { ...PLAIN, etag: '"two"', 'x-amz-server-side-encryption': 'AES256' }
const ORDER = { bucket: 'bucket', sealing: { mode: 'sse-s3' }, which: 'plain', parts: 'keep', tiered: false } as const
const LISTED = { key: 'key', sizeBytes: 5, modifiedAt: '', mode: 'none' } as const

interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A MinIO that answers what `say` returns, and what it was asked, as `METHOD target`. */
async function answering(say: (request: IncomingMessage) => Answer) {
  const asked: string[] = []
  const minio = await peer((request: IncomingMessage, response: ServerResponse) => {
    asked.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => {
      const { status = 200, headers = {}, body = '' } = say(request)
      response.writeHead(status, headers)
      response.end(body)
    })
  })
  return { minio, asked }
}

const scopeOf = (minio: Minio): EncryptionScope => ({
  ...{ minio, credentials, signal: new AbortController().signal, memory: new ByteBudget(2 ** 27) },
  facts: { keepsVersions: false, mayReplace: false, locked: false },
  requireHeld: async () => {},
  requireGuard: async () => {},
})

const refusal = (code: string) => `<Error><Code>${code}</Code></Error>`

describe('an object that comes out other than it was', () => {
  test.each([
    ['metadata', { 'x-amz-meta-a': '2' }, 'x-amz-meta-a'],
    ['size', { 'content-length': '4' }, 'size'],
    ['tags', { 'x-amz-tagging': 'a=1' }, 'tags'],
    ['encryption', { 'x-amz-server-side-encryption': 'aws:kms' }, 'encryption'],
  ])('%s: nothing more may be written', async (_, change, told) => {
    const { minio } = await answering(({ method }) => {
      if (method === 'GET') return { headers: PLAIN, body: 'bytes' }
      return { headers: method === 'PUT' ? { etag: '"two"' } : { ...SEALED, ...change } }
    })
    const ended = encryptObject(scopeOf(minio), ORDER, LISTED, () => {})
    await expect(ended).rejects.toMatchObject({ code: 'unsafe-now', detail: expect.stringContaining(told) })
  })
})

describe('somebody else writes meanwhile', () => {
  const refusing = (times: number) => {
    let left = times
    return answering(({ method }) => {
      if (method === 'GET') return { headers: PLAIN, body: 'bytes' }
      if (method === 'HEAD') return { headers: SEALED }
      return left-- > 0 ? { status: 412, body: refusal('PreconditionFailed') } : { headers: { etag: '"two"' } }
    })
  }

  test('it is read anew and tried again', async () => {
    const { minio, asked } = await refusing(3)
    let retried = 0
    const ended = await encryptObject(scopeOf(minio), ORDER, LISTED, () => retried++)
    expect([ended, retried]).toEqual([{ is: 'done', bytes: 5 }, 3])
    expect(asked.filter((line) => line.startsWith('GET'))).toHaveLength(4)
  })

  test('after four tries it is a failure of this object', async () => {
    const { minio } = await refusing(4)
    const ended = encryptObject(scopeOf(minio), ORDER, LISTED, () => {})
    await expect(ended).rejects.toMatchObject({ code: 'upstream-failed', detail: expect.stringContaining('4 tries') })
  })

  test('an object whose tags are not told is not written', async () => {
    const { minio, asked } = await answering(() => ({
      headers: { ...PLAIN, 'x-amz-tagging-count': '2' },
      body: 'bytes',
    }))
    const ended = encryptObject(scopeOf(minio), ORDER, LISTED, () => {})
    await expect(ended).rejects.toMatchObject({ code: 'upstream-failed', detail: expect.stringContaining('tags') })
    expect(asked).toEqual(['GET /bucket/key'])
  })

  test('what is sealed in another way is left, also where the listing did not tell', async () => {
    const headers = { ...PLAIN, 'x-amz-server-side-encryption': 'aws:fancy' }
    const { minio } = await answering(() => ({ headers, body: 'bytes' }))
    const ended = await encryptObject(scopeOf(minio), ORDER, { ...LISTED, mode: 'unknown' }, () => {})
    expect(ended).toMatchObject({ is: 'left', reason: expect.stringContaining('does not know') })
  })

  test('what was deleted is left', async () => {
    const { minio } = await answering(({ method }) =>
      method === 'GET' ? { headers: PLAIN, body: 'bytes' } : { status: 404, body: refusal('NoSuchKey') },
    )
    const ended = await encryptObject(scopeOf(minio), ORDER, LISTED, () => {})
    expect(ended).toEqual({ is: 'left', reason: 'Deleted meanwhile' })
  })
})

describe('a MinIO that does not mind If-Match', () => {
  const name = { bucket: 'bucket', key: 'key' }

  test('is found out before anything is written, and what was begun is forgotten', async () => {
    const body = '<InitiateMultipartUploadResult><UploadId>up</UploadId></InitiateMultipartUploadResult>'
    const { minio, asked } = await answering(({ method }) => (method === 'POST' ? { body } : { status: 204 }))
    await expect(requireIfMatch(minio, credentials, name)).rejects.toMatchObject({ code: 'unsafe-now' })
    expect(asked).toEqual(['POST /bucket/key?uploads=', 'DELETE /bucket/key?uploadId=up'])
  })

  test('one that does is told by its refusal', async () => {
    const { minio, asked } = await answering(() => ({ status: 412, body: refusal('PreconditionFailed') }))
    await requireIfMatch(minio, credentials, name)
    expect(asked).toEqual(['POST /bucket/key?uploads='])
  })
})
