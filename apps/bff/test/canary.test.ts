import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { acmeVariables } from '@strongroom/sandbox/acme'
import { root as repository } from '@strongroom/sandbox/binaries'
import type { Child } from '@strongroom/sandbox/child'
import { startConsole } from '@strongroom/sandbox/console'
import { type Kes, startKes } from '@strongroom/sandbox/kes'
import { clientFiles } from '@strongroom/sandbox/pem-files'
import { freePort } from '@strongroom/sandbox/ports'
import { listActivity } from '@strongroom/shared/activity'
import { api } from '@strongroom/shared/api'
import { createBackup, downloadBackup, listBackups } from '@strongroom/shared/backups'
import { listDrills } from '@strongroom/shared/drills'
import { API_PREFIX } from '@strongroom/shared/endpoint'
import {
  compareAudits,
  listAuditItems,
  listAudits,
  readAudit,
  readRootRotation,
  startAudit,
} from '@strongroom/shared/iam'
import { cancelJob, followJob, listJobs, readJob } from '@strongroom/shared/jobs'
import { readKesAccess, simulateKes } from '@strongroom/shared/kes-access'
import { readKeyDeletion, readKeyUsage } from '@strongroom/shared/key-deletion'
import { createKey, importKey, keepCanary, listKeys, proveKey, readKey, readKeyImport } from '@strongroom/shared/keys'
import { readConsoleIdentities, readKesHistory, readKms } from '@strongroom/shared/kms'
import {
  downloadMigrationReport,
  listMigrations,
  readMigrationReport,
  startMigration,
} from '@strongroom/shared/migrations'
import { applyMove, readMove, restartCluster } from '@strongroom/shared/move'
import { readOverview } from '@strongroom/shared/overview'
import { enterTargetSecret, enterTierSecret, listRemoteSecrets } from '@strongroom/shared/remote-secrets'
import { readSession, signIn, signOut } from '@strongroom/shared/session'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACME_KEY, untilRestarted } from './acme-walk.ts'
import { driveBuckets, PROBER, readBuckets } from './canary-buckets.ts'
import { KeyDrive, pemNeedles } from './canary-keys.ts'
import { Client, requestOf } from './client.ts'
import { readStored } from './drives.ts'
import { acmeCredentials } from './fixture.ts'
import { type House, openHouse } from './house.ts'
import { importByKes } from './kes-client.ts'
import { filesBelow, formsOf, leaksIn, type Needle, type Straw } from './leaks.ts'
import { keystoreKeys, openItem } from './opening.ts'

const ROOT = { accessKey: acmeVariables.MINIO_ROOT_USER!, secretKey: acmeVariables.MINIO_ROOT_PASSWORD! }
const { users, serviceAccounts } = acmeCredentials()
/** Typed into the console in the course of the test. */
const TYPED = { passphrase: 'a passphrase typed for a backup', remote: 'a-secret-of-a-remote-system' }
const STATIC_KEY = acmeVariables.MINIO_KMS_SECRET_KEY!.split(':')[1]!

let house: House
/** A KES with the same key, for drills. */
let restored: Kes
let server: { url: string; child: Child }
const keys = new KeyDrive()
const responses: Straw[] = []
const called = new Set<string>()
/** Values of the cookie: they open the sealed records. */
const tickets = new Set<string>()

beforeAll(async () => {
  house = await openHouse({ fixture: 'acme-2021', variables: acmeVariables, kes: true })
  await house.mc(async (mc) => {
    await mc('admin', 'user', 'add', 'demo', PROBER.accessKey, PROBER.secretKey)
    await mc('admin', 'policy', 'attach', 'demo', 'readwrite', '--user', PROBER.accessKey)
  })
  restored = await startKes({ dir: join(house.dir, 'restored') })
  await importByKes(restored, ACME_KEY, Buffer.from(STATIC_KEY, 'base64'))
  server = await startConsole({
    port: await freePort(),
    logFile: join(house.dir, 'console.log'),
    env: { ...house.consoleEnv, ...keyCustody(), NODE_OPTIONS: '--import tsx', STRONGROOM_LOG_LEVEL: 'trace' },
    secrets: [],
    main: join(repository, 'apps/bff/test/serve.ts'),
  })
})
afterAll(async () => {
  await server?.child.stop()
  await restored?.stop()
  await house?.close()
})

