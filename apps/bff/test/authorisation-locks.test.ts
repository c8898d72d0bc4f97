import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type KesLocks,
  requireCreateKey,
  requireDeleteKey,
  requireDrill,
  requireImportKey,
  requireKesAccess,
  requireKeyOperator,
  requireListKeys,
  requireReadKey,
  seesEveryName,
  visibleNames,
} from '../src/cluster/kes-locks.ts'
import { RememberedReads } from '../src/cluster/kes-locks-memory.ts'
import type { Roles } from '../src/custody/roles.ts'
import { AppError } from '../src/errors.ts'
import { assumeRole } from '../src/minio/sts.ts'
import { connectMinio, type Minio } from '../src/minio/transport.ts'
import { Secret } from '../src/secret.ts'
import type { Caller } from '../src/session/caller.ts'
import { type House, openHouse } from './house.ts'

vi.setConfig({ testTimeout: 60_000 })

const SECRET = 'a-secret-of-a-test-user'
const ADDRESS = '198.51.100.7'
const STATIC = { MINIO_KMS_SECRET_KEY: 'my-key:c3Ryb25ncm9vbS10ZXN0LWtleS1vZi0zMi1ieXRlcyE=' }

let house: House
let minio: Minio
/** Calls that went to MinIO. */
let calls = 0
let roles: Roles | null = null
const log = { warn: vi.fn() }

beforeAll(async () => {
  house = await openHouse({ fixture: 'plaintext-latest', variables: STATIC })
  const endpoint = new URL(house.minio.endpoint)
  minio = counting(connectMinio({ endpoint, region: 'us-east-1' })).with({ clientAddress: ADDRESS })
  await addUser('everything', [{ Effect: 'Allow', Action: 'kms:*' }])
  await addUser('narrow', [{ Effect: 'Allow', Action: 'kms:*', Resource: ['arn:minio:kms:::team-*'] }])
  await addUser('status', [{ Effect: 'Allow', Action: 'kms:KeyStatus' }])
  await addUser('untold', [{ Effect: 'Allow', NotAction: 's3:*', Resource: ['arn:aws:s3:::*'] }])
  const groups = { Condition: { StringEquals: { 'aws:groups': 'guests' } } }
  await addUser('grouped', [
    { Effect: 'Allow', Action: 'kms:*' },
    { Effect: 'Deny', Action: 'kms:KeyStatus', ...groups },
  ])
  await addUser('administrator', 'consoleAdmin')
}, 60_000)
afterAll(() => house?.close())

/** To the real server; what goes there is counted. */
function counting(door: Minio): Minio {
  return {
    ...door,
    send: (call) => {
      calls++
      return door.send(call)
    },
    with: (change) => counting(door.with(change)),
  }
}

async function addUser(name: string, policy: readonly object[] | string) {
  const file = join(house.dir, `${name}.json`)
  const own = typeof policy !== 'string'
  if (own) writeFileSync(file, JSON.stringify({ Version: '2012-10-17', Statement: policy }))
  await house.mc(async (mc) => {
    if (own) await mc('admin', 'policy', 'create', 'demo', name, file)
    await mc('admin', 'user', 'add', 'demo', name, SECRET)
    await mc('admin', 'policy', 'attach', 'demo', own ? name : policy, '--user', name)
  })
}

const locks = (more: Partial<KesLocks> = {}): KesLocks => ({
  minio,
  readRoles: async () => roles,
  readEveryGrant: async () => roles,
  clientAddress: ADDRESS,
  overTls: false,
  log,
  ...more,
})

async function callerOf(name: string, ...session: object[]): Promise<Caller> {
  const root = name === 'root'
  const accessKey = root ? house.truth.rootUser : name
  const { credentials, expiresAt, account, region } = await assumeRole(minio, {
    accessKey,
    secretKey: new Secret(root ? house.truth.rootPassword : SECRET),
    durationSeconds: 900,
    ...(session.length > 0 && { policy: JSON.stringify({ Version: '2012-10-17', Statement: session }) }),
  })
  if (region !== minio.region) minio = minio.with({ region })
  return { sessionId: '', accessKey, account, root, region, credentials, signedInAt: new Date(), expiresAt }
}

/** What the locks say: `open`, or their refusal. */
const said = (asked: Promise<unknown>) =>
  asked.then(
    () => 'open',
    (error: unknown) => {
      if (error instanceof AppError && ['not-allowed', 'sign-in-again'].includes(error.code)) return error.detail
      throw error
    },
  )

