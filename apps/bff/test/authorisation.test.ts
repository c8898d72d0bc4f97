import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { acmeVariables } from '@strongroom/sandbox/acme'
import { listActivity } from '@strongroom/shared/activity'
import { listAuditItems, readAudit, startAudit } from '@strongroom/shared/iam'
import { cancelJob, followJob, listJobs, readJob, resumeJob } from '@strongroom/shared/jobs'
import { deleteKey, markKey } from '@strongroom/shared/key-deletion'
import { createKey, importKey, listKeys, proveKey, readKey, readKeyImport } from '@strongroom/shared/keys'
import { startMigration } from '@strongroom/shared/migrations'
import { applyMove, restartCluster } from '@strongroom/shared/move'
import { readOverview } from '@strongroom/shared/overview'
import { readSession, signIn, signOut } from '@strongroom/shared/session'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ACME_KEY } from './acme-walk.ts'
import { type Client, refusalIn, requestOf } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { acmeCredentials } from './fixture.ts'
import { type House, openHouse } from './house.ts'
import { askKes } from './kes-client.ts'
import { strongroom } from './strongroom.ts'
import { addUser, SECRET } from './users.ts'

vi.setConfig({ testTimeout: 60_000 })

const SOURCE = { kind: 'server' as const, id: 'env-file' }
const OTHERS = 'No other cluster uses this KES.'
const ROOT = { accessKey: acmeVariables.MINIO_ROOT_USER!, secretKey: acmeVariables.MINIO_ROOT_PASSWORD! }

let house: House
let open: TestConsole
let rolesFile: string

beforeAll(async () => {
  house = await openHouse({ fixture: 'acme-2021', variables: acmeVariables, kes: true })
  rolesFile = join(house.dir, 'roles.json')
  writeRoles([])
  await mayUseKms('lister', ['kms:ListKeys'])
  await mayUseKms('maker', ['kms:CreateKey', 'kms:KeyStatus'], 'arn:minio:kms:::team-*')
  await mayUseKms('watcher', ['kms:Status', 'kms:KeyStatus', 'kms:ListKeys'])
  await mayUseKms('importer', ['kms:Status', 'kms:ImportKey'])
  await mayUseKms('everything', ['kms:*'])
  open = await openConsole(house, { STRONGROOM_ROLES_FILE: rolesFile })
})
afterAll(() => house?.close())

const mayUseKms = (name: string, actions: readonly string[], ...keys: readonly string[]) =>
  addUser(house, name, [{ Effect: 'Allow', Action: actions, ...(keys.length > 0 && { Resource: keys }) }])

const role = (identity: string, name: string, prefix = '') => ({ identity, role: name, prefix })

function writeRoles(roles: readonly { identity: string; role: string; prefix: string; secret?: string }[]) {
  writeFileSync(rolesFile, JSON.stringify({ roles }), { mode: 0o600 })
}

async function as(name: string, secret = SECRET): Promise<Client> {
  const client = open.browser()
  await client.signIn(name, secret)
  return client
}

/** Names of the keys in KES, by KES itself. */
const inKes = async () => ((await askKes(house.kes!, 'GET', '/v1/key/list/')) as { names: string[] }).names