/** An identity of the console for deletion, a deleter who may use it, and the KES for drills. */
function keyCustody() {
  const rolesFile = join(house.dir, 'roles.json')
  const roles = [{ identity: ROOT.accessKey, role: 'deleter', prefix: '' }]
  writeFileSync(rolesFile, JSON.stringify({ roles }), { mode: 0o600 })
  const { cert, key } = clientFiles(house.dir, 'console-delete')
  return {
    STRONGROOM_ROLES_FILE: rolesFile,
    STRONGROOM_PROBE_ACCESS_KEY: PROBER.accessKey,
    STRONGROOM_PROBE_SECRET_KEY: PROBER.secretKey,
    STRONGROOM_KES_DELETE_CERT_FILE: cert,
    STRONGROOM_KES_DELETE_KEY_FILE: key,
    STRONGROOM_DRILL_KES_ENDPOINT: restored.endpoint,
    STRONGROOM_DRILL_KES_CAPATH: restored.ca,
    STRONGROOM_DRILL_KES_CERT_FILE: restored.consoleCert,
    STRONGROOM_DRILL_KES_KEY_FILE: restored.consoleKey,
  }
}

/** A browser over the network. */
const browser = () => new Client(keeping)

/** Each reply of the console is kept, headers and all. */
async function keeping(path: string, init: RequestInit = {}): Promise<Response> {
  const { method = 'GET' } = init
  const response = await fetch(server.url + path, init)
  const body = Buffer.from(await response.arrayBuffer())
  // The ticket itself goes to the browser in this one header, which no script can read.
  const headers = [...response.headers]
    .filter(([name]) => name !== 'set-cookie')
    .flat()
    .join('\n')
  responses.push({
    name: `reply ${responses.length}, to ${method} ${path}`,
    bytes: Buffer.concat([Buffer.from(headers), body]),
  })
  note(method, path)
  for (const cookie of response.headers.getSetCookie())
    tickets.add(cookie.slice(cookie.indexOf('=') + 1, cookie.indexOf(';')))
  return new Response(response.status === 204 ? null : body, response)
}

/** Which endpoint a request was for. */
function note(method: string, path: string) {
  const segments = new URL(path, server.url).pathname.slice(API_PREFIX.length).split('/')
  const fits = (pattern: string) => {
    const wanted = pattern.split('/')
    return (
      wanted.length === segments.length && wanted.every((part, at) => part.startsWith(':') || part === segments[at])
    )
  }
  for (const endpoint of api) if (endpoint.method === method && fits(endpoint.path)) called.add(endpoint.id)
}

test('the console is driven through the walk, and through everything that can go wrong', {
  timeout: 240_000,
}, async () => {
  await wrongSignIns()
  const root = browser()
  await root.call(signIn, ROOT)
  await reads(root)
  await walkWithErrors(root)
  await reads(root)
  await driveBuckets(root, { key: ACME_KEY, secretKey: ROOT.secretKey })
  await backupAndRemotes(root)
  await keys.drive(root)
  await asUsers()
  await house.stopKes()
  await reads(root)
  await root.request(...requestOf(createKey, { name: 'while-kes-is-away' }))
  await root.request(...requestOf(startMigration, { secretKey: ROOT.secretKey }))
  await house.killMinio()
  await reads(root)
  await root.request(...requestOf(signIn, ROOT))
  await root.request(...requestOf(startMigration, { secretKey: ROOT.secretKey }))
  await root.call(signOut, {})
  await root.refusal(readSession, {})
})

async function wrongSignIns() {
  const stranger = browser()
  await stranger.refusal(readSession, {})
  await stranger.refusal(signIn, { ...ROOT, secretKey: `${ROOT.secretKey}x` })
  await stranger.refusal(signIn, { accessKey: ROOT.secretKey, secretKey: ROOT.accessKey })
  await stranger.request('/session', { method: 'POST', body: `{"accessKey": "x", "secretKey": "${ROOT.secretKey}"` })
  await stranger.request('/session', { method: 'POST', body: JSON.stringify({ secretKey: [ROOT.secretKey] }) })
  await stranger.request('/session', {
    method: 'POST',
    body: JSON.stringify({ secretKey: ROOT.secretKey.repeat(4000) }),
  })
  await stranger.request('/session', {
    method: 'POST',
    body: new URLSearchParams(ROOT).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  })
  const foreign = requestOf(signIn, ROOT)
  await stranger.request(foreign[0], { ...foreign[1], headers: { Origin: 'https://elsewhere.example' } })
  const disabled = users.find(({ status }) => status === 'disabled')!
  await stranger.refusal(signIn, { accessKey: disabled.name, secretKey: disabled.secret })
  await stranger.refusal(signIn, serviceAccounts[0]!)
}

