import { setTimeout as sleep } from 'node:timers/promises'
import type { IamItem } from '@strongroom/shared/iam'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type House, openHouse } from '../../../test/house.ts'
import { addCannedPolicy, infoCannedPolicy, setUserStatus, userInfo } from '../../minio/iam.ts'
import { newInspectKeyPair } from '../../minio/inspect.ts'
import { ADMIN, sealBody } from '../../minio/replies.ts'
import { infoServiceAccount } from '../../minio/service-accounts.ts'
import { connectMinio, type Minio, type MinioCall } from '../../minio/transport.ts'
import { argon2id } from '../../native/argon2id.ts'
import { loadHighwayHash } from '../../native/highway-hash.ts'
import { Secret } from '../../secret.ts'
import { takeAudit } from '../audit.ts'
import { clusterScope } from '../audit-scope.ts'
import type { ItemKeys } from '../item-opener.ts'
import { Digester } from './item-digest.ts'
import { prove } from './prove-items.ts'
import { readTogether } from './read-together.ts'
import { type RewriteScope, rewrite } from './rewrite-item.ts'
import { MeaningChanged, type Outcome } from './verify-item.ts'
import { WriteClock } from './write-clock.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const KEY = 'new-key'
const MATERIAL = 'c3Ryb25ncm9vbS10ZXN0LWtleS1vZi0zMi1ieXRlcyE='

let house: House
let minio: Minio
let credentials: { accessKey: string; secretKey: Secret<string> }
let items: readonly IamItem[]
let scope: RewriteScope
/** Done by somebody else right before a call to MinIO, once. */
let meanwhile: { readonly before: RegExp; readonly act: () => Promise<unknown> } | undefined

beforeAll(async () => {
  house = await openHouse({ fixture: 'plaintext-latest', variables: { MINIO_KMS_SECRET_KEY: `${KEY}:${MATERIAL}` } })
  minio = connectMinio({ endpoint: new URL(house.minio.endpoint), region: 'us-east-1' })
  credentials = { accessKey: house.truth.rootUser, secretKey: new Secret(house.truth.rootPassword) }
})
afterAll(async () => {
  await minio?.close()
  await house?.close()
})

beforeEach(async () => {
  meanwhile = undefined
  const watched: Minio = { ...minio, send: (call) => afterOthers(call) }
  const reader = {
    ...{ minio: watched, credentials },
    keyPair: await newInspectKeyPair(),
    highwayHash: await loadHighwayHash(),
  }
  const rest = { ownAccessKeys: new Set<string>(), depth: 'names' as const, keys: null }
  const { audit, items: found } = await takeAudit(await clusterScope(reader, rest))
  items = found
  scope = {
    ...{ reader, api: reader, keys: keysOf(), defaultKey: KEY },
    volume: audit.volume,
    known: found.map(({ path }) => path),
    layout: { partsApart: false },
    digester: new Digester(),
    clock: new WriteClock(),
    signal: new AbortController().signal,
    requireHeld: async () => {},
  }
})

const keysOf = (): ItemKeys => ({
  rootCredentials: null,
  staticKey: { name: KEY, material: new Secret(Uint8Array.from(Buffer.from(MATERIAL, 'base64'))) },
  kes: null,
  argon2id,
})

async function afterOthers(call: MinioCall) {
  const now = meanwhile
  if (now?.before.test(`${call.method} ${call.path}`)) {
    meanwhile = undefined
    await now.act()
  }
  return minio.send(call)
}

/** An item that lies in plaintext still. */
const next = (kind: IamItem['kind'], fits: (item: IamItem) => boolean = () => true) =>
  items.find((item) => item.kind === kind && item.state === 'plaintext' && item.movable && fits(item))!

async function move(item: IamItem, ahead = new Map()): Promise<Outcome> {
  const read = ahead.has(item.path) ? ahead : await readTogether(scope, [item.path])
  const stage = await rewrite(scope, { item, attempt: 1 }, read.get(item.path))
  if (stage.is === 'ended') return stage.outcome
  const { outcomes } = await prove(scope, [stage], [])
  return outcomes[0]![1]
}

const setSecret = (name: string, secretKey: string) =>
  minio.send({
    ...{ method: 'PUT', path: `${ADMIN}/add-user`, query: { accessKey: name }, credentials },
    body: sealBody(credentials, JSON.stringify({ secretKey, status: 'enabled' })),
  })

const removeUser = (accessKey: string) =>
  minio.send({ method: 'DELETE', path: `${ADMIN}/remove-user`, query: { accessKey }, credentials })