describe('keys in KES', () => {
  const { name: nobody, secret } = acmeCredentials().users.find(({ name }) => name === 'bruno')!

  test('a user without any kms action is refused each act, by the lock and the action that it takes', async () => {
    const user = await as(nobody, secret)
    const before = await inKes()
    const refused = async (sent: Promise<{ code: string; status: number; detail: string }>) => {
      const { code, status, detail } = await sent
      expect.soft({ code, status }).toEqual({ code: 'not-allowed', status: 403 })
      return detail
    }
    expect(await refused(user.refusal(listKeys, {}))).toMatch(/^MinIO refused.*kms:ListKeys/)
    expect(await refused(user.refusal(readKeyImport, {}))).toMatch(/^MinIO refused.*admin:InspectData/)
    expect(await refused(user.refusal(createKey, { name: 'mine' }))).toMatch(/first lock.*kms:CreateKey/)
    expect(await refused(user.refusal(readKey, { name: ACME_KEY }))).toMatch(/^MinIO refused.*kms:KeyStatus/)
    expect(await refused(user.refusal(proveKey, { name: ACME_KEY }))).toMatch(/^MinIO refused.*kms:KeyStatus/)
    const sent = user.refusal(importKey, { name: ACME_KEY, source: SOURCE })
    expect(await refused(sent)).toMatch(/first lock.*kms:ImportKey/)
    expect(await inKes()).toEqual(before)
    // Whoever may do nothing writes nothing into the audit trail: it would fill the disk, and then nobody could do anything.
    const { activity } = await (await open.rootBrowser()).call(listActivity, {})
    expect(activity.filter(({ account }) => account === nobody)).toEqual([])
  })

  test('a user with kms:ListKeys lists them, and creates and imports none', async () => {
    writeRoles([role('lister', 'operator'), role('lister', 'importer')])
    const user = await as('lister')
    expect(await user.call(listKeys, {})).toEqual({ source: 'kes', keys: [] })
    expect(await user.refusal(createKey, { name: 'mine' })).toMatchObject({ code: 'not-allowed' })
    expect(await user.refusal(importKey, { name: ACME_KEY, source: SOURCE })).toMatchObject({ code: 'not-allowed' })
    expect(await inKes()).toEqual([])
  })

  test('with a role file, who has no role reads no key', async () => {
    writeRoles([role('maker', 'viewer')])
    const { code, detail } = await (await as('lister')).refusal(listKeys, {})
    expect({ code, detail }).toMatchObject({
      code: 'not-allowed',
      detail: expect.stringMatching(/second lock.*no role/),
    })
  })

  test('a user with kms:CreateKey for some names creates those, and no others', async () => {
    writeRoles([role('maker', 'operator', 'team-')])
    const user = await as('maker')
    expect(await user.call(createKey, { name: 'team-red' })).toMatchObject({ name: 'team-red' })
    expect((await user.refusal(createKey, { name: 'other' })).detail).toMatch(/first lock.*kms:CreateKey/)
    expect(await user.refusal(createKey, { name: 'team-red' })).toMatchObject({ code: 'already-exists', status: 409 })
    expect(await user.refusal(listKeys, {})).toMatchObject({ code: 'not-allowed' })
    expect(await inKes()).toEqual(['team-red'])
  })

  test.each([
    ['viewer', ''],
    ['deleter', ''],
    ['operator', 'prod-'],
  ])('a %s for names that begin with "%s" creates none of the team', async (name, prefix) => {
    writeRoles([role('maker', name, prefix)])
    const { detail } = await (await as('maker')).refusal(createKey, { name: 'team-blue' })
    expect(detail).toMatch(/second lock.*not the role operator or importer/)
    expect(await inKes()).not.toContain('team-blue')
  })

  test('a user whose policy names resources sees those names alone', async () => {
    await mayUseKms('narrow', ['kms:ListKeys', 'kms:KeyStatus'], 'arn:minio:kms:::team-*')
    writeRoles([role('narrow', 'viewer'), role('lister', 'viewer')])
    await (await open.rootBrowser()).call(createKey, { name: 'finance-key' })
    expect(await (await as('narrow')).call(listKeys, {})).toMatchObject({ keys: [{ name: 'team-red' }] })
    const lister = await as('lister')
    const seen = async () => (await lister.call(listKeys, {})).keys.map(({ name }) => name)
    expect(await seen()).toEqual(['finance-key', 'team-red'])
    writeRoles([role('lister', 'viewer', 'fin')])
    expect(await seen()).toEqual(['finance-key'])
    expect(await lister.refusal(readKeyImport, {})).toMatchObject({ code: 'not-allowed' })
  })

  test('an importer is told of the sources of the own prefix alone', async () => {
    const sources = async () =>
      (await (await as('importer')).call(readKeyImport, {})).sources.map(({ keyName }) => keyName)
    writeRoles([role('importer', 'importer', 'team-')])
    expect(await sources()).toEqual([])
    writeRoles([role('importer', 'importer', ACME_KEY)])
    expect(await sources()).toEqual([ACME_KEY])
  })

  test('an importer of the role file imports what begins with its prefix, and only that', async () => {
    writeRoles([role('importer', 'importer', 'team-')])
    const user = await as('importer')
    expect(await user.refusal(importKey, { name: ACME_KEY, source: SOURCE })).toMatchObject({
      code: 'not-allowed',
      detail: expect.stringMatching(/second lock.*importer/),
    })
    writeRoles([role('importer', 'viewer'), role('importer', 'operator'), role('lister', 'importer')])
    expect(await user.refusal(importKey, { name: ACME_KEY, source: SOURCE })).toMatchObject({ code: 'not-allowed' })
    // The role alone is not enough either.
    expect((await (await as('lister')).refusal(importKey, { name: ACME_KEY, source: SOURCE })).detail).toMatch(
      /first lock.*kms:ImportKey/,
    )
    expect(await inKes()).not.toContain(ACME_KEY)

    writeRoles([role('importer', 'importer', 'acme-')])
    const { proof } = await user.call(importKey, { name: ACME_KEY, source: SOURCE })
    // It may not read the drives, so the proof is the comparison with the source alone, and says so.
    expect(proof).toMatchObject({ verdict: 'nothing-to-open', sameMaterial: true, samples: [] })
    expect(proof.detail).toContain('may not read the drives')
    expect(open.console.proofs.find(ACME_KEY, null)).toBeNull()
    expect(await inKes()).toContain(ACME_KEY)
  })

  test('a user with kms:* but no role can neither import nor delete', async () => {
    const before = await inKes()
    const fresh = async (client: Client) => [
      await client.refusal(importKey, { name: 'acme-other', source: SOURCE }),
      await client.refusal(markKey, { name: ACME_KEY, otherClusters: OTHERS }),
      await client.refusal(deleteKey, { name: ACME_KEY, confirm: ACME_KEY }),
    ]
    const withoutFile = await openConsole(house)
    const bare = withoutFile.browser()
    await bare.signIn('everything', SECRET)
    writeRoles([role('everything', 'viewer'), role('everything', 'operator')])
    for (const refusal of [...(await fresh(bare)), ...(await fresh(await as('everything')))]) {
      expect.soft(refusal).toMatchObject({ code: 'not-allowed', status: 403 })
      expect.soft(refusal.detail).toMatch(/second lock, the role file/)
    }
    expect(await inKes()).toEqual(before)
    expect((await bare.call(readSession, {})).can).toMatchObject({
      importKeys: false,
      deleteKeys: false,
      createKeys: true,
    })
  })

  test('nor does root delete without being named a deleter', async () => {
    writeRoles([role('everything', 'deleter')])
    const { detail } = await (await open.rootBrowser()).refusal(markKey, { name: ACME_KEY, otherClusters: OTHERS })
    expect(detail).toMatch(/second lock.*deleter.*Root is not exempt/)
  })

  test('what the screens offer follows both locks', async () => {
    const offered = async (name: string) => (await (await as(name)).call(readSession, {})).can
    writeRoles([
      role('importer', 'importer', 'x'),
      role('lister', 'viewer'),
      role('maker', 'operator'),
      role('everything', 'viewer'),
    ])
    expect(await offered('importer')).toMatchObject({ importKeys: true, createKeys: false, listKeys: false })
    expect(await offered('lister')).toMatchObject({ listKeys: true, createKeys: false, readKesAccess: false })
    expect(await offered('maker')).toMatchObject({ createKeys: true, importKeys: false, listKeys: false })
    expect(await offered('everything')).toMatchObject({ listKeys: true, createKeys: false, readKesAccess: true })
    const { can } = await (await open.rootBrowser()).call(readSession, {})
    expect(can).toMatchObject({
      listKeys: true,
      createKeys: true,
      importKeys: true,
      deleteKeys: false,
      readKesAccess: true,
    })
  })

  test('a role file that others may write gives nobody anything', async () => {
    writeRoles([role('importer', 'importer')])
    chmodSync(rolesFile, 0o666)
    const response = await (await as('importer')).request(
      ...requestOf(importKey, { name: 'acme-other', source: SOURCE }),
    )
    expect(response.ok).toBe(false)
    chmodSync(rolesFile, 0o600)
    writeRoles([])
  })

  test('keys are written only within five minutes of signing in; reading goes on', async () => {
    const client = await open.rootBrowser()
    await age(client, 5 * 60_000 + 1_000)
    expect(await client.refusal(createKey, { name: 'too-late' })).toMatchObject({ code: 'sign-in-again', status: 403 })
    expect(await client.refusal(importKey, { name: ACME_KEY, source: SOURCE })).toMatchObject({ code: 'sign-in-again' })
    expect(await client.call(listKeys, {})).toMatchObject({ source: 'kes' })
    expect(await inKes()).not.toContain('too-late')
  })
})

