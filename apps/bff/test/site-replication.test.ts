import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client as Mc, withClient } from '@strongroom/sandbox/client'
import { type Minio as Server, startMinio } from '@strongroom/sandbox/minio'
import { listAuditItems, startAudit } from '@strongroom/shared/iam'
import { readMigrationReport, startMigration } from '@strongroom/shared/migrations'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { signIns } from './accounts.ts'
import type { Client } from './client.ts'
import { openConsole } from './console.ts'
import { readStored } from './drives.ts'
import { meaningOf } from './meaning.ts'
import { type KeyMaterial, openAll, sealOf, staticKey } from './opening.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 })

const root = { accessKey: 'rootuser', secretKey: 'root-password' }
const carol = { accessKey: 'carol', secretKey: 'carol-secret' }
const NEAR_KEY = 'near-key:YWNtZS1zdGF0aWMta21zLWtleS1vZi0zMi1ieXRlcyE='
const FAR_KEY = 'far-key:b3RoZXItc3RhdGljLWttcy1rZXktMzItYnl0ZXMtbG8='
const ACCOUNTS = /^config\/iam\/(users|groups|policies|policydb|service-accounts)\//
const REPLICATOR = 'config/iam/service-accounts/site-replicator-0/identity.json'

type SiteName = 'near' | 'far'

let dir: string
const sites = new Map<SiteName, Server>()
let admin: Client

const drive = (name: SiteName) => join(dir, name)
const at = (name: SiteName) => sites.get(name)!

/** At the port that it had, since the others know a site by its address. */
async function start(name: SiteName, kms: string | null) {
  const before = sites.get(name)
  await before?.stop()
  const server = await startMinio({
    drives: [drive(name)],
    env: {
      MINIO_ROOT_USER: root.accessKey,
      MINIO_ROOT_PASSWORD: root.secretKey,
      ...(kms !== null && { MINIO_KMS_SECRET_KEY: kms }),
    },
    logFile: join(dir, `${name}.log`),
    certsDir: join(dir, 'no-certs'),
    ...(before && { port: Number(new URL(before.endpoint).port) }),
  })
  sites.set(name, server)
  if (before && server.endpoint !== before.endpoint) throw new Error(`The port of ${name} was taken meanwhile.`)
}

const withMc = <Result>(use: (mc: Mc) => Promise<Result>) =>
  withClient({ endpoint: at('near').endpoint, ...root }, join(dir, 'mc'), async (mc) => {
    for (const [name, { endpoint }] of sites) await mc('alias', 'set', name, endpoint, root.accessKey, root.secretKey)
    return use(mc)
  })

/** Users, groups, policies, mappings and service accounts of a site, off and on, with and without a policy of their own. */
async function furnish(mc: Mc) {
  const policy = (name: string, actions: readonly string[]) => {
    const file = join(dir, `${name}.json`)
    const statement = { Effect: 'Allow', Action: actions, Resource: ['arn:aws:s3:::*'] }
    writeFileSync(file, JSON.stringify({ Version: '2012-10-17', Statement: [statement] }))
    return file
  }
  await mc('admin', 'policy', 'create', 'near', 'read <& möre>', policy('more', ['s3:GetObject', 's3:ListBucket']))
  await mc('admin', 'user', 'add', 'near', carol.accessKey, carol.secretKey)
  await mc('admin', 'policy', 'attach', 'near', 'consoleAdmin', '--user', carol.accessKey)
  for (const name of ['alice', 'bob']) {
    await mc('admin', 'user', 'add', 'near', name, `${name}-secret`)
    await mc('admin', 'policy', 'attach', 'near', 'read <& möre>', '--user', name)
  }
  await mc('admin', 'user', 'disable', 'near', 'bob')
  for (const group of ['staff', 'away']) {
    await mc('admin', 'group', 'add', 'near', group, 'alice')
    await mc('admin', 'policy', 'attach', 'near', 'readonly', '--group', group)
  }
  await mc('admin', 'group', 'disable', 'near', 'away')
  const narrow = policy('narrow', ['s3:GetObject'])
  const account = (name: string, ...more: readonly string[]) =>
    mc('admin', 'accesskey', 'create', 'near', 'alice', '--access-key', name, '--secret-key', `${name}-secret`, ...more)
  await account('alice-full')
  await account('alice-narrow', '--policy', narrow, '--name', 'narrow', '--description', 'reads alone')
  await account('alice-off', '--policy', narrow)
  await mc('admin', 'accesskey', 'disable', 'near', 'alice-off')
}

const stored = (name: SiteName, paths = ACCOUNTS) =>
  new Map([...readStored([drive(name)])].filter(([path]) => paths.test(path)))

const KEYS: KeyMaterial = new Map([...staticKey(NEAR_KEY), ...staticKey(FAR_KEY)])

/** What a site’s items say, by path. */
async function meanings(name: SiteName) {
  const plain = await openAll(stored(name), { keys: KEYS })
  return Object.fromEntries([...plain].map(([path, bytes]) => [path, meaningOf(path, bytes)]))
}