const READ = /POST .*inspect-data/
const NEW_POLICY =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::edited/*"]}]}'

describe('what somebody else does at the same time', () => {
  test('a policy edited after it was read is begun anew, and keeps its new body', async () => {
    const item = next('policy')
    const stale = await readTogether(scope, [item.path])
    meanwhile = { before: READ, act: () => addCannedPolicy(minio, credentials, item.name, NEW_POLICY) }
    expect(await move(item, new Map(stale))).toMatchObject({ is: 'again' })
    expect(await infoCannedPolicy(minio, credentials, item.name)).toContain('arn:aws:s3:::edited/*')
    // Somebody’s edit has sealed it: that is where it should be.
    expect(await move(item)).toEqual({ is: 'there' })
  })

  test('a user disabled after it was read is begun anew, and stays disabled', async () => {
    const item = next('user', ({ name }) => house.truth.rootUser !== name)
    const status = (await userInfo(minio, credentials, item.name)).status === 'enabled' ? 'disabled' : 'enabled'
    const stale = await readTogether(scope, [item.path])
    await setUserStatus(minio, credentials, item.name, status)
    expect(await move(item, new Map(stale))).toMatchObject({ is: 'again', why: expect.stringContaining('status') })
    expect((await userInfo(minio, credentials, item.name)).status).toBe(status)
  })

  test('a user deleted before the write is left', async () => {
    const item = next('user')
    meanwhile = { before: READ, act: () => removeUser(item.name) }
    expect(await move(item)).toMatchObject({ is: 'left', reason: expect.stringContaining('deleted') })
  })

  test('a user deleted after the write is left', async () => {
    const item = next('user')
    const ahead = await readTogether(scope, [item.path])
    meanwhile = { before: READ, act: () => removeUser(item.name) }
    expect(await move(item, new Map(ahead))).toMatchObject({ is: 'left', reason: expect.stringContaining('deleted') })
  })

  test('an edit certainly made after our write counts as moved, and is said not to be compared', async () => {
    const first = next('user')
    expect(await move(first)).toEqual({ is: 'moved', compared: 'content' })
    const item = next('user', ({ path }) => path !== first.path)
    const ahead = await readTogether(scope, [item.path])
    meanwhile = { before: READ, act: () => sleep(100).then(() => setSecret(item.name, 'a-secret-set-meanwhile')) }
    expect(await move(item, new Map(ahead))).toEqual({
      ...{ is: 'moved', compared: null },
      note: expect.stringContaining('edited by somebody else'),
    })
  })

  test('a difference that may be our own stops, and names the field, not the value', async () => {
    const item = next('user')
    const ahead = await readTogether(scope, [item.path])
    // As a write of ours would that lost the secret: no generation is known to be younger.
    meanwhile = { before: /PUT .*set-user-status/, act: () => setSecret(item.name, 'a-secret-set-before-ours') }
    const outcome = await move(item, new Map(ahead))
    expect(outcome).toMatchObject({ is: 'failed', error: expect.any(MeaningChanged) })
    const { error } = outcome as { error: MeaningChanged }
    expect(error.detail).toContain('credentials.secretKey')
    expect(error.detail).not.toContain('a-secret-set')
  })
})

describe('a service account', () => {
  test('keeps its session policy, and one that lost it is never put down to somebody else', async () => {
    const embedded: IamItem[] = []
    for (const item of items.filter(({ kind, state }) => kind === 'service-account' && state === 'plaintext')) {
      const { sessionPolicy } = await infoServiceAccount(minio, credentials, item.name)
      if (sessionPolicy !== null) embedded.push(item)
    }
    const [kept, lost] = embedded
    expect(await move(kept!)).toEqual({ is: 'moved', compared: 'content' })
    expect((await infoServiceAccount(minio, credentials, kept!.name)).sessionPolicy).not.toBeNull()

    const ahead = await readTogether(scope, [lost!.path])
    const drop = () =>
      minio.send({
        ...{ method: 'POST', path: `${ADMIN}/update-service-account`, query: { accessKey: lost!.name }, credentials },
        body: sealBody(credentials, '{}'),
      })
    const readBack = { before: READ, act: () => sleep(100).then(drop) }
    const written = async () => {
      meanwhile = readBack
    }
    meanwhile = { before: /POST .*update-service-account/, act: written }
    expect(await move(lost!, new Map(ahead))).toMatchObject({ is: 'failed', error: expect.any(MeaningChanged) })
  })

  test('edited right before its write is begun anew, and keeps what the edit gave it', async () => {
    const item = next('service-account', ({ name }) => name !== 'site-replicator-0')
    const narrow = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: ['s3:*'], Resource: ['arn:aws:s3:::*'] }],
    }
    const cut = () =>
      minio.send({
        ...{ method: 'POST', path: `${ADMIN}/update-service-account`, query: { accessKey: item.name }, credentials },
        body: sealBody(credentials, JSON.stringify({ newPolicy: narrow })),
      })
    meanwhile = { before: READ, act: cut }
    const ahead = await readTogether({ ...scope, reader: { ...scope.reader, minio } }, [item.path])
    expect(await move(item, new Map(ahead))).toMatchObject({ is: 'again' })
    expect((await infoServiceAccount(minio, credentials, item.name)).sessionPolicy).toContain('Deny')
  })
})

test('without a key that opens it, MinIO’s answers are compared', async () => {
  scope = { ...scope, keys: { ...keysOf(), staticKey: null } }
  expect(await move(next('group'))).toEqual({ is: 'moved', compared: 'answers' })
})

test('a lost lease is found before anything is written', async () => {
  const requireHeld = () => Promise.reject(new Error('lost'))
  const item = next('group')
  scope = { ...scope, requireHeld }
  expect(await move(item)).toMatchObject({ is: 'failed', error: new Error('lost') })
  expect((await readTogether(scope, [item.path])).get(item.path)!.bytes![0]).toBe('{'.charCodeAt(0))
})

test('after a stop nothing is written', async () => {
  const item = next('group')
  scope = { ...scope, signal: AbortSignal.abort(new Error('stopped')) }
  expect(await move(item)).toMatchObject({ is: 'failed', error: new Error('stopped') })
  expect((await readTogether(scope, [item.path])).get(item.path)!.bytes![0]).toBe('{'.charCodeAt(0))
})