/** Puts the session of `client` back by `ms`, as if it had signed in then. */
async function age(client: Client, ms: number, expiresAt?: Date) {
  const ticket = client.cookie!.slice(client.cookie!.indexOf('=') + 1)
  const { sessionId: _, ...caller } = await open.console.sessions.find(ticket)
  const signedInAt = new Date(caller.signedInAt.getTime() - ms)
  const older = await open.console.sessions.start({ ...caller, signedInAt, ...(expiresAt && { expiresAt }) })
  client.cookie = client.cookie!.replace(ticket, older.ticket)
}

describe('the drives and the servers', () => {
  /** No policy can name admin:InspectData today; it comes with admin:*. */
  test('who may not read the drives sees no audit and no job, and starts none', async () => {
    const root = await open.rootBrowser()
    const { id } = await root.job(startAudit, {})
    const user = await as('lister')
    for (const endpoint of [startAudit, readAudit, startMigration]) {
      expect.soft(await user.refusal(endpoint, {}), endpoint.id).toMatchObject({ code: 'not-allowed', status: 403 })
    }
    expect((await root.call(listJobs, {})).jobs.map((job) => job.id)).toContain(id)
    expect((await user.call(listJobs, {})).jobs).toEqual([])
    for (const endpoint of [readJob, followJob, cancelJob, resumeJob])
      for (const job of [id, 'there-is-none'])
        expect.soft(await user.refusal(endpoint, { id: job }), `${endpoint.id} ${job}`).toMatchObject({
          code: 'not-allowed',
          status: 403,
        })
    expect(await user.refusal(listAuditItems, { limit: 10 })).toMatchObject({ code: 'not-allowed' })
    expect((await user.call(readOverview, {})).iam).toBeNull()
  })

  test('who may only look at the KMS neither writes the env file nor restarts MinIO', async () => {
    const before = readFileSync(house.envFile, 'utf8')
    const user = await as('watcher')
    expect(await user.refusal(applyMove, {})).toMatchObject({ code: 'not-allowed' })
    const confirm = new URL(house.minio.endpoint).host
    expect((await user.refusal(restartCluster, { confirm })).status).toBeGreaterThanOrEqual(400)
    expect(readFileSync(house.envFile, 'utf8')).toBe(before)
  })
})

