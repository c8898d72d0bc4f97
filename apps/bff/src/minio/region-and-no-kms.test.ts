import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Minio as Server, startMinio } from '@strongroom/sandbox/minio'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../secret.ts'
import { getBucketEncryption, setBucketEncryption } from './buckets.ts'
import { minioErrorIn } from './failures.ts'
import { readInfo } from './info.ts'
import { keyStatus, kmsStatus } from './kms.ts'
import { assumeRole, discoverRegion } from './sts.ts'
import { connectMinio, type Minio } from './transport.ts'

const secretKey = new Secret('region-root-secret')
const signIn = { accessKey: 'region-root', secretKey, durationSeconds: 900 }

let folder: string
let server: Server
let minio: Minio

/** One fresh drive, a region of its own, and no KMS. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-region-'))
  const drive = join(folder, 'drive1')
  await mkdir(join(drive, 'bucket'), { recursive: true })
  server = await startMinio({
    drives: [drive],
    env: {
      MINIO_ROOT_USER: 'region-root',
      MINIO_ROOT_PASSWORD: 'region-root-secret',
      MINIO_SITE_REGION: 'eu-north-7',
    },
  })
  minio = connectMinio({ endpoint: new URL(server.endpoint), region: 'us-east-1' })
})

afterAll(async () => {
  await minio?.close()
  await server?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

test('the region is told to anybody', async () => {
  expect(await discoverRegion(minio)).toBe('eu-north-7')
})

test('signing in finds the region, and takes wrong credentials for what they are', async () => {
  const { region, credentials } = await assumeRole(minio, signIn)
  expect(region).toBe('eu-north-7')
  expect((await readInfo(minio.with({ region }), credentials)).region).toBe('eu-north-7')
  await expect(assumeRole(minio, { ...signIn, secretKey: new Secret('another-secret') })).rejects.toMatchObject({
    code: 'wrong-credentials',
  })
})

test('S3 calls for another region are told the right one', async () => {
  const error = await getBucketEncryption(minio, signIn, 'bucket').catch((thrown: unknown) => thrown)
  expect(minioErrorIn(error)).toMatchObject({ code: 'AuthorizationHeaderMalformed', region: 'eu-north-7' })
})

test('what needs a KMS says that there is none', async () => {
  const there = minio.with({ region: 'eu-north-7' })
  const code = 'kms-not-configured'
  await expect(kmsStatus(there, signIn)).rejects.toMatchObject({ code })
  await expect(keyStatus(there, signIn)).rejects.toMatchObject({ code })
  await expect(setBucketEncryption(there, signIn, 'bucket', { mode: 'sse-s3' })).rejects.toMatchObject({ code })
  expect(await getBucketEncryption(there, signIn, 'bucket')).toBeNull()
})