const grant = (identity: string, role: Roles[number]['role'], prefix = '') => ({ identity, role, prefix })

describe('the second lock', () => {
  test.each<[string, Roles | null, Record<string, string | RegExp>]>([
    [
      'root',
      null,
      {
        create: 'open',
        import: 'open',
        delete: /second lock.*root included/,
        canary: 'open',
        access: 'open',
        drill: 'open',
      },
    ],
    [
      'root',
      [],
      { create: 'open', import: 'open', delete: /second lock.*Root is not exempt/, read: 'open', access: 'open' },
    ],
    [
      'everything',
      null,
      {
        create: 'open',
        import: /second lock.*only the root user/,
        delete: /second lock/,
        canary: 'open',
        access: 'open',
      },
    ],
    [
      'everything',
      [],
      {
        read: /second lock.*no role/,
        list: /second lock/,
        create: /second lock/,
        import: /second lock/,
        delete: /second lock/,
      },
    ],
    [
      'everything',
      [grant('everything', 'viewer')],
      {
        read: 'open',
        list: 'open',
        access: 'open',
        drill: 'open',
        create: /operator or importer/,
        canary: /operator or importer/,
      },
    ],
    [
      'everything',
      [grant('everything', 'operator')],
      { create: 'open', canary: 'open', import: /not the role importer/, delete: /deleter/ },
    ],
    [
      'everything',
      [grant('everything', 'importer')],
      { create: 'open', import: 'open', canary: 'open', delete: /deleter/ },
    ],
    [
      'everything',
      [grant('everything', 'deleter')],
      { read: 'open', delete: 'open', create: /operator or importer/, import: /importer/ },
    ],
    [
      'everything',
      [grant('everything', 'deleter', 'prod-')],
      {
        read: /no role for this key name/,
        list: 'open',
        delete: /second lock/,
        access: /for all keys/,
        drill: /for all keys/,
      },
    ],
    ['everything', [grant('everything', 'deleter', 'team-')], { read: 'open', delete: 'open' }],
    ['everything', [grant('Everything', 'deleter')], { read: /second lock/, delete: /second lock/ }],
  ])('%s with %j', async (name, given, expected) => {
    roles = given
    const caller = await callerOf(name)
    const acts: Record<string, () => Promise<unknown>> = {
      list: () => requireListKeys(locks(), caller),
      read: () => requireReadKey(locks(), caller, 'team-red'),
      create: async () => (await requireCreateKey(locks(), caller, 'team-red')).askMinio(),
      import: () => requireImportKey(locks(), caller, 'team-red'),
      delete: () => requireDeleteKey(locks(), caller, 'team-red'),
      canary: () => requireKeyOperator(locks(), caller, 'team-red'),
      access: () => requireKesAccess(locks(), caller),
      drill: () => requireDrill(locks(), caller),
    }
    for (const [act, answer] of Object.entries(expected)) {
      const got = await said(acts[act]!())
      if (typeof answer === 'string') expect.soft(got, act).toBe(answer)
      else expect.soft(got, act).toMatch(answer)
    }
  })
})