describe('what a page of another site can send', () => {
  const body = JSON.stringify(ROOT)
  const post = async (headers: Record<string, string>, text = body) =>
    (await open.rootBrowser()).request('/session', { method: 'POST', body: text, headers })

  test('a foreign Origin and a cross-site fetch are refused, also with the right cookie', async () => {
    const Host = 'console.example'
    for (const headers of [
      { Host, Origin: 'https://elsewhere.example' },
      { Host, Origin: 'null' },
      { Host, 'Sec-Fetch-Site': 'cross-site' },
      { Host, 'Sec-Fetch-Site': 'same-site' },
    ]) {
      const refusal = await refusalIn(await post(headers))
      expect.soft(refusal, JSON.stringify(headers)).toMatchObject({ code: 'foreign-origin', status: 403 })
    }
    const own = await post({ Host, Origin: 'https://console.example', 'Sec-Fetch-Site': 'same-origin' })
    expect(own.status).toBe(201)
  })

  test('nor does a DELETE from elsewhere end the session', async () => {
    const root = await open.rootBrowser()
    const response = await root.request('/session', { method: 'DELETE', headers: { 'Sec-Fetch-Site': 'cross-site' } })
    expect(await refusalIn(response)).toMatchObject({ code: 'foreign-origin' })
    expect(await root.call(readSession, {})).toMatchObject({ root: true })
  })

  test.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain'])(
    'a body of type %s is refused',
    async (type) => {
      expect(await refusalIn(await post({ 'Content-Type': type }))).toMatchObject({
        code: 'unsupported-body',
        status: 415,
      })
    },
  )

  test('a body of more than 64 KiB is refused', async () => {
    const large = JSON.stringify({ ...ROOT, padding: 'x'.repeat(64 * 1024) })
    expect(await refusalIn(await post({}, large))).toMatchObject({ code: 'too-large', status: 413 })
    const told = await post({ 'Content-Length': `${large.length}` }, large)
    expect(await refusalIn(told)).toMatchObject({ code: 'too-large', status: 413 })
    const close = JSON.stringify({ ...ROOT, padding: 'x'.repeat(60 * 1024) })
    expect((await post({}, close)).status).toBe(201)
  })
})