/** Every call that only reads. None of them must fail the test: some are made while servers are away. */
async function reads(client: Client) {
  await keeping('/metrics')
  for (const endpoint of [
    readSession,
    readOverview,
    readKms,
    readConsoleIdentities,
    readKesHistory,
    readKesAccess,
    listDrills,
    listActivity,
    readKeyImport,
    readAudit,
    listAudits,
    readRootRotation,
    listMigrations,
    listBackups,
    listRemoteSecrets,
    listJobs,
    readMove,
  ]) {
    await client.request(...requestOf(endpoint, {}))
  }
  await readBuckets(client)
  await client.request(...requestOf(listKeys, {}))
  for (const endpoint of [readKey, proveKey, readKeyUsage, readKeyDeletion, readKeyImport, keepCanary]) {
    await client.request(...requestOf(endpoint, { name: ACME_KEY }))
  }
  await client.request(...requestOf(simulateKes, { identity: 'nobody', act: 'decrypt', name: ACME_KEY }))
  await client.request(...requestOf(listAuditItems, { limit: 10_000 }))
  await client.request(...requestOf(listAuditItems, { text: 'amelia' }))
}

async function walkWithErrors(root: Client) {
  await root.request(...requestOf(applyMove, {}))
  await root.request(...requestOf(restartCluster, { confirm: 'too early' }))
  await root.job(startAudit, {})
  await root.job(startAudit, { depth: 'opened' })
  const [to, from] = (await root.call(listAudits, {})).audits
  await root.call(compareAudits, { from: from!.id, to: to!.id })
  const [source] = (await root.call(readKeyImport, {})).sources
  const server = { kind: 'server' as const, id: source!.id }
  await root.refusal(importKey, { name: 'another-name', source: server })
  await root.refusal(importKey, { name: ACME_KEY, source: { kind: 'server', id: 'no-such-source' } })
  await root.refusal(importKey, { name: ACME_KEY, source: { kind: 'server', id: STATIC_KEY } })
  await root.call(importKey, { name: ACME_KEY, source: server })
  await root.refusal(importKey, { name: ACME_KEY, source: server })
  await root.call(createKey, { name: 'made-by-the-test' })
  await root.refusal(createKey, { name: 'made-by-the-test' })
  await root.refusal(createKey, { name: 'not a name' })
  const { confirmWord } = await root.call(applyMove, {})
  await root.refusal(restartCluster, { confirm: 'something else' })
  await root.call(restartCluster, { confirm: confirmWord })
  await untilRestarted(root)
  await migrate(root)
}

/** Started, stopped and started again with the password, watched to its end. */
async function migrate(root: Client) {
  await root.refusal(startMigration, { secretKey: `${ROOT.secretKey}x` })
  await root.job(startMigration, { dryRun: true })
  const first = await root.call(startMigration, { secretKey: ROOT.secretKey })
  await root.refusal(startMigration, {})
  await root.untilJob(first.id, ({ done }) => done > 3)
  await root.call(cancelJob, { id: first.id })
  await root.untilEnded(first)
  const second = await root.call(startMigration, { secretKey: ROOT.secretKey })
  await root.request(...requestOf(followJob, { id: second.id }))
  expect(await root.call(readJob, { id: second.id })).toMatchObject({ state: 'done', failed: 0 })
  await root.refusal(readJob, { id: ROOT.accessKey })
  await root.call(readMigrationReport, { id: second.id })
  for (const format of ['json', 'csv'] as const) {
    await root.request(...requestOf(downloadMigrationReport, { id: second.id, format }))
  }
}

/** A sealed copy of everything, and secrets of other systems that are typed in. */
async function backupAndRemotes(root: Client) {
  const { id } = await root.call(createBackup, { passphrase: TYPED.passphrase })
  await root.refusal(createBackup, { passphrase: TYPED.passphrase, recipient: TYPED.passphrase })
  await root.refusal(createBackup, { recipient: TYPED.remote })
  await root.request(...requestOf(downloadBackup, { id }))
  const remote = { accessKey: 'dr-user', secretKey: TYPED.remote }
  await root.refusal(enterTierSecret, { name: 'NO-SUCH-TIER', ...remote })
  await root.refusal(enterTargetSecret, { bucket: 'scratch', arn: 'arn:minio:replication::none:scratch', ...remote })
}

