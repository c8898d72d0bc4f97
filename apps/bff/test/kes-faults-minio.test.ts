import { createPrivateKey } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kes as RunningKes, startKes } from '@strongroom/sandbox/kes'
import { type Minio as RunningMinio, startMinio } from '@strongroom/sandbox/minio'
import { checkCertificate, readConsoleIdentities, readKesHistory } from '@strongroom/shared/kms'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createApp } from '../src/app.ts'
import { IamWatch } from '../src/cluster/iam-watch.ts'
import { KesWatch } from '../src/cluster/kes-watch.ts'
import { observeKms } from '../src/cluster/kms-observation.ts'
import { LastTold } from '../src/cluster/last-told.ts'
import { readConfig } from '../src/config/config.ts'
import { type Console, createConsole } from '../src/console.ts'
import { AppError } from '../src/errors.ts'
import { selfSignedClientCertificate } from '../src/kes/client-certificate.ts'
import { Secret } from '../src/secret.ts'
import { Client } from './client.ts'

vi.setConfig({ testTimeout: 40_000, hookTimeout: 60_000 })

/** MinIO on a KES, and a console beside them that has an identity of its own. */
const dir = mkdtempSync(join(tmpdir(), 'kes-faults-minio-'))
const ROOT = { accessKey: 'minioadmin', secretKey: new Secret('minioadmin') }

let kes: RunningKes
let minio: RunningMinio
let console: Console
let client: Client

beforeAll(async () => {
  kes = await startKes({ dir: join(dir, 'kes') })
  const forMinio = {
    MINIO_KMS_KES_ENDPOINT: kes.endpoint,
    MINIO_KMS_KES_CAPATH: kes.ca,
    MINIO_KMS_KES_KEY_NAME: 'default',
  }
  const env = { ...forMinio, MINIO_KMS_KES_CERT_FILE: kes.minioCert, MINIO_KMS_KES_KEY_FILE: kes.minioKey }
  const root = { MINIO_ROOT_USER: ROOT.accessKey, MINIO_ROOT_PASSWORD: 'minioadmin' }
  mkdirSync(join(dir, 'drive'))
  minio = await startMinio({ drives: [join(dir, 'drive')], env: { ...root, ...env } })
  const own = {
    ...forMinio,
    MINIO_KMS_KES_CERT_FILE: kes.consoleCert,
    MINIO_KMS_KES_KEY_FILE: kes.consoleKey,
    STRONGROOM_KES_DELETE_CERT_FILE: kes.adminCert,
    STRONGROOM_KES_DELETE_KEY_FILE: kes.adminKey,
    STRONGROOM_MINIO_ENDPOINT: minio.endpoint,
    STRONGROOM_STATE_DIR: join(dir, 'state'),
  }
  console = await createConsole(readConfig(own), pino({ level: 'silent' }))
  const app = createApp(console, null)
  client = new Client((path, init) => app.request(path, init))
  await client.signIn(ROOT.accessKey, 'minioadmin')
})
afterAll(async () => {
  await console?.kesDoors.close()
  await minio?.stop()
  await kes?.stop()
  rmSync(dir, { recursive: true, force: true })
})

const lastTold = new LastTold()

const observe = (mayKnowKes: () => Promise<unknown> = async () => undefined) =>
  observeKms({
    minio: console.minio,
    credentials: ROOT,
    kes: console.kes,
    kesKeyName: null,
    kesOfflineCacheMs: 60_000,
    iam: new IamWatch(),
    mayKnowKes,
    lastTold,
  })

test('MinIO on KES: each hop holds, up to the default key', async () => {
  const kms = await observe()
  expect(kms).toMatchObject({ kind: 'kes', defaultKey: 'default', keyWorks: true, cachedOnly: null, unknown: [] })
  expect(kms.kes?.endpoints[0]?.hops.map(({ state }) => state)).toEqual(Array(8).fill('holds'))
})

test('the console’s identities are told with what KES lets them do', async () => {
  const { identities } = await client.call(readConsoleIdentities, {})
  expect(identities).toMatchObject([
    {
      role: 'observe',
      kind: 'certificate',
      policy: 'console',
      // It stands in for proofs and imports, which need all that it may.
      excess: [],
      keyForm: 'plain',
      certificate: { severity: null },
    },
    { role: 'delete', policy: null, loadedAt: null, excess: [expect.stringMatching(/^Everything/)] },
  ])
  expect(JSON.stringify(identities)).not.toContain('PRIVATE')
})

test('a new certificate is held against the identities in use, MinIO’s included where it is known', async () => {
  const renewed = selfSignedClientCertificate(createPrivateKey(readFileSync(kes.consoleKey)), 'renewed')
  expect(await client.call(checkCertificate, { pem: renewed })).toMatchObject({
    identity: console.kes!.identity,
    sameAs: ['observe'],
    troubles: [],
  })
  const refusal = await client.refusal(checkCertificate, { pem: readFileSync(kes.consoleKey, 'utf8') })
  expect(refusal).toMatchObject({ code: 'invalid-input', detail: expect.stringMatching(/private key/) })
})

test('the history has its endpoint', async () => {
  await console.kesHistory.look()
  const { endpoints, since } = await client.call(readKesHistory, {})
  expect(since).toBeNull()
  expect(endpoints).toMatchObject([{ url: kes.endpoint, points: [{ latencyMs: expect.any(Number) }] }])
})

test('while the keystore is gone MinIO lives on what KES holds', async () => {
  const [keystore, away] = [join(dir, 'kes/keystore'), join(dir, 'kes/away')]
  renameSync(keystore, away)
  try {
    const { cachedOnly, keyWorks } = await observe()
    expect(keyWorks).toBe(true)
    expect(Date.parse(cachedOnly!.until!) - Date.parse(cachedOnly!.since)).toBe(60_000)
  } finally {
    renameSync(away, keystore)
  }
  await vi.waitFor(async () => expect((await observe()).cachedOnly).toBeNull(), { timeout: 15_000, interval: 500 })
})

test('while KES hangs the page is told so in time, and MinIO is not called unreachable', async () => {
  const watch = new KesWatch()
  process.kill(kes.pid, 'SIGSTOP')
  try {
    const refused = await observe(() => Promise.reject(new AppError('not-allowed', 'no')))
    expect(refused).toMatchObject({ kind: 'kes', defaultKey: 'default', keyWorks: null, kes: null, standby: null })
    expect(watch.note(refused)).toBeNull()

    const started = performance.now()
    const kms = await observe()
    expect(performance.now() - started).toBeLessThan(5_000)
    expect(kms).toMatchObject({ kind: 'kes', defaultKey: 'default', keyWorks: null, cachedOnly: null })
    expect(kms.kes?.endpoints[0]?.hops[1]).toMatchObject({ hop: 'connection', state: 'broken' })
    expect(kms.endpoints).toMatchObject([{ state: 'unknown' }])
    expect(kms.unknown.join(' ')).toContain('it waits for KES')
    expect(watch.note(kms)).not.toBeNull()

    const again = performance.now()
    await observe()
    expect(performance.now() - again).toBeLessThan(4_000)
  } finally {
    process.kill(kes.pid, 'SIGCONT')
  }
  await vi.waitFor(async () => expect((await observe()).keyWorks).toBe(true), { timeout: 15_000, interval: 300 })
})