describe('sessions', () => {
  test('without a cookie nobody is signed in', async () => {
    expect(await open.browser().refusal(readSession, {})).toMatchObject({ code: 'not-signed-in', status: 401 })
  })

  test('a session that was ended, has reached its end, or was never there is over', async () => {
    const ended = await open.rootBrowser()
    const { cookie } = ended
    await ended.call(signOut, {})
    ended.cookie = cookie
    expect(await ended.refusal(readSession, {})).toMatchObject({ code: 'session-expired', status: 401 })

    const over = await open.rootBrowser()
    await age(over, 0, new Date(Date.now() - 1))
    expect(await over.refusal(readSession, {})).toMatchObject({ code: 'session-expired' })

    const old = await open.rootBrowser()
    await age(old, 61 * 60_000)
    expect(await old.refusal(readSession, {})).toMatchObject({ code: 'session-expired' })

    const forged = await open.rootBrowser()
    forged.cookie = `${forged.cookie!.slice(0, -4)}AAAA`
    expect(await forged.refusal(readSession, {})).toMatchObject({ code: 'session-expired' })
  })

  test('a wrong secret and an unknown user are told alike; a disabled user is not let in', async () => {
    const client = open.browser()
    const wrong = await client.refusal(signIn, { ...ROOT, secretKey: 'not the password' })
    const unknown = await client.refusal(signIn, { accessKey: 'no-such-user', secretKey: 'some-password' })
    expect(wrong).toMatchObject({ code: 'wrong-credentials', status: 401 })
    expect({ ...unknown, instance: '' }).toEqual({ ...wrong, instance: '' })
    const { name, secret } = acmeCredentials().users.find(({ status }) => status === 'disabled')!
    expect((await client.refusal(signIn, { accessKey: name, secretKey: secret })).status).toBeGreaterThanOrEqual(401)
  })

  test('guessing is slowed down, and not with the right password of somebody else', async () => {
    const fresh = await openConsole(house, { STRONGROOM_ROLES_FILE: rolesFile })
    const guess = () => fresh.browser().refusal(signIn, { ...ROOT, secretKey: 'not the password' })
    for (let attempt = 1; attempt <= 10; attempt++) expect((await guess()).code).toBe('wrong-credentials')
    expect(await guess()).toMatchObject({ code: 'rate-limited', status: 429 })
    expect(await fresh.browser().refusal(signIn, ROOT)).toMatchObject({ code: 'rate-limited' })
  })

  test('with MinIO away each page says so, and the session lives on until it is back', async () => {
    const root = await open.rootBrowser()
    await house.killMinio()
    for (const endpoint of [readOverview, startMigration, listKeys, listJobs]) {
      expect.soft(await root.refusal(endpoint, {}), endpoint.id).toMatchObject({
        code: 'upstream-unreachable',
        status: 504,
      })
    }
    expect(await open.browser().refusal(signIn, ROOT)).toMatchObject({ code: 'upstream-unreachable', status: 504 })
    await house.startMinio()
    expect(await root.call(readOverview, {})).toMatchObject({ kms: { kind: 'static', keyWorks: true } })
  })
})

