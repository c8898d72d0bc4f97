import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Minio as Server, startMinio } from '@strongroom/sandbox/minio'
import { unpackDrives } from '@strongroom/sandbox/seed'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../secret.ts'
import { iamLoaded } from './iam-loaded.ts'
import { connectMinio, type Minio } from './transport.ts'

const archive = new URL('../../../sandbox/fixtures/acme-2021.tar.gz', import.meta.url).pathname
const credentials = { accessKey: 'acme-root', secretKey: new Secret('another-password-than-sealed-it') }

let folder: string
let server: Server
let minio: Minio

/** The root password was changed while everything was still sealed under the old one: nothing can be opened. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-loaded-'))
  const { drives } = await unpackDrives(archive, join(folder, 'drives'))
  server = await startMinio({
    drives,
    env: { MINIO_ROOT_USER: 'acme-root', MINIO_ROOT_PASSWORD: 'another-password-than-sealed-it' },
  })
  minio = connectMinio({ endpoint: new URL(server.endpoint), region: 'us-east-1' })
})

afterAll(async () => {
  await minio?.close()
  await server?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

test('a server that can’t open its users is not taken for loaded, green as its health is', async () => {
  await minio.send({ method: 'GET', path: '/minio/health/ready' })
  expect(await iamLoaded(minio, credentials)).toMatchObject({ loaded: false })
})

test('credentials that MinIO does not know tell nothing', async () => {
  const strangers = { accessKey: 'amelia', secretKey: new Secret('acme-amelia-pass-01') }
  expect(await iamLoaded(minio, strangers)).toMatchObject({ loaded: null })
})

test('a server that is gone tells nothing', async () => {
  const nobody = connectMinio({ endpoint: new URL('http://127.0.0.1:1'), region: 'us-east-1' })
  expect(await iamLoaded(nobody, credentials)).toEqual({ loaded: null, detail: 'MinIO did not answer.' })
  await nobody.close()
})
