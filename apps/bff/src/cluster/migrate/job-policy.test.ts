import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Minio as Server, startMinio } from '@strongroom/sandbox/minio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minioErrorIn } from '../../minio/failures.ts'
import { sealBody } from '../../minio/replies.ts'
import { assumeRole } from '../../minio/sts.ts'
import { type Credentials, connectMinio, type Minio, type MinioCall } from '../../minio/transport.ts'
import { Secret } from '../../secret.ts'
import { JOB_POLICY } from './job-policy.ts'

const root = { accessKey: 'rootuser', secretKey: new Secret('root-password') }
const ADMIN = '/minio/admin/v3'

let folder: string
let server: Server
let minio: Minio
/** What a job has. */
let job: Credentials

interface Trial {
  readonly path: string
  readonly method?: MinioCall['method']
  readonly query?: Readonly<Record<string, string>>
  readonly body?: string
  /** The body goes sealed under the caller's secret. */
  readonly sealed?: string
}

/** `allowed` when MinIO did not refuse the right; that it misses something else does not matter here. */
async function ask(credentials: Credentials, { path, method = 'GET', query = {}, body, sealed }: Trial) {
  const sent = sealed === undefined ? body : sealBody(credentials, sealed)
  const call = { method, path: path.startsWith('/') ? path : `${ADMIN}/${path}`, query, credentials }
  try {
    await minio.send({ ...call, ...(sent !== undefined && { body: sent }) })
    return 'allowed'
  } catch (error) {
    const refusal = minioErrorIn(error)
    if (refusal === undefined) throw error
    return refusal.code === 'AccessDenied' ? 'refused' : `allowed, but ${refusal.code}`
  }
}

const asRoot = async (trial: Trial) => expect(await ask(root, trial), trial.path).toBe('allowed')
const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:*'], Resource: ['arn:aws:s3:::*'] }],
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-job-policy-'))
  // Four drives, in one pool: a single one has neither pools nor healing to ask about.
  server = await startMinio({
    drives: [join(folder, 'drive{1...4}')],
    env: {
      MINIO_CI_CD: '1',
      MINIO_ROOT_USER: 'rootuser',
      MINIO_ROOT_PASSWORD: 'root-password',
      MINIO_KMS_SECRET_KEY: 'test-key:YWNtZS1zdGF0aWMta21zLWtleS1vZi0zMi1ieXRlcyE=',
    },
  })
  minio = connectMinio({ endpoint: new URL(server.endpoint), region: 'us-east-1' })
  await asRoot({ path: '/papers', method: 'PUT' })
  await asRoot({ path: '/papers/note', method: 'PUT', body: 'hello' })
  await asRoot({ path: 'add-canned-policy', method: 'PUT', query: { name: 'papers' }, body: policy })
  const sealed = JSON.stringify({ secretKey: 'alice-secret', status: 'enabled' })
  await asRoot({ path: 'add-user', method: 'PUT', query: { accessKey: 'alice' }, sealed })
  await asRoot({ path: 'update-group-members', method: 'PUT', body: '{"group":"staff","members":["alice"]}' })
  const account = JSON.stringify({ targetUser: 'alice', accessKey: 'alice-app', secretKey: 'alice-app-secret' })
  await asRoot({ path: 'add-service-account', method: 'PUT', sealed: account })
  job = (await assumeRole(minio, { ...root, durationSeconds: 900, policy: JOB_POLICY })).credentials
}, 60_000)