test('a grant that is bound to a secret key is not for whom the account was given another one', async () => {
  await mayUseKms('bound', ['kms:*'])
  const file = join(house.dir, 'secret')
  writeFileSync(file, `${SECRET}\n`)
  const other = 'another-secret-key-of-the-same-name'
  const otherFile = join(house.dir, 'other-secret')
  writeFileSync(otherFile, `${other}\n`)
  const { out, code } = await strongroom('role-secret', '--in', file)
  expect({ out, code }).toEqual({ out: expect.stringMatching(/^scrypt-v1\.[\w-]{22}\.[\w-]{43}\n$/), code: 0 })
  writeRoles([{ ...role('bound', 'importer', 'team-'), secret: out.trim() }])
  const mayMake = async (client: Client, name: string) =>
    [
      (await client.call(readSession, {})).can.importKeys,
      (await client.request(...requestOf(createKey, { name }))).status,
    ] as const

  expect(await mayMake(await as('bound'), 'team-bound-1')).toEqual([true, 201])

  // What a user administrator of MinIO can do; an access key of the account gets no session in any case.
  await house.mc((mc) => mc('admin', 'user', 'add', 'demo', 'bound', other))
  expect(await mayMake(await as('bound', other), 'team-bound-3')).toEqual([false, 403])
  expect(await inKes()).not.toContain('team-bound-3')
  const refusals = async (client: Client) => [
    (await client.refusal(createKey, { name: 'team-bound-3' })).detail,
    (await client.refusal(listKeys, {})).detail,
    (await client.refusal(markKey, { name: 'team-bound-1', waitDays: 7, otherClusters: OTHERS })).detail,
  ]
  for (const detail of (await refusals(await as('bound', other))).slice(0, 2))
    expect(detail).toMatch(/second lock.*bound to another secret key.*sign in again/)

  // Bound only after the sign-in, or not readable then: the person is told what to do.
  const early = await as('bound', other)
  writeRoles([])
  expect((await early.refusal(listKeys, {})).detail).toMatch(/second lock.*it gives you no role/)
  chmodSync(rolesFile, 0o622)
  const unread = await as('bound', other)
  chmodSync(rolesFile, 0o600)
  const again = await strongroom('role-secret', '--in', otherFile)
  writeRoles(['importer', 'deleter'].map((name) => ({ ...role('bound', name, 'team-'), secret: again.out.trim() })))
  for (const client of [early, unread]) {
    for (const detail of await refusals(client)) expect(detail).toMatch(/second lock.*changed.*sign in again/)
  }
  expect(await mayMake(await as('bound', other), 'team-bound-5')).toEqual([true, 201])

  // By name alone it would have been enough.
  writeRoles([role('bound', 'importer', 'team-')])
  expect(await mayMake(await as('bound', other), 'team-bound-4')).toEqual([true, 201])
})

test('what people keep who may read the drives and are not told the deployment id is there for root too', async () => {
  await addUser(house, 'reader', [
    { Effect: 'Allow', Action: ['admin:*'] },
    { Effect: 'Deny', Action: ['admin:ServerInfo'] },
  ])
  const fresh = await openConsole(house, { STRONGROOM_STATE_DIR: join(house.dir, 'state-of-readers') })
  const reader = fresh.browser()
  await reader.signIn('reader', SECRET)
  expect((await reader.call(readSession, {})).cluster.deploymentId).toBeNull()
  expect((await reader.job(startAudit, { depth: 'names' })).state).toBe('done')
  const { id } = await reader.call(readAudit, {})

  const root = await fresh.rootBrowser()
  expect((await root.call(readSession, {})).cluster.deploymentId).not.toBeNull()
  expect((await root.call(readAudit, {})).id).toBe(id)
})
