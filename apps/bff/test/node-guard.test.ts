import { mkdtempSync, rmSync } from 'node:fs'
import type { RequestListener, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Minio as Server, startMinio } from '@strongroom/sandbox/minio'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type NodesAccess, requireSameKms } from '../src/cluster/migrate/node-guard.ts'
import { addressesOf, askNodes } from '../src/cluster/node-kms.ts'
import { AppError } from '../src/errors.ts'
import type { MinioNode } from '../src/minio/info.ts'
import { kmsStatus } from '../src/minio/kms.ts'
import { assumeRole } from '../src/minio/sts.ts'
import { connectMinio, type Minio } from '../src/minio/transport.ts'
import { Secret } from '../src/secret.ts'
import { closePeers, doorTo, peer } from './http-peer.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

const STATIC = 'test-key:YWNtZS1zdGF0aWMta21zLWtleS1vZi0zMi1ieXRlcyE='

let dir: string
let server: Server
let minio: Minio
let credentials: NodesAccess['credentials']

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'strongroom-node-guard-'))
  const [user, password] = ['rootuser', 'root-password']
  server = await startMinio({
    drives: ['d1', 'd2', 'd3', 'd4'].map((drive) => join(dir, drive)),
    env: {
      ...{ MINIO_CI_CD: '1', MINIO_ROOT_USER: user, MINIO_ROOT_PASSWORD: password },
      MINIO_KMS_SECRET_KEY: STATIC,
    },
    logFile: join(dir, 'minio.log'),
  })
  minio = connectMinio({ endpoint: new URL(server.endpoint), region: 'us-east-1' })
  const signIn = { accessKey: user, secretKey: new Secret(password), durationSeconds: 900 }
  credentials = (await assumeRole(minio, signIn)).credentials
})

afterEach(closePeers)
afterAll(async () => {
  await minio?.close()
  await server?.stop()
  rmSync(dir, { recursive: true, force: true })
})

const NODE = 'node2:9000'

const nodeAt = (url: string): MinioNode => ({
  ...{ endpoint: NODE, env: {}, url: new URL(url), state: 'online', version: null, uptimeSeconds: null },
  ...{ drives: 1, drivesOnline: 1, drivesHealing: [] },
})

/** Code and words of the refusal; null where the node passes. */
const refusal = ({ host }: Pick<Minio, 'host'>, namedNodes: readonly URL[] = []) =>
  requireSameKms({ minio, credentials, namedNodes }, [nodeAt(`http://${host}`)], 'refused').then(
    () => null,
    (error: unknown) => {
      if (error instanceof AppError) return `${error.code}: ${error.detail}`
      throw error
    },
  )

const document = (response: ServerResponse, status: number, Code: string) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ Code, Message: Code }))

const told = (response: ServerResponse) =>
  response.end(JSON.stringify({ name: 'MinIO builtin', 'default-key-id': 'test-key' }))

const starting: RequestListener = (_, response) => document(response, 503, 'XMinioServerNotInitialized')

test('a node that is still starting is no node out of reach: nothing is rewritten', async () => {
  expect(await refusal(await peer(starting))).toMatch(/^unsafe-now: The node node2:9000 .*still starting/)
})

test('nor is one that waits for a KES which it alone can’t reach', async () => {
  const hanging = await peer(({ url }, response) => {
    if (url === '/') document(response, 403, 'AccessDenied')
  })
  expect(await refusal(hanging)).toMatch(/^unsafe-now: The node node2:9000 .*within 10 s/)
})

test('nor one that has told its KMS and then answers no more', async () => {
  const dying = await peer(({ url }, response) => {
    if (url?.includes('kms/v1/status')) told(response)
    else response.destroy()
  })
  expect(await refusal(dying)).toMatch(/^unsafe-now: The node node2:9000 /)
})

test.each<[string, RequestListener]>([
  ['404', (_, response) => response.writeHead(404).end('<html>no such site</html>')],
  ['302', (_, response) => response.writeHead(302, { location: 'https://login.example' }).end()],
  ['502', (_, response) => response.writeHead(502).end('bad gateway')],
  ['200', (_, response) => response.end('<html>an app</html>')],
])('where an ingress has the address and answers %s, the node is judged by its settings', async (_, answer) => {
  expect(await refusal(await peer(answer))).toBeNull()
})

test('nor can one be asked where nobody listens', async () => {
  expect(await refusal(doorTo(1))).toBeNull()
})

test('what else a node answers is told with its name, and with the way out where it may be another cluster’s', async () => {
  const failing = await peer((_, response) => document(response, 500, 'InternalError'))
  expect(await refusal(failing)).toMatch(/^upstream-failed: The node node2:9000: .*InternalError/)
  const foreign = await peer((_, response) => document(response, 403, 'InvalidAccessKeyId'))
  expect(await refusal(foreign)).toMatch(/^unsafe-now: The node node2:9000 .*STRONGROOM_MINIO_NODES/)
})

test('named addresses are asked in place of those that MinIO tells', async () => {
  const foreign = await peer((_, response) => document(response, 403, 'InvalidAccessKeyId'))
  expect(await refusal(foreign, [new URL(server.endpoint)])).toBeNull()
  const second = await peer(starting)
  expect(await refusal(foreign, [new URL(`http://${second.host}`)])).toContain(`The node ${second.host} `)

  const url = new URL(server.endpoint)
  const addresses = addressesOf([nodeAt(`http://${foreign.host}`)], [url])
  expect(await askNodes(minio, credentials, addresses)).toEqual(
    new Map([[url.host, await kmsStatus(minio, credentials)]]),
  )
})
