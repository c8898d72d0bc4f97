import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withClient } from '@strongroom/sandbox/client'
import { type Minio as Server, startMinio } from '@strongroom/sandbox/minio'
import { afterAll, expect, test } from 'vitest'
import { newInspectKeyPair } from '../minio/inspect.ts'
import { connectMinio } from '../minio/transport.ts'
import { loadHighwayHash } from '../native/highway-hash.ts'
import { Secret } from '../secret.ts'
import { takeAudit } from './audit.ts'
import { clusterScope } from './audit-scope.ts'
import { folderSource } from './folder-source.ts'
import type { ItemSource } from './item-source.ts'

const root = { accessKey: 'rootuser', secretKey: 'root-password' }
const KMS = 'test-key:YWNtZS1zdGF0aWMta21zLWtleS1vZi0zMi1ieXRlcyE='
const USERS = 12

const dir = mkdtempSync(join(tmpdir(), 'strongroom-geometry-'))
const servers: Server[] = []
afterAll(async () => {
  for (const server of servers) await server.stop()
  rmSync(dir, { recursive: true, force: true })
})

/** A server with some users under its KMS. */
async function serve(name: string, drives: readonly string[]): Promise<Server> {
  const server = await startMinio({
    drives: drives.map((drive) => join(dir, name, drive)),
    env: {
      MINIO_CI_CD: '1',
      MINIO_ROOT_USER: root.accessKey,
      MINIO_ROOT_PASSWORD: root.secretKey,
      MINIO_KMS_SECRET_KEY: KMS,
    },
    logFile: join(dir, `${name}.log`),
    certsDir: join(dir, 'no-certs'),
  })
  servers.push(server)
  await withClient({ endpoint: server.endpoint, ...root }, join(dir, 'mc'), async (mc) => {
    for (let user = 0; user < USERS; user++) await mc('admin', 'user', 'add', 'demo', `user-${user}`, 'some-secret')
  })
  return server
}

async function online({ endpoint }: Server) {
  const minio = connectMinio({ endpoint: new URL(endpoint), region: 'us-east-1' })
  try {
    const credentials = { accessKey: root.accessKey, secretKey: new Secret(root.secretKey) }
    const reader = { minio, credentials, keyPair: await newInspectKeyPair(), highwayHash: await loadHighwayHash() }
    return await takeAudit(await clusterScope(reader, { ownAccessKeys: new Set(), depth: 'names', keys: null }))
  } finally {
    await minio.close()
  }
}

const offline = (source: ItemSource) =>
  takeAudit({
    ...{ source, drivesTotal: null, defaultKey: 'test-key', ownAccessKeys: new Set<string>() },
    ...{ depth: 'names' as const, keys: null },
  })

const drivesIn = (...folder: string[]) => readdirSync(join(dir, ...folder)).map((drive) => join(dir, ...folder, drive))

/** What an audit says of each item, without how many drives say so. */
const said = ({ items }: Awaited<ReturnType<typeof takeAudit>>) =>
  items.map(({ path, state, key, sha256 }) => `${path} ${state} ${key} ${sha256}`)

const users = ({ items }: Awaited<ReturnType<typeof takeAudit>>) => items.filter(({ kind }) => kind === 'user')

/** A job of MinIO's own, with credentials in its file. */
const startCopy = ({ endpoint }: Server) =>
  withClient({ endpoint, ...root }, join(dir, 'mc'), async (mc) => {
    const file = join(dir, 'copy.yaml')
    const target = `{ type: minio, bucket: copies, endpoint: "${endpoint}", path: "on", credentials: { accessKey: ${root.accessKey}, secretKey: ${root.secretKey} } }`
    writeFileSync(file, `replicate: { apiVersion: v1, source: { type: minio, bucket: papers }, target: ${target} }\n`)
    await mc('mb', 'demo/papers', 'demo/copies')
    await mc('batch', 'start', 'demo', file)
  })

test('a set of 16 drives, of which half may be lost', async () => {
  const server = await serve('sixteen', ['drive{1...16}'])
  await startCopy(server)
  const running = await online(server)
  expect(running.audit.drives).toEqual({ observed: 16, total: 16 })
  expect(users(running)).toHaveLength(USERS)
  for (const item of users(running))
    expect(item).toMatchObject({ state: 'kms', key: 'test-key', copies: 16, drives: 16 })
  const jobs = running.items.filter(({ kind }) => kind === 'batch-job')
  expect(jobs).toMatchObject([{ state: 'plaintext', movable: false, note: expect.stringContaining('lie in clear') }])
  await server.stop()

  const drives = drivesIn('sixteen')
  expect(said(await offline(folderSource(drives)))).toEqual(said(running))
  // MinIO writes its own data with the largest parity there is.
  for (const left of [drives.slice(0, 8), drives.slice(8), drives.filter((_, index) => index % 2 === 0)])
    expect(said(await offline(folderSource(left)))).toEqual(said(running))
  for (const { state, path } of users(await offline(folderSource(drives.slice(0, 7)))))
    expect.soft(state, path).toBe('unreadable')
}, 60_000)

test('two pools of other geometry: each item once, from the set that holds it', async () => {
  const server = await serve('pools', ['one/drive{1...5}', 'two/drive{1...8}'])
  const running = await online(server)
  expect(running.audit.drives).toEqual({ observed: 13, total: 13 })
  expect(
    users(running)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(Array.from({ length: USERS }, (_, user) => `user-${user}`).sort())
  for (const { path, copies, drives } of users(running)) {
    expect.soft(copies, path).toBe(drives)
    expect.soft([5, 8], path).toContain(drives)
  }
  await server.stop()
  expect(said(await offline(folderSource([...drivesIn('pools', 'one'), ...drivesIn('pools', 'two')])))).toEqual(
    said(running),
  )
}, 60_000)

test('in the volume of Kypello every item is found as in that of MinIO', async () => {
  const drives = drivesIn('pools', 'one')
  const before = await offline(folderSource(drives))
  for (const drive of drives) renameSync(join(drive, '.minio.sys'), join(drive, '.kypello.sys'))
  const after = await offline(folderSource(drives))
  expect(after.audit.volume).toBe('.kypello.sys')
  expect(before.items.length).toBeGreaterThan(0)
  expect(said(after)).toEqual(said(before))
})