const sealsAt = (name: SiteName) =>
  Object.fromEntries(
    [...stored(name)].map(([path, bytes]) => {
      const seal = sealOf(path, bytes)
      return [path, seal.by === 'kms' ? seal.key : seal.by]
    }),
  )

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'strongroom-sites-'))
  for (const name of ['near', 'far'] as const) {
    mkdirSync(drive(name), { recursive: true })
    await start(name, null)
  }
  await withMc(async (mc) => {
    await mc('admin', 'replicate', 'add', 'near', 'far')
    await furnish(mc)
  })
  // The other site is sent the policies too that come with MinIO.
  await vi.waitFor(async () => expect(await meanings('far')).toMatchObject(await meanings('near')), 20_000)
  await start('near', NEAR_KEY)
  const served = {
    truth: { rootUser: root.accessKey, rootPassword: root.secretKey },
    consoleEnv: { STRONGROOM_MINIO_ENDPOINT: at('near').endpoint, STRONGROOM_STATE_DIR: join(dir, 'console') },
  }
  admin = (await openConsole(served)).browser()
  await vi.waitFor(() => admin.signIn(carol.accessKey, carol.secretKey), { timeout: 20_000, interval: 500 })
})

afterAll(async () => {
  for (const server of sites.values()) await server.stop()
  rmSync(dir, { recursive: true, force: true })
})

test('while the other site has no KMS nothing is rewritten at either, and the refusal names it', async () => {
  const untouched = [stored('near'), stored('far')]
  const refusal = await admin.refusal(startMigration, { secretKey: carol.secretKey })
  expect(refusal).toMatchObject({ code: 'unsafe-now', status: 409 })
  expect(refusal.detail).toContain(`There is no KMS at the site far (${at('far').endpoint})`)
  expect([stored('near'), stored('far')]).toEqual(untouched)
})

test('with a KMS at both, all is moved here, and the other site seals what it is sent with its own key', async () => {
  await start('far', FAR_KEY)
  const before = { near: await meanings('near'), far: await meanings('far') }
  const plain = await openAll(stored('near', /./), { keys: KEYS })
  const signInsBefore = await signIns(at('near').endpoint, plain)
  // A site that loads its users before it knows of the replication deletes the sign-ins made at the other one.
  const job = await vi.waitFor(
    async () => {
      await admin.signIn(carol.accessKey, carol.secretKey)
      return admin.call(startMigration, { secretKey: carol.secretKey })
    },
    { timeout: 20_000, interval: 500 },
  )
  const end = await admin.untilEnded(job)
  expect({ ...end, recent: [] }).toMatchObject({ state: 'done', failed: 0, failures: [] })

  const { [REPLICATOR]: replicator, ...others } = sealsAt('near')
  expect(replicator).toBe('nothing')
  expect(new Set(Object.values(others))).toEqual(new Set(['near-key']))
  expect(await meanings('near')).toEqual(before.near)
  expect(await signIns(at('near').endpoint, plain)).toEqual(signInsBefore)

  expect(await meanings('far')).toEqual(before.far)
  const far = sealsAt('far')
  expect(Object.values(far)).not.toContain('near-key')
  for (const path of [
    'users/alice/identity.json',
    'service-accounts/alice-narrow/identity.json',
    'groups/away/members.json',
  ])
    expect(far[`config/iam/${path}`]).toBe('far-key')
  expect(await signIns(at('far').endpoint, plain)).toEqual(signInsBefore)

  const { report } = await admin.call(readMigrationReport, { id: job.id })
  expect(report.cannotMove).toContainEqual(
    expect.objectContaining({
      path: REPLICATOR,
      note: 'MinIO made this account for site replication and keeps it itself.',
    }),
  )
  expect(report.items.map(({ path }) => path)).not.toContain(REPLICATOR)
})

test('the sites go on replicating', async () => {
  await withMc((mc) => mc('admin', 'user', 'add', 'near', 'newcomer', 'newcomer-secret'))
  const path = 'config/iam/users/newcomer/identity.json'
  await vi.waitFor(() => expect(sealsAt('far')[path]).toBe('far-key'), 10_000)
  expect(sealsAt('near')[path]).toBe('near-key')
})

test('an audit says why the account of the replication and its state are left as they are', async () => {
  expect((await admin.job(startAudit, {})).state).toBe('done')
  const { items } = await admin.call(listAuditItems, { limit: 1_000 })
  const left = items.filter(({ movable, kind }) => !movable && kind !== 'sts' && kind !== 'config-history')
  expect(left.map(({ path, note }) => `${path}: ${note}`)).toEqual(
    expect.arrayContaining([
      `${REPLICATOR}: MinIO made this account for site replication and keeps it itself.`,
      'config/site-replication/state.json: It names the sites and an account, and holds no secret. MinIO never seals it.',
    ]),
  )
})