describe('the first lock', () => {
  const all = (identity: string): Roles =>
    ['operator', 'importer', 'deleter'].map((role) => grant(identity, role as 'deleter'))

  test('takes the policies of the account as they are now', async () => {
    roles = all('narrow')
    const caller = await callerOf('narrow')
    expect(await said(requireImportKey(locks(), caller, 'team-red'))).toBe('open')
    expect(await said(requireDeleteKey(locks(), caller, 'prod-main'))).toMatch(/first lock.*kms:DeleteKey on this key/)
    expect(await said(requireDrill(locks(), caller))).toMatch(/first lock.*kms:KeyStatus on all keys/)
    expect(await said(requireKesAccess(locks(), caller))).toBe('open')
    await house.mc((mc) => mc('admin', 'policy', 'detach', 'demo', 'narrow', '--user', 'narrow'))
    expect(await said(requireImportKey(locks(), caller, 'team-red'))).toMatch(/first lock.*kms:ImportKey/)
    await house.mc((mc) => mc('admin', 'policy', 'attach', 'demo', 'narrow', '--user', 'narrow'))
  })

  test('takes the session policy, root’s too', async () => {
    roles = [...all('everything'), ...all(house.truth.rootUser)]
    for (const name of ['everything', 'root']) {
      const narrower = { Effect: 'Allow', Action: ['kms:KeyStatus', 'kms:ImportKey'] }
      const caller = await callerOf(name, narrower)
      expect.soft(await said(requireDeleteKey(locks(), caller, 'team-red')), name).toMatch(/first lock.*kms:DeleteKey/)
      expect.soft(await said(requireReadKey(locks(), caller, 'team-red')), name).toBe('open')
    }
    // Temporary credentials without their token: nobody can say what they are cut down to.
    const { credentials, ...caller } = await callerOf('everything')
    const { accessKey, secretKey } = credentials
    const bare = { ...caller, credentials: { accessKey, secretKey } }
    await expect(requireImportKey(locks(), bare, 'team-red')).rejects.toThrow()
  })

  test('without what MinIO does not tell, reads are MinIO’s to decide, and writes are refused', async () => {
    roles = all('untold')
    const caller = await callerOf('untold')
    expect(await said(requireReadKey(locks(), caller, 'team-red'))).toBe('open')
    expect(await visibleNames(locks(), caller, ['team-red', 'prod'])).toEqual(['team-red', 'prod'])
    expect(await said(requireImportKey(locks(), caller, 'team-red'))).toMatch(
      /first lock.*did not tell them.*NotAction/,
    )
    expect(await said(requireCreateKey(locks(), caller, 'team-red'))).toMatch(/first lock.*can’t be told/)
  })

  test('where MinIO’s answer and the evaluation differ, nothing goes, and the log has it', async () => {
    roles = all('grouped')
    const caller = await callerOf('grouped')
    log.warn.mockClear()
    for (const ask of [requireReadKey, requireImportKey, requireDeleteKey]) {
      expect.soft(await said(ask(locks(), caller, 'team-red')), ask.name).toMatch(/first lock.*kms:KeyStatus.*differ/)
    }
    const found = { account: 'grouped', action: 'kms:KeyStatus', minio: 'allow', evaluated: 'deny' }
    expect(log.warn.mock.calls.map(([fields]) => fields)).toEqual([found, found, found])
  })

  test('keys and canaries are written within five minutes of signing in', async () => {
    roles = all('everything')
    const caller = { ...(await callerOf('everything')), signedInAt: new Date(Date.now() - 5 * 60_000 - 1) }
    for (const write of [requireCreateKey, requireImportKey, requireDeleteKey, requireKeyOperator]) {
      expect.soft(await said(write(locks(), caller, 'team-red')), write.name).toMatch(/within 5 minutes/)
    }
  })
})

test('names are seen by policy and role, without asking for each', async () => {
  roles = [grant('narrow', 'viewer', 'team-r'), grant('everything', 'viewer', 'p')]
  const names = ['prod-main', 'team-blue', 'team-red']
  const narrow = await callerOf('narrow')
  const everything = await callerOf('everything')
  calls = 0
  expect(await visibleNames(locks(), narrow, names)).toEqual(['team-red'])
  expect(await visibleNames(locks(), everything, names)).toEqual(['prod-main'])
  expect(calls).toBe(2)
  expect(await seesEveryName(locks(), everything)).toBe(false)
  roles = [grant('narrow', 'viewer'), grant('everything', 'viewer')]
  expect(await seesEveryName(locks(), narrow)).toBe(false)
  expect(await seesEveryName(locks(), everything)).toBe(true)
})

describe('reads are remembered for half a minute', () => {
  test('a yes, per caller, address and key; the role file is read each time; writes ask anew', async () => {
    roles = null
    const remembered = new RememberedReads()
    const caller = await callerOf('everything')
    const other = await callerOf('everything')
    const callsFor = async (asked: () => Promise<unknown>) => {
      calls = 0
      await asked()
      return calls
    }
    const read = (who: Caller, key: string, more: Partial<KesLocks> = {}) =>
      callsFor(() => requireReadKey(locks({ remembered, ...more }), who, key))
    expect(await read(caller, 'team-red')).toBe(2)
    expect(await read(caller, 'team-red')).toBe(0)
    expect(await read(caller, 'team-blue')).toBe(2)
    expect(await read(other, 'team-red')).toBe(2)
    expect(await read(caller, 'team-red', { clientAddress: '203.0.113.9' })).toBe(2)
    roles = []
    await expect(read(caller, 'team-red')).rejects.toThrow(/second lock/)
    roles = null
    expect(await callsFor(() => requireCreateKey(locks({ remembered }), caller, 'team-red'))).toBe(1)
    expect(await callsFor(() => requireCreateKey(locks({ remembered }), caller, 'team-red'))).toBe(1)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_001 })
    expect(await read(caller, 'team-red')).toBe(2)
    vi.useRealTimers()
  })

  test('a no never', async () => {
    roles = null
    const remembered = new RememberedReads()
    const caller = await callerOf('status')
    const list = () => said(requireListKeys(locks({ remembered }), caller))
    calls = 0
    expect(await list()).toMatch(/^MinIO refused.*kms:ListKeys/)
    expect(await list()).toMatch(/^MinIO refused/)
    expect(calls).toBe(4)
  })
})

