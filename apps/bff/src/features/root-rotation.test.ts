import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withClient } from '@strongroom/sandbox/client'
import { type Minio as Server, startMinio } from '@strongroom/sandbox/minio'
import { API_PREFIX } from '@strongroom/shared/endpoint'
import { RootRotation, readRootRotation } from '@strongroom/shared/iam'
import { Hono } from 'hono'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DrivePermission } from '../cluster/drive-permission.ts'
import type { Console } from '../console.ts'
import type { Env } from '../http/env.ts'
import { errorDoor } from '../http/problem.ts'
import { assumeRole } from '../minio/sts.ts'
import { type Credentials, connectMinio, type Minio } from '../minio/transport.ts'
import { Secret } from '../secret.ts'
import type { Caller } from '../session/caller.ts'
import { rootRotationRoutes } from './root-rotation.ts'

const root = { accessKey: 'rootuser', secretKey: 'root-password' }

let folder: string
let server: Server
let minio: Minio

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-root-rotation-'))
  server = await startMinio({
    drives: [join(folder, 'drive')],
    env: { MINIO_ROOT_USER: root.accessKey, MINIO_ROOT_PASSWORD: root.secretKey },
  })
  minio = connectMinio({ endpoint: new URL(server.endpoint), region: 'us-east-1' })
  await withClient({ endpoint: server.endpoint, ...root }, join(folder, 'mc'), async (mc) => {
    await mc('admin', 'user', 'add', 'demo', 'alice', 'alice-secret')
    await mc('admin', 'policy', 'attach', 'demo', 'readwrite', '--user', 'alice')
    await mc('admin', 'accesskey', 'create', 'demo', '--access-key', 'root-app', '--secret-key', 'root-app-1')
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
  })
})

afterAll(async () => {
  await minio?.close()
  await server?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** The route alone, before the drives were read. */
async function readAs(accessKey: string, secretKey: string) {
  const signIn = { accessKey, secretKey: new Secret(secretKey), durationSeconds: 900 }
  const { credentials } = await assumeRole(minio, signIn)
  const app = new Hono<Env>()
  app.onError(errorDoor(pino({ level: 'silent' })))
  const known = { minio, drivePermission: new DrivePermission(), audits: { latest: null, refresh: async () => {} } }
  rootRotationRoutes(
    { app, authenticate: async (c) => c.set('caller', callerOf(credentials)) },
    known as never as Console,
  )
  return app.request(API_PREFIX + readRootRotation.path)
}

const callerOf = (credentials: Credentials) => ({ region: 'us-east-1', credentials }) as Caller

test('whoever may read the drives learns what is known, and of root’s own service accounts', async () => {
  const response = await readAs(root.accessKey, root.secretKey)
  expect(RootRotation.parse(await response.json())).toEqual({
    verdict: 'unknown',
    reasons: ['The drives have not been read yet. Read them first.'],
    takenAt: null,
    underRoot: null,
    temporary: null,
    rootAccounts: ['root-app'],
  })
})

test('others learn nothing', async () => {
  const response = await readAs('alice', 'alice-secret')
  expect(response.status).toBe(403)
  expect(await response.text()).not.toContain('root-app')
})
