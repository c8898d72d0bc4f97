import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Minio as Server, startMinio } from '@strongroom/sandbox/minio'
import { unpackDrives } from '@strongroom/sandbox/seed'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import seeded from '../../../sandbox/fixtures/acme-2021.credentials.json' with { type: 'json' }
import { policyMeaning } from '../crypto/policy-meaning.ts'
import { loadHighwayHash } from '../native/highway-hash.ts'
import { Secret } from '../secret.ts'
import { readAccount } from './account.ts'
import { clearBucketEncryption, getBucketEncryption, listBuckets, setBucketEncryption } from './buckets.ts'
import { getConfig, setConfig } from './config.ts'
import {
  addCannedPolicy,
  groupInfo,
  infoCannedPolicy,
  listCannedPolicies,
  listUsers,
  setGroupStatus,
  setUserStatus,
  userInfo,
} from './iam.ts'
import { iamLoaded } from './iam-loaded.ts'
import { readInfo } from './info.ts'
import { inspect, newInspectKeyPair, SYSTEM_VOLUME } from './inspect.ts'
import { createKmsKey, keyStatus, kmsStatus, kmsVersion, listKmsKeys } from './kms.ts'
import { listObjectsWithMetadata } from './object-listing.ts'
import { deleteObject, getObject, headObject, putObject } from './objects.ts'
import { importPolicyMapping, setUserOrGroupPolicy } from './policy-mappings.ts'
import { restart } from './service.ts'
import { infoServiceAccount, updateServiceAccount } from './service-accounts.ts'
import { assumeRole, discoverRegion } from './sts.ts'
import { type Credentials, connectMinio, type Minio } from './transport.ts'

const archive = new URL('../../../sandbox/fixtures/acme-2021.tar.gz', import.meta.url).pathname
const root = { accessKey: 'acme-root', secretKey: 'acme-Root-Secret-2021!' }

let folder: string
let server: Server
let minio: Minio
/** Temporary ones of the root user: what the console holds. */
let me: Credentials

const signIn = (accessKey: string, secretKey: string) =>
  assumeRole(minio, { accessKey, secretKey: new Secret(secretKey), durationSeconds: 900 })

/** MinIO words the same policy in another order each time. */
const meaning = (policy: string | null) => policy && policyMeaning(JSON.parse(policy))

const secretOf = (user: string) => seeded.users.find(({ name }) => name === user)!.secret

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-minio-'))
  const { drives } = await unpackDrives(archive, join(folder, 'drives'))
  server = await startMinio({
    drives,
    env: {
      MINIO_ROOT_USER: root.accessKey,
      MINIO_ROOT_PASSWORD: root.secretKey,
      MINIO_KMS_SECRET_KEY: 'acme-key:YWNtZS1zdGF0aWMta21zLWtleS1vZi0zMi1ieXRlcyE=',
    },
  })
  minio = connectMinio({ endpoint: new URL(server.endpoint), region: 'us-east-1' })
  me = (await signIn(root.accessKey, root.secretKey)).credentials
  // Under root credentials each of the 69 items costs the server an Argon2id run.
  await vi.waitFor(async () => expect(await iamLoaded(minio, me)).toMatchObject({ loaded: true }), 60_000)
})

