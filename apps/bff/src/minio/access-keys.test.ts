import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client as Mc, withClient } from '@strongroom/sandbox/client'
import { type Minio as Server, startMinio } from '@strongroom/sandbox/minio'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../secret.ts'
import { listServiceAccountKeys } from './access-keys.ts'
import { assumeRole } from './sts.ts'
import { connectMinio, type Minio } from './transport.ts'

const root = { accessKey: 'rootuser', secretKey: 'root-password' }

let folder: string
let server: Server
let minio: Minio

const withMc = (use: (mc: Mc) => Promise<unknown>) =>
  withClient({ endpoint: server.endpoint, ...root }, join(folder, 'mc'), use)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-access-keys-'))
  server = await startMinio({
    drives: [join(folder, 'drive')],
    env: { MINIO_ROOT_USER: root.accessKey, MINIO_ROOT_PASSWORD: root.secretKey },
  })
  minio = connectMinio({ endpoint: new URL(server.endpoint), region: 'us-east-1' })
})

afterAll(async () => {
  await minio?.close()
  await server?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

const signIn = (accessKey: string, secretKey: string) =>
  assumeRole(minio, { accessKey, secretKey: new Secret(secretKey), durationSeconds: 900 })

test('the root user is listed with and without service accounts, and sign-ins are not among them', async () => {
  const { credentials } = await signIn(root.accessKey, root.secretKey)
  expect([...(await listServiceAccountKeys(minio, credentials))]).toEqual([['rootuser', []]])

  await withMc(async (mc) => {
    await mc('admin', 'user', 'add', 'demo', 'alice', 'alice-secret')
    await mc('admin', 'user', 'add', 'demo', 'bruno', 'bruno-secret')
    await mc('admin', 'user', 'disable', 'demo', 'bruno')
    await mc(
      'admin',
      'accesskey',
      'create',
      'demo',
      'alice',
      '--access-key',
      'alice-app',
      '--secret-key',
      'alice-app-1',
    )
    await mc('admin', 'accesskey', 'create', 'demo', '--access-key', 'root-app', '--secret-key', 'root-app-1')
  })
  const keys = await listServiceAccountKeys(minio, credentials)
  expect(Object.fromEntries(keys)).toEqual({ rootuser: ['root-app'], alice: ['alice-app'], bruno: [] })
})

test('others are refused', async () => {
  await withMc((mc) => mc('admin', 'policy', 'attach', 'demo', 'readwrite', '--user', 'alice'))
  const { credentials } = await signIn('alice', 'alice-secret')
  await expect(listServiceAccountKeys(minio, credentials)).rejects.toMatchObject({
    code: 'not-allowed',
    detail: expect.stringContaining('admin:ListUsers'),
  })
})