describe('an authorisation plugin', () => {
  let plugin: Server
  /** What it answers to any question. */
  let allows: (account: string, action: string) => boolean = () => true

  beforeAll(async () => {
    plugin = createServer(async (request, response) => {
      let sent = ''
      for await (const piece of request) sent += piece
      const { input } = JSON.parse(sent || '{}') as { input?: { account: string; action: string } }
      response.end(JSON.stringify({ result: input ? allows(input.account, input.action) : true }))
    })
    await new Promise<void>((resolve) => plugin.listen(0, '127.0.0.1', resolve))
    // A policy with NotAction keeps MinIO from loading any user at its next start.
    await house.mc(async (mc) => {
      await mc('admin', 'policy', 'detach', 'demo', 'untold', '--user', 'untold')
      await mc('admin', 'policy', 'rm', 'demo', 'untold')
    })
  })
  afterAll(() => plugin?.close())
  const url = () => `http://127.0.0.1:${(plugin.address() as AddressInfo).port}/v1/allow`

  const writes = async (caller: Caller) => [
    await said(requireImportKey(locks(), caller, 'team-red')),
    await said(requireDeleteKey(locks(), caller, 'team-red')),
    await said(requireCreateKey(locks(), caller, 'team-red')),
  ]

  test('is excluded for administrators who may look, and told what is missing to those who may not', async () => {
    roles = ['administrator', house.truth.rootUser].flatMap((who) => [grant(who, 'importer'), grant(who, 'deleter')])
    for (const name of ['administrator', 'root']) {
      expect.soft(await writes(await callerOf(name)), name).toEqual(['open', 'open', 'open'])
    }
    const kms = { Effect: 'Allow', Action: 'kms:*' }
    for (const answer of await writes(await callerOf('administrator', kms))) {
      expect.soft(answer).toMatch(/first lock.*authorisation plugin can’t be excluded: you lack admin:ConfigUpdate/)
    }
    const half = await callerOf('administrator', kms, { Effect: 'Allow', Action: 'admin:ConfigUpdate' })
    for (const answer of await writes(half)) expect.soft(answer).toMatch(/can’t be excluded: you lack admin:ServerInfo/)
  })

  test.each(['MINIO_POLICY_PLUGIN_URL', 'MINIO_IAM_OPA_URL'])('%s ends all writes, root’s too', async (variable) => {
    const { rootUser: MINIO_ROOT_USER, rootPassword: MINIO_ROOT_PASSWORD } = house.truth
    allows = () => true
    await house.startMinio({ MINIO_ROOT_USER, MINIO_ROOT_PASSWORD, ...STATIC, [variable]: url() })
    roles = ['status', house.truth.rootUser].flatMap((who) => [grant(who, 'importer'), grant(who, 'deleter')])
    for (const name of ['status', 'root']) {
      for (const answer of await writes(await callerOf(name))) {
        expect.soft(answer, name).toMatch(/first lock.*MinIO asks an authorisation plugin/)
      }
    }
    const status = await callerOf('status')
    expect(await said(requireKesAccess(locks(), status))).toMatch(/first lock.*authorisation plugin/)
    // Reading is for the plugin to say, name by name.
    expect(await said(requireReadKey(locks(), status, 'team-red'))).toBe('open')
    allows = (_, action) => action !== 'kms:KeyStatus' && action !== 'admin:KMSKeyStatus'
    expect(await said(requireReadKey(locks(), status, 'team-red'))).toMatch(/^MinIO refused/)
    expect(await visibleNames(locks(), status, ['team-red'])).toEqual([])
  })
})
