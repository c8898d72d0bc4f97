import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCallerPolicy } from '../src/cluster/caller-policy.ts'
import { AppError } from '../src/errors.ts'
import { readAccount } from '../src/minio/account.ts'
import { assumeRole } from '../src/minio/sts.ts'
import { type Credentials, connectMinio, type Minio } from '../src/minio/transport.ts'
import { parsePolicy } from '../src/policy/document.ts'
import { decide } from '../src/policy/effective-policy.ts'
import { evaluate, type KeyScope, type Verdict } from '../src/policy/evaluate.ts'
import { requestValues } from '../src/policy/request-values.ts'
import { sessionPolicyIn } from '../src/policy/session-policy.ts'
import { Secret } from '../src/secret.ts'
import { CASES, type PolicyCase } from './authorisation-policies.ts'
import { type House, openHouse } from './house.ts'

const KEYS = ['team-red', 'team-blue', 'prod-main', 'case-0-own'] as const
const SECRET = 'a-secret-of-a-test-user'
const ADDRESS = '198.51.100.7'

let house: House
let minio: Minio

beforeAll(async () => {
  const keys = new Map(KEYS.map((name) => [name, Buffer.alloc(32, name)]))
  house = await openHouse({ fixture: 'plaintext-latest', onKes: { keyName: 'team-red', keys } })
  minio = connectMinio({ endpoint: new URL(house.minio.endpoint), region: 'us-east-1' }).with({
    clientAddress: ADDRESS,
  })
  await importAccounts()
}, 60_000)
afterAll(async () => {
  await minio?.close()
  await house?.close()
})

const userOf = (index: number) => `case-${index}`
const accountOf = (index: number) => `account-${index}`
const document = (statements: readonly object[] | object) =>
  Array.isArray(statements) ? { Version: '2012-10-17', Statement: statements } : statements

/** All users, their policies and service accounts in one import. */
async function importAccounts() {
  const each = <T>(make: (one: PolicyCase, index: number) => readonly [string, T] | null) =>
    strToU8(JSON.stringify(Object.fromEntries(CASES.map(make).filter((entry) => entry !== null))))
  const zip = zipSync({
    'iam-assets/policies.json': each(({ user }, index) => ('builtIn' in user ? null : [userOf(index), document(user)])),
    'iam-assets/users.json': each((_, index) => [userOf(index), { secretKey: SECRET, status: 'enabled' }]),
    'iam-assets/user_mappings.json': each(({ user }, index) => [
      userOf(index),
      { version: 1, policy: 'builtIn' in user ? user.builtIn : userOf(index) },
    ]),
    'iam-assets/svcaccts.json': each(({ embedded }, index) => {
      if (embedded === undefined) return null
      const sessionPolicy = embedded === 'inherited' ? null : document(embedded)
      const [accessKey, parent] = [accountOf(index), userOf(index)]
      return [accessKey, { parent, accessKey, secretKey: SECRET, groups: [], claims: {}, sessionPolicy, status: 'on' }]
    }),
  })
  const file = join(house.dir, 'accounts.zip')
  writeFileSync(file, zip)
  await house.mc((mc) => mc('admin', 'cluster', 'iam', 'import', 'demo', file))
}

interface Holder {
  readonly credentials: Credentials
  readonly decide: (action: string, scope: KeyScope) => Verdict
}

const valuesOf = (index: number, claims = {}) =>
  requestValues({ account: userOf(index), root: false, claims, ...origin, now: new Date() })

const origin = { clientAddress: ADDRESS, overTls: false }

/** A session, as the console has it. */
async function session({ session: narrower }: PolicyCase, index: number): Promise<Holder> {
  const account = userOf(index)
  const { credentials, expiresAt } = await assumeRole(minio, {
    accessKey: account,
    secretKey: new Secret(SECRET),
    durationSeconds: 900,
    ...(narrower !== undefined && { policy: JSON.stringify(document(narrower)) }),
  })
  const signedInAt = new Date()
  const caller = {
    sessionId: '',
    accessKey: account,
    account,
    root: false,
    region: '',
    credentials,
    signedInAt,
    expiresAt,
  }
  return { credentials, ...(await readCallerPolicy(minio, caller, origin)) }
}

