import { afterEach, describe, expect, test } from 'vitest'
import { closePeers, peer } from '../../test/http-peer.ts'
import { Secret } from '../secret.ts'
import { readBucketTraits } from './bucket-traits.ts'
import { createBucket, getBucketEncryption, listBuckets } from './buckets.ts'

const credentials = { accessKey: 'a', secretKey: new Secret('the-secret-key') }
afterEach(closePeers)

const answering = (body: string, status = 200) => peer((_, response) => void response.writeHead(status).end(body))

describe('the list of buckets', () => {
  const bucket = (name: string, created = '2026-02-12T20:18:48.123Z') =>
    `<Bucket><Name>${name}</Name><CreationDate>${created}</CreationDate></Bucket>`
  const list = (...buckets: string[]) =>
    `<?xml version="1.0"?>\n<ListAllMyBucketsResult xmlns="http://s3"><Owner><ID>o</ID></Owner><Buckets>${buckets.join('')}</Buckets></ListAllMyBucketsResult>\n`

  test('has names and times; a time that is none is not known', async () => {
    const minio = await answering(list(bucket('a'), bucket('b.c', 'soon')))
    expect(await listBuckets(minio, credentials)).toEqual([
      { name: 'a', createdAt: '2026-02-12T20:18:48.123Z' },
      { name: 'b.c', createdAt: null },
    ])
  })

  test('may be empty', async () => {
    expect(await listBuckets(await answering(list()), credentials)).toEqual([])
  })

  test.each([list(bucket('a'), bucket('b')).slice(0, 150), '<html>Welcome</html>', ''])(
    'that ends too early, or is none, is not taken for a shorter one: %s',
    async (body) => {
      await expect(listBuckets(await answering(body), credentials)).rejects.toMatchObject({ code: 'upstream-failed' })
    },
  )
})

describe('a configuration', () => {
  const rule = (inner: string) =>
    `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>${inner}</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`
  const read = async (inner: string) => getBucketEncryption(await answering(rule(inner)), credentials, 'b')

  test('names the key as the KMS knows it', async () => {
    const kms = '<SSEAlgorithm>aws:kms</SSEAlgorithm>'
    expect(await read('<SSEAlgorithm>AES256</SSEAlgorithm>')).toEqual({ mode: 'sse-s3' })
    for (const name of ['the-key', 'arn:aws:kms:the-key'])
      expect(await read(`${kms}<KMSMasterKeyID>${name}</KMSMasterKeyID>`)).toEqual({ mode: 'sse-kms', key: 'the-key' })
  })

  test('of another algorithm is not guessed', async () => {
    await expect(read('<SSEAlgorithm>aws:kms:dsse</SSEAlgorithm>')).rejects.toMatchObject({ code: 'upstream-failed' })
  })
})

test.each(['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'])('a name that is taken is told so: %s', async (code) => {
  const minio = await answering(`<Error><Code>${code}</Code></Error>`, 409)
  await expect(createBucket(minio, credentials, 'b', { locking: false })).rejects.toMatchObject({
    code: 'already-exists',
  })
})

describe('traits', () => {
  const details = { versioning: false, versioningSuspended: true, locking: false, replication: true, quota: {} }

  test('are told by name; what was not counted is not zero', async () => {
    const buckets = [
      { name: 'a', size: 7, objects: 2, objectHistogram: { LESS_THAN_1024_B: 2 }, details },
      { name: 'b', size: 0, objects: 0, objectHistogram: null, details: null },
    ]
    const minio = await answering(JSON.stringify({ AccountName: 'x', Policy: {}, Buckets: buckets }))
    expect([...(await readBucketTraits(minio, credentials))]).toEqual([
      ['a', { versioning: 'suspended', locking: false, replication: true, usage: { objects: 2, bytes: 7 } }],
      ['b', { versioning: null, locking: null, replication: null, usage: null }],
    ])
  })

  test('of no bucket are none', async () => {
    const minio = await answering(JSON.stringify({ AccountName: 'x', Buckets: null }))
    expect((await readBucketTraits(minio, credentials)).size).toBe(0)
  })
})