afterAll(async () => {
  await minio?.close()
  await server?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

describe('signing in', () => {
  test('a user gets temporary credentials that know their account', async () => {
    const { account, expiresAt, region, credentials } = await signIn('amelia', secretOf('amelia'))
    expect({ account, region }).toEqual({ account: 'amelia', region: 'us-east-1' })
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(800_000)
    expect(JSON.stringify(credentials)).not.toMatch(/eyJ/)
  })

  test.each([
    ['another secret key', () => signIn('amelia', 'not-this-one'), 'wrong-credentials'],
    ['nobody', () => signIn('nobody', 'not-this-one'), 'wrong-credentials'],
    ['a disabled user', () => signIn('quentin', secretOf('quentin')), 'not-allowed'],
    [
      'a service account',
      () => signIn(seeded.serviceAccounts[0]!.accessKey, seeded.serviceAccounts[0]!.secretKey),
      'not-allowed',
    ],
  ])('%s is refused', async (_, attempt, code) => {
    await expect(attempt()).rejects.toMatchObject({ code })
  })

  test('an altered token ends the session', async () => {
    const altered = { ...me, sessionToken: new Secret('not.a.token') }
    await expect(readInfo(minio, altered)).rejects.toMatchObject({ code: 'session-expired' })
  })

  test('a user without rights is told which one is missing', async () => {
    const { credentials } = await signIn('bruno', secretOf('bruno'))
    await expect(readInfo(minio, credentials)).rejects.toMatchObject({
      code: 'not-allowed',
      detail: expect.stringContaining('admin:ServerInfo'),
    })
    await expect(kmsStatus(minio, credentials)).rejects.toMatchObject({
      code: 'not-allowed',
      detail: expect.stringContaining('kms:Status'),
    })
    expect(await readAccount(minio, credentials)).toMatchObject({
      account: 'bruno',
      policy: { Statement: expect.any(Array) },
    })
    expect(await iamLoaded(minio, credentials)).toMatchObject({ loaded: null })
  })

  test('a cluster without a region names none', async () => {
    expect(await discoverRegion(minio)).toBeUndefined()
  })
})

test('info tells version, nodes, drives and the environment with secrets redacted', async () => {
  const info = await readInfo(minio, me)
  expect(info).toMatchObject({ region: '', drives: 4, kmsEndpoints: [{ status: 'online' }] })
  expect(info.version).not.toBeNull()
  expect(info.nodes[0]).toMatchObject({ state: 'online', drives: 4, drivesOnline: 4 })
  expect(info.nodes[0]!.env!.MINIO_KMS_SECRET_KEY).toMatch(/REDACTED/)
})

describe('the KMS', () => {
  test('a static key', async () => {
    expect(await kmsStatus(minio, me)).toMatchObject({ name: 'MinIO builtin', defaultKey: 'acme-key' })
    expect(await keyStatus(minio, me)).toEqual({ key: 'acme-key', works: true, error: null })
    expect(await listKmsKeys(minio, me)).toEqual(['acme-key'])
    expect(await listKmsKeys(minio, me, 'other')).toEqual([])
    expect(await kmsVersion(minio, me)).toBe('v1')
  })

  test('a key that is not there, and keys that can’t be made', async () => {
    expect(await keyStatus(minio, me, 'absent')).toMatchObject({ works: false, error: expect.stringMatching(/exist/) })
    await expect(createKmsKey(minio, me, 'acme-key')).rejects.toMatchObject({ code: 'already-exists' })
    await expect(createKmsKey(minio, me, 'second')).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('users, groups, policies', () => {
  test('every user is listed, with status', async () => {
    const users = await listUsers(minio, me)
    expect(
      [...users].map(([name, { status }]) => ({ name, status })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    ).toEqual(seeded.users.map(({ name, status }) => ({ name, status })))
  })

  test('a disabled user is rewritten and stays as it was', async () => {
    const before = await userInfo(minio, me, 'quentin')
    expect(before).toMatchObject({ status: 'disabled', policies: ['readonly'] })
    await setUserStatus(minio, me, 'quentin', before.status)
    expect(await userInfo(minio, me, 'quentin')).toEqual(before)
    await expect(userInfo(minio, me, 'nobody')).rejects.toMatchObject({ code: 'not-found' })
  })

  test('the user behind the session can be rewritten too', async () => {
    const { credentials } = await signIn('amelia', secretOf('amelia'))
    await setUserStatus(minio, credentials, 'amelia', 'enabled')
  })

  test('a disabled group', async () => {
    const before = await groupInfo(minio, me, 'contractors')
    expect(before).toMatchObject({ status: 'disabled', members: ['ulf', 'yusuf'] })
    await setGroupStatus(minio, me, 'contractors', before.status)
    expect(await groupInfo(minio, me, 'contractors')).toEqual(before)
  })

  test('a policy goes back verbatim', async () => {
    expect(await listCannedPolicies(minio, me)).toContain('analytics-read')
    const before = await infoCannedPolicy(minio, me, 'analytics-read')
    await addCannedPolicy(minio, me, 'analytics-read', before)
    expect(meaning(await infoCannedPolicy(minio, me, 'analytics-read'))).toEqual(meaning(before))
  })

  test('mappings: set for enabled users and groups, imported for disabled users', async () => {
    const { policies } = await userInfo(minio, me, 'amelia')
    await setUserOrGroupPolicy(minio, me, { kind: 'user', name: 'amelia', policies })
    expect((await userInfo(minio, me, 'amelia')).policies).toEqual(policies)

    const group = await groupInfo(minio, me, 'engineering')
    await setUserOrGroupPolicy(minio, me, { kind: 'group', name: 'engineering', policies: group.policies })
    expect((await groupInfo(minio, me, 'engineering')).policies).toEqual(group.policies)

    const disabled = { kind: 'user', name: 'quentin', policies: ['readonly'] } as const
    await expect(setUserOrGroupPolicy(minio, me, disabled)).rejects.toMatchObject({ code: 'not-found' })
    const on = async () =>
      Buffer.concat((await read(`config/iam/policydb/users/quentin.json/xl.meta`)).map(({ bytes }) => bytes))
    const before = await on()
    await importPolicyMapping(minio, me, disabled)
    expect(await on()).not.toEqual(before)
    expect(await userInfo(minio, me, 'quentin')).toMatchObject({ status: 'disabled', policies: ['readonly'] })
  })

  test('no mapping is emptied by mistake', async () => {
    const empty = { kind: 'user', name: 'amelia', policies: [] } as const
    await expect(setUserOrGroupPolicy(minio, me, empty)).rejects.toThrow(RangeError)
    await expect(importPolicyMapping(minio, me, empty)).rejects.toThrow(RangeError)
  })
})

describe('service accounts', () => {
  test.each([true, false])('rewritten with their policy as it was (session policy: %s)', async (sessionPolicy) => {
    const { accessKey, parent } = seeded.serviceAccounts.find((account) => account.sessionPolicy === sessionPolicy)!
    const before = await infoServiceAccount(minio, me, accessKey)
    expect(before).toMatchObject({ parent, status: 'on' })
    expect(before.sessionPolicy !== null).toBe(sessionPolicy)
    await updateServiceAccount(minio, me, accessKey, before)
    const after = await infoServiceAccount(minio, me, accessKey)
    expect({ ...after, sessionPolicy: meaning(after.sessionPolicy) }).toEqual({
      ...before,
      sessionPolicy: meaning(before.sessionPolicy),
    })
  })

  test('one that is not there', async () => {
    await expect(infoServiceAccount(minio, me, 'NOBODY')).rejects.toMatchObject({ code: 'not-found' })
  })
})

test('a setting is written again with the value it has', async () => {
  const before = await getConfig(minio, me, 'scanner')
  expect(before.get('speed')).toBe('default')
  expect(await setConfig(minio, me, { subSystem: 'scanner', key: 'speed', value: 'default' })).toEqual({
    restartNeeded: false,
  })
  expect(await getConfig(minio, me, 'scanner')).toEqual(before)
  expect((await getConfig(minio, me, 'api')).get('requests_max')).toBe('256')
})

const read = async (file: string) => inspect(minio, me, { volume: SYSTEM_VOLUME, file }, await newInspectKeyPair())

describe('inspect', () => {
  test('sealed to a key pair: every drive’s copy, by path', async () => {
    const files = await read('config/iam/users/zoe/identity.json/xl.meta')
    expect(files.map(({ path }) => path)).toEqual(Array(4).fill('config/iam/users/zoe/identity.json/xl.meta'))
    expect(files.map(({ drive }) => drive).sort()).toEqual(server.drives)
    expect(Buffer.from(files[0]!.bytes.subarray(0, 4)).toString()).toBe('XL2 ')
  })

  test('without a key pair the same comes', async () => {
    const file = 'config/iam/users/zoe/identity.json/xl.meta'
    const plain = await inspect(minio, me, { volume: SYSTEM_VOLUME, file })
    expect(new Set(plain)).toEqual(new Set(await read(file)))
  })

  test('the content that a server of 2021 wrote lies in part.1, behind its HighwayHash', async () => {
    const highwayHash = await loadHighwayHash()
    const files = await read('config/iam/users/zoe/identity.json/*/part.1')
    expect(files).toHaveLength(4)
    for (const { bytes } of files) {
      expect(Buffer.from(highwayHash(bytes.subarray(32)))).toEqual(Buffer.from(bytes.subarray(0, 32)))
    }
  })

  test('nothing that matches', async () => {
    expect(await read('config/iam/users/nobody/identity.json/xl.meta')).toEqual([])
    const file = 'config/nothing/xl.meta'
    expect(await inspect(minio, me, { volume: SYSTEM_VOLUME, file })).toEqual([])
  })
})

describe('buckets', () => {
  test('all are listed', async () => {
    const buckets = await listBuckets(minio, me)
    expect(buckets).toHaveLength(7)
    expect(buckets[0]).toEqual({ name: 'analytics', createdAt: expect.stringMatching(/^20\d\d-.*Z$/) })
  })

  test('encryption is set, read and cleared', async () => {
    const get = () => getBucketEncryption(minio, me, 'analytics')
    expect(await get()).toBeNull()
    await setBucketEncryption(minio, me, 'analytics', { mode: 'sse-s3' })
    expect(await get()).toEqual({ mode: 'sse-s3' })
    await setBucketEncryption(minio, me, 'analytics', { mode: 'sse-kms', key: 'acme-key' })
    expect(await get()).toEqual({ mode: 'sse-kms', key: 'acme-key' })
    await clearBucketEncryption(minio, me, 'analytics')
    await clearBucketEncryption(minio, me, 'analytics')
    expect(await get()).toBeNull()
  })

  test('no such bucket, no such key', async () => {
    await expect(getBucketEncryption(minio, me, 'nobucket')).rejects.toMatchObject({
      code: 'not-found',
      detail: 'MinIO has no such bucket.',
    })
    await expect(setBucketEncryption(minio, me, 'analytics', { mode: 'sse-kms', key: 'nokey' })).rejects.toMatchObject({
      code: 'not-found',
      detail: 'The KMS of MinIO has no key of that name.',
    })
  })

  test('an object is written, told apart, listed and removed, in a bucket with versions too', async () => {
    const bucket = 'invoices'
    const key = 'probe ä+&<>*/./%41.txt'
    await setBucketEncryption(minio, me, bucket, { mode: 'sse-kms', key: 'acme-key' })
    const body = Buffer.from('probe')
    const { seal, versionId } = await putObject(minio, me, { bucket, key: 'probe-1' }, body)
    expect(seal).toEqual({
      mode: 'sse-kms',
      key: 'acme-key',
      headers: [
        { name: 'x-amz-server-side-encryption', value: 'aws:kms' },
        { name: 'x-amz-server-side-encryption-aws-kms-key-id', value: 'arn:aws:kms:acme-key' },
      ],
    })
    const name = { bucket, key: 'probe-1', ...(versionId !== undefined && { versionId }) }
    expect(versionId).toBeDefined()
    expect(await headObject(minio, me, name)).toMatchObject({ mode: 'sse-kms', key: 'acme-key' })
    expect(Buffer.from((await getObject(minio, me, name)).bytes)).toEqual(body)

    const odd = await putObject(minio, me, { bucket, key: key.replace('/./', '/') }, body)
    const first = await listObjectsWithMetadata(minio, me, bucket, { prefix: 'probe', limit: 1 })
    const second = await listObjectsWithMetadata(minio, me, bucket, { prefix: 'probe', limit: 1, after: first.next! })
    expect([...first.objects, ...second.objects]).toMatchObject([
      { key: key.replace('/./', '/'), sizeBytes: 5, mode: 'sse-kms', kmsKey: 'acme-key' },
      { key: 'probe-1', sizeBytes: 5, mode: 'sse-kms', kmsKey: 'acme-key' },
    ])
    expect((await listObjectsWithMetadata(minio, me, bucket, { prefix: '2021/' })).objects[0]).toMatchObject({
      mode: 'none',
    })

    await deleteObject(minio, me, name)
    await deleteObject(minio, me, { bucket, key: key.replace('/./', '/'), versionId: odd.versionId! })
    await expect(headObject(minio, me, name)).rejects.toMatchObject({ code: 'not-found' })
    expect((await listObjectsWithMetadata(minio, me, bucket, { prefix: 'probe' })).objects).toEqual([])
    await clearBucketEncryption(minio, me, bucket)
  })
})

test('a restart is tried dry: each node agrees', async () => {
  expect(await restart(minio, me, { dryRun: true })).toEqual([{ host: minio.host, error: null }])
})