/** An administrator who is not root, and somebody who meets every lock. */
async function asUsers() {
  for (const who of ['amelia', 'bruno']) {
    const { name, secret } = users.find((user) => user.name === who)!
    const user = browser()
    await user.call(signIn, { accessKey: name, secretKey: secret })
    await reads(user)
    for (const endpoint of [startAudit, startMigration, applyMove]) await user.request(...requestOf(endpoint, {}))
    await user.request(...requestOf(createKey, { name: `of-${who}` }))
    await user.request(...requestOf(importKey, { name: ACME_KEY, source: { kind: 'server', id: 'env-file' } }))
  }
}

describe('what left the console', () => {
  test('is what every endpoint answered', () => {
    expect(api.map(({ id }) => id).filter((id) => !called.has(id))).toEqual([])
    expect(responses.length).toBeGreaterThan(100)
  })

  test('holds no secret: neither in a reply, nor in a line of the log, nor in a file', async () => {
    const needles = await allNeedles()
    expect(leaksIn([...responses, ...logs(), ...files()], needles)).toEqual([])
  })

  test('holds no ticket of a session but in its cookie', () => {
    expect(tickets.size).toBeGreaterThan(2)
    const needles = [...tickets].filter(Boolean).flatMap((ticket) => formsOf('a ticket', ticket.split('.')[1]!))
    expect(leaksIn([...responses, ...logs(), ...files()], needles)).toEqual([])
  })

  test('is searched in earnest: a secret that is put there is found, in each form', async () => {
    const needles = await allNeedles()
    expect(needles.filter(({ name }) => name.startsWith('temporary'))).not.toEqual([])
    const planted = needles.map((needle, at) => ({
      name: `straw ${at}`,
      bytes: Buffer.concat([Buffer.from('…'), needle.bytes]),
    }))
    for (const [at, { name }] of needles.entries()) {
      expect(leaksIn([planted[at]!], needles)).toContain(`${name} in straw ${at}`)
    }
    const state = house.consoleEnv.STRONGROOM_STATE_DIR!
    writeFileSync(join(state, 'planted'), `{"password":"${ROOT.secretKey}"}`)
    appendFileSync(server.child.logFile, `{"level":30,"key":"${STATIC_KEY}"}\n`)
    const found = leaksIn([...logs(), ...files()], needles)
    expect(found).toContain('root password (itself) in /planted')
    expect(found).toContain('static key (base64) in the log')
  })
})

const logs = (): Straw[] => {
  const bytes = readFileSync(server.child.logFile)
  expect(bytes.toString('utf8').split('\n').length).toBeGreaterThan(100)
  return [{ name: 'the log', bytes }]
}

const files = (): Straw[] => {
  const found = filesBelow(house.consoleEnv.STRONGROOM_STATE_DIR!)
  expect(found.length).toBeGreaterThan(2)
  return found
}

async function allNeedles(): Promise<Needle[]> {
  return [
    ...formsOf('root password', ROOT.secretKey),
    ...formsOf('passphrase of a backup', TYPED.passphrase),
    ...formsOf('secret of a remote system', TYPED.remote),
    ...formsOf('secret of the prober', PROBER.secretKey),
    ...formsOf('static key', Buffer.from(STATIC_KEY, 'base64')),
    ...keys.needles(),
    ...identityNeedles(),
    ...users.flatMap(({ name, secret }) => formsOf(`secret of ${name}`, secret)),
    ...serviceAccounts.flatMap(({ accessKey, secretKey }) => formsOf(`secret of ${accessKey}`, secretKey)),
    ...(await temporarySecrets()),
  ]
}

/** What the console proves itself with to KES, and to the KES of the drills. */
const identityNeedles = () =>
  [house.kes!.consoleKey, restored.consoleKey, join(house.dir, 'console-delete.key')].flatMap((file, at) =>
    pemNeedles(`private key ${at} of the console`, readFileSync(file, 'utf8')),
  )

/** MinIO keeps the temporary credentials that it made for the console; some were sealed by each key of the walk. */
async function temporarySecrets(): Promise<Needle[]> {
  const keys = keystoreKeys(house.keystore)
  const stored = [...readStored(house.drives, 'config/iam/sts')]
  expect(stored.length).toBeGreaterThan(2)
  const opened = await Promise.all(stored.map(([path, bytes]) => openItem(path, bytes, { keys })))
  return opened.flatMap((plain) => {
    const { credentials } = JSON.parse(plain.toString('utf8')) as {
      credentials: { secretKey: string; sessionToken: string }
    }
    return [
      ...formsOf('temporary secret key', credentials.secretKey),
      ...formsOf('temporary token', credentials.sessionToken),
    ]
  })
}