afterAll(async () => {
  await minio?.close()
  await server?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

test('it is as short as MinIO wants session policies to be', () => {
  expect(JOB_POLICY.length).toBeLessThanOrEqual(2048)
})

const mapping = { policyName: 'papers', userOrGroup: 'alice', isGroup: 'false' }

const needed: readonly Trial[] = [
  { path: 'inspect-data', query: { volume: '.minio.sys', file: 'config/iam/format.json/xl.meta' } },
  { path: 'info' },
  { path: 'pools/list' },
  { path: 'site-replication/info' },
  { path: '/minio/kms/v1/status' },
  { path: '/minio/kms/v1/key/status' },
  { path: '/minio/kms/v1/key/status', query: { 'key-id': 'test-key' } },
  { path: 'kms/status', method: 'POST' },
  { path: 'list-users' },
  { path: 'list-canned-policies' },
  { path: 'user-info', query: { accessKey: 'alice' } },
  { path: 'set-user-status', method: 'PUT', query: { accessKey: 'alice', status: 'enabled' } },
  { path: 'group', query: { group: 'staff' } },
  { path: 'set-group-status', method: 'PUT', query: { group: 'staff', status: 'enabled' } },
  { path: 'info-canned-policy', query: { name: 'papers' } },
  { path: 'add-canned-policy', method: 'PUT', query: { name: 'papers' }, body: policy },
  { path: 'set-user-or-group-policy', method: 'PUT', query: mapping },
  { path: 'info-service-account', query: { accessKey: 'alice-app' } },
  { path: 'update-service-account', method: 'POST', query: { accessKey: 'alice-app' }, sealed: '{}' },
  { path: 'get-config-kv', query: { key: 'scanner' } },
  { path: 'set-config-kv', method: 'PUT', sealed: 'scanner speed="default"' },
]

const withheld: readonly Trial[] = [
  { path: '/' },
  { path: '/papers' },
  { path: '/papers/note' },
  { path: '/papers/note', method: 'PUT', body: 'x' },
  { path: '/papers/note', method: 'DELETE' },
  { path: 'add-user', method: 'PUT', query: { accessKey: 'mallory' }, sealed: '{"secretKey":"mallory-secret"}' },
  { path: 'remove-user', method: 'DELETE', query: { accessKey: 'alice' } },
  { path: 'remove-canned-policy', method: 'DELETE', query: { name: 'papers' } },
  {
    path: 'update-group-members',
    method: 'PUT',
    body: '{"group":"staff","members":["alice"],"isRemove":true}',
  },
  { path: 'add-service-account', method: 'PUT', sealed: '{"accessKey":"mallory","secretKey":"mallory-secret"}' },
  { path: 'export-iam' },
  { path: 'export-bucket-metadata', query: { bucket: '' } },
  { path: 'set-bucket-quota', method: 'PUT', query: { bucket: 'papers' }, body: '{}' },
  { path: 'service', method: 'POST', query: { action: 'restart', type: '2' } },
  { path: 'tier' },
  { path: 'list-remote-targets', query: { bucket: '', type: '' } },
  { path: 'background-heal/status', method: 'POST' },
  { path: 'trace' },
  { path: '/minio/kms/v1/key/list', query: { pattern: '' } },
  { path: '/minio/kms/v1/key/create', method: 'POST', query: { 'key-id': 'other' } },
]

describe('credentials of a job', () => {
  test.each(needed)('may call $path', async (trial) => {
    expect(await ask(job, trial)).toBe('allowed')
  })

  test('may ask about rebalancing and import a mapping', async () => {
    expect(await ask(job, { path: 'rebalance/status' })).toBe('allowed, but XMinioAdminRebalanceNotStarted')
    expect(await ask(job, { path: 'import-iam-v2', method: 'PUT', body: 'no zip' })).toMatch(/^allowed/)
  })

  test.each(withheld)('may not call $path', async (trial) => {
    expect(await ask(job, trial)).toBe('refused')
    // Else the refusal would say nothing of the policy: the account behind the job may do all of it.
    if (trial.method === undefined && trial.path !== 'trace') expect(await ask(root, trial)).toBe('allowed')
  })

  // Of its own account it could: MinIO asks for no right there.
  test('do not see the service accounts of others where they could be deleted', async () => {
    const trial = { path: 'delete-service-account', method: 'DELETE', query: { accessKey: 'alice-app' } } as const
    expect(await ask(job, trial)).toBe('allowed, but XMinioInvalidIAMCredentials')
    expect(await ask(root, { path: 'info-service-account', query: { accessKey: 'alice-app' } })).toBe('allowed')
  })

  test('MinIO takes the right to read drives in no policy by name', async () => {
    const named = { Effect: 'Allow', Action: ['admin:ServerInfo', 'admin:InspectData'] }
    const text = JSON.stringify({ Version: '2012-10-17', Statement: [named] })
    const refused = await assumeRole(minio, { ...root, durationSeconds: 900, policy: text }).catch(minioErrorIn)
    expect(refused).toMatchObject({ message: expect.stringContaining('unsupported admin action') })
  })
})