/** MinIO keeps the token of a service account to itself: its claims are put together here. */
async function serviceAccount({ embedded }: PolicyCase, index: number): Promise<Holder> {
  const credentials = { accessKey: accountOf(index), secretKey: new Secret(SECRET) }
  const { policy } = await readAccount(minio, credentials)
  const text = Buffer.from(JSON.stringify(document(embedded as readonly object[]))).toString('base64')
  const claims =
    embedded === 'inherited'
      ? { 'sa-policy': 'inherited-policy' }
      : { 'sa-policy': 'embedded-policy', sessionPolicy: text }
  const values = valuesOf(index, claims)
  const effective = { parent: parsePolicy(policy), session: sessionPolicyIn(claims) }
  return { credentials, decide: (action, scope) => decide(effective, { action, scope, values }) }
}

/** MinIO checks the action before anything else, so every answer but its refusal is a yes. */
async function minioAllows(credentials: Credentials, path: string, query: Record<string, string> = {}) {
  const method = path.endsWith('/create') ? 'POST' : 'GET'
  try {
    await minio.send({ method, path: `/minio/${path}`, query, credentials })
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-allowed') return false
    if (error instanceof AppError && error.code === 'upstream-failed') return true
    throw error
  }
}

/** Each question with MinIO's own answer. The keys are all there, so nothing is created. */
async function answersOf({ credentials }: Holder) {
  const allows = (path: string, query?: Record<string, string>) => minioAllows(credentials, path, query)
  const listed = await listedKeys(credentials)
  return Promise.all(
    [
      { action: 'kms:Status', scope: 'no-key' as const, minio: allows('kms/v1/status') },
      { action: 'kms:ListKeys', scope: 'no-key' as const, minio: Promise.resolve(listed !== null) },
      { action: 'admin:KMSKeyStatus', scope: 'no-key' as const, minio: allows('admin/v3/kms/key/status') },
      ...KEYS.flatMap((key) => [
        { action: 'kms:KeyStatus', scope: { key }, minio: allows('kms/v1/key/status', { 'key-id': key }) },
        { action: 'kms:CreateKey', scope: { key }, minio: allows('kms/v1/key/create', { 'key-id': key }) },
        { action: 'kms:ListKeys', scope: { key }, minio: Promise.resolve(listed?.includes(key) ?? false) },
      ]),
    ].map(async ({ minio: answer, ...question }) => ({ ...question, allowed: await answer })),
  )
}

async function listedKeys(credentials: Credentials): Promise<string[] | null> {
  try {
    const path = '/minio/kms/v1/key/list'
    const { bytes } = await minio.send({ method: 'GET', path, query: { pattern: '' }, credentials })
    return (JSON.parse(Buffer.from(bytes).toString()) as { name: string }[]).map(({ name }) => name)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-allowed') return null
    throw error
  }
}

describe('the evaluation of policies', () => {
  test('there are enough of them, each with a name of its own', () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length)
    expect(CASES.length).toBeGreaterThanOrEqual(60)
  })

  test.each(CASES.map((one, index) => ({ ...one, index })))('$name: as MinIO has it', async ({ index, ...one }) => {
    const holder = await (one.embedded === undefined ? session(one, index) : serviceAccount(one, index))
    for (const { action, scope, allowed } of await answersOf(holder)) {
      const verdict = holder.decide(action, scope)
      const what = `${action} ${JSON.stringify(scope)}`
      const said = allowed ? 'allow' : 'deny'
      if (!one.untold) expect.soft({ what, verdict }).toEqual({ what, verdict: said })
      else if (!allowed) expect.soft({ what, verdict }).not.toEqual({ what, verdict: 'allow' })
      if (one.untold !== 'policy') continue
      const told = evaluate(parsePolicy(document(one.user)), { action, scope, values: valuesOf(index) })
      expect.soft({ what, told }).toEqual({ what, told: said })
    }
    expect.soft(holder.decide('kms:ImportKey', { key: 'team-red' }), 'kms:ImportKey').toBe(one.importRed)
  })
})
