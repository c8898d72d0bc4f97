import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { acmeVariables } from '@strongroom/sandbox/acme'
import { parseEnvFile } from '@strongroom/sandbox/env-file'
import { putSampleObjects } from '@strongroom/sandbox/objects'
import { listAuditItems, readAudit, startAudit } from '@strongroom/shared/iam'
import { readMove } from '@strongroom/shared/move'
import { readOverview } from '@strongroom/shared/overview'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ACME_KEY, type Walk, walk } from './acme-walk.ts'
import type { Client } from './client.ts'
import { openConsole } from './console.ts'
import { readStored } from './drives.ts'
import { acmeCredentials, openersOf, truthOf } from './fixture.ts'
import { type House, openHouse } from './house.ts'
import { decryptByKes } from './kes-client.ts'
import { meaningOf, settingsIn } from './meaning.ts'
import { keystoreKeys, openAll, openWithDataKey, sealOf } from './opening.ts'
import { canSignIn, type Place, type Rights, readObject, rightsOf, s3Client } from './rights.ts'

vi.setConfig({ testTimeout: 60_000 })

/** What holds the accounts and what they may do: everything a migration must bring under the key unchanged. */
const ACCOUNTS = /^config\/iam\/(users|groups|policies|policydb|service-accounts)\//
/** What no call of MinIO's rewrites. */
const STAYS = /^config\/(iam\/format\.json|history\/.*\.kv)$/

const { users, serviceAccounts } = acmeCredentials()
const userIdentities = users.map(({ name, secret }) => ({ accessKey: name, secretKey: secret }))

let house: House
let root: Client
let places: Place[]
let took: Walk
/** Plain content of every item as the server of 2021 left it. */
let before: Map<string, Buffer>
/** Stored bytes of every item after the walk. */
let after: Map<string, Buffer>
let rightsBefore: Map<string, Rights>
let objectsBefore: string[]

beforeAll(async () => {
  house = await openHouse({
    fixture: 'acme-2021',
    variables: acmeVariables,
    kes: true,
    prepare: async (drives) => {
      before = await openAll(readStored(drives), openersOf(truthOf('acme-2021')))
    },
  })
  places = onePlaceEach(house.truth.objects)
  await house.mc((mc) => putSampleObjects(mc, join(house.dir, 'objects')))
  rightsBefore = await rightsOfAll()
  objectsBefore = await readObjects()
  root = await (await openConsole(house)).rootBrowser()
  took = await walk(root)
  after = readStored(house.drives)
})
afterAll(() => house?.close())

describe('over the API', () => {
  test('the audit before it finds everything under the root credentials', () => {
    expect(took.audit.state).toBe('done')
    expect(took.audit.seals).toMatchObject({ 'root-credentials': 69, plaintext: 0, unreadable: 0 })
  })

  test('the imported key is proven on what the cluster has sealed', () => {
    expect(took.proof).toMatchObject({ verdict: 'proven', sameMaterial: true, failed: 0 })
    expect(took.proof.samples.some(({ from, opened }) => from === 'object' && opened)).toBe(true)
  })

  test('the lines empty the static key, and MinIO runs on KES after one restart', () => {
    expect(took.lines.lines).toContain('MINIO_KMS_SECRET_KEY=')
    expect(parseEnvFile(readFileSync(house.envFile, 'utf8'))).toMatchObject({
      MINIO_KMS_SECRET_KEY: '',
      ...house.kesLines(ACME_KEY),
    })
    expect(house.minio.child.running()).toBe(true)
  })

  test('the migration ends without a failure', () => {
    const { state, done, total, failed, failures } = took.migration
    expect({ state, failed, failures }).toEqual({ state: 'done', failed: 0, failures: [] })
    expect({ done, total }).toEqual({ done: 66, total: 66 })
  })

  test('each step holds at its end, and the overview says what is left', async () => {
    const { steps } = await root.call(readMove, {})
    expect(steps.map(({ id, face }) => `${id} ${face}`)).toEqual(
      ['kes', 'import', 'proof', 'lines', 'restart', 'migrate'].map((id) => `${id} holds`),
    )
    const { iam, kms } = await root.call(readOverview, {})
    expect(kms).toMatchObject({ kind: 'kes', defaultKey: ACME_KEY, keyWorks: true, standby: false })
    expect(iam).toMatchObject({ toMove: 0, counts: { 'root-credentials': 3, plaintext: 0, unreadable: 0 } })
  })
})

describe('on the drives', () => {
  test('every user, group, policy, mapping and service account is sealed by the key that KES keeps', async () => {
    const keys = keystoreKeys(house.keystore)
    for (const { path } of accountsOfTruth()) {
      expect.soft(sealOf(path, after.get(path)!), path).toMatchObject({ by: 'kms', key: ACME_KEY })
    }
    await expect(openAll(accountsAfter(), { keys })).resolves.toBeInstanceOf(Map)
  })

  test('KES itself opens each of them', async () => {
    const keys = keystoreKeys(house.keystore)
    const opened = await openAll(accountsAfter(), { keys })
    for (const [path, stored] of accountsAfter()) {
      const seal = sealOf(path, stored)
      if (seal.by !== 'kms') throw new Error(`${path} is not sealed by a KMS key.`)
      const dataKey = await decryptByKes(house.kes!, seal.key, seal.sealedKey, seal.context)
      expect.soft(openWithDataKey(stored, dataKey).equals(opened.get(path)!), path).toBe(true)
    }
  })

  test('each of them says what it said in 2021', async () => {
    const opened = await openAll(accountsAfter(), { keys: keystoreKeys(house.keystore) })
    expect(accountsOfTruth()).toHaveLength(65)
    for (const { path } of accountsOfTruth()) {
      expect.soft(meaningOf(path, opened.get(path)!), path).toEqual(meaningOf(path, before.get(path)!))
    }
    expect([...opened.keys()].sort()).toEqual(
      accountsOfTruth()
        .map(({ path }) => path)
        .sort(),
    )
  })

  test('the secrets are those of the list of credentials', async () => {
    const opened = await openAll(accountsAfter(), { keys: keystoreKeys(house.keystore) })
    const said = (path: string) => meaningOf(path, opened.get(path)!)
    for (const { name, secret, status } of users) {
      const user = said(`config/iam/users/${name}/identity.json`)
      expect.soft(user, name).toMatchObject({ secretKey: secret, enabled: status === 'enabled' })
    }
    for (const { accessKey, secretKey, parent, sessionPolicy } of serviceAccounts) {
      const account = said(`config/iam/service-accounts/${accessKey}/identity.json`)
      const claims = { 'sa-policy': sessionPolicy ? 'embedded-policy' : 'inherited-policy', parent }
      expect.soft(account, accessKey).toMatchObject({ secretKey, parent, enabled: true, claims })
      expect.soft('sessionPolicy' in (account as { claims: object }).claims, accessKey).toBe(sessionPolicy)
    }
  })

  test('the settings of the server are kept', async () => {
    const path = 'config/config.json'
    const opened = await openAll(new Map([[path, after.get(path)!]]), { keys: keystoreKeys(house.keystore) })
    const [was, is = []] = [before, opened].map((plain) => settingsIn(plain.get(path)!))
    expect(was!.filter((setting) => !is.includes(setting))).toEqual([])
    expect(is.find((setting) => setting.startsWith('notify_webhook') && setting.includes('auth_token='))).toBeDefined()
    expect(is).toContain('api _ requests_max=256')
  })

  test('nothing is left under the root credentials but what no call rewrites', () => {
    const left = [...after].filter(([path, stored]) => sealOf(path, stored).by !== 'kms').map(([path]) => path)
    expect(left.filter((path) => !STAYS.test(path))).toEqual([])
    expect(left).toHaveLength(3)
  })

  test('the audit of the console says the same, item by item', async () => {
    await root.job(startAudit, {})
    const { items } = await root.call(listAuditItems, { limit: 10_000 })
    const said = items.map(({ path, state, key }) => `${path} ${state} ${key ?? ''}`)
    const found = [...readStored(house.drives)].map(([path, stored]) => {
      const seal = sealOf(path, stored)
      return `${path} ${seal.by === 'kms' ? `kms ${seal.key}` : 'root-credentials '}`
    })
    expect(said).toEqual(found)
    expect(await root.call(readAudit, {})).toMatchObject({ total: found.length, toMove: 0, defaultKey: ACME_KEY })
  })
})

describe('to those who use the cluster', () => {
  test('every enabled account signs in with the secret it had, and every disabled one is refused', accountsSignIn)

  test('what the comparison of rights rests on: most users may do something (vera has diagnostics alone, yusuf is in a disabled group)', () => {
    const idle = users.filter(({ name }) => !Object.values(rightsBefore.get(name)!).includes('ok'))
    expect(idle.map(({ name }) => name)).toEqual(['quentin', 'ulf', 'vera', 'yusuf'])
  })

  test('nobody may do more or less than before', async () => {
    const rights = await rightsOfAll()
    for (const [accessKey, was] of rightsBefore) expect.soft(rights.get(accessKey), accessKey).toEqual(was)
  })

  test('what the comparison of rights rests on: each session policy takes something away from its account', () => {
    for (const { accessKey, parent, sessionPolicy } of serviceAccounts) {
      const [own, parents] = [rightsBefore.get(accessKey)!, rightsBefore.get(parent)!]
      const less = Object.keys(parents).filter((call) => parents[call] === 'ok' && own[call] !== 'ok')
      expect.soft(less.length > 0, `${accessKey} of ${parent}`).toBe(sessionPolicy)
      expect.soft(Object.values(own), accessKey).toContain('ok')
    }
  })

  test('every object reads as before', async () => {
    expect(objectsBefore).toHaveLength(60 + 6)
    expect(await readObjects()).toEqual(objectsBefore)
  })
})

describe('after a fresh start with the KES lines alone', () => {
  beforeAll(async () => {
    const { MINIO_KMS_SECRET_KEY, ...lines } = parseEnvFile(readFileSync(house.envFile, 'utf8'))
    expect(MINIO_KMS_SECRET_KEY).toBe('')
    await house.startMinio(lines)
  })

  test('all users are loaded, and all accounts sign in', async () => {
    const listed = await house.mc((mc) => mc('admin', 'user', 'ls', 'demo'))
    const names = listed
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { accessKey: string }).accessKey)
    expect(names.sort()).toEqual(users.map(({ name }) => name).sort())
    await accountsSignIn()
  })

  test('every object reads as before', async () => {
    expect(await readObjects()).toEqual(objectsBefore)
  })
})

const accountsOfTruth = () => house.truth.items.filter(({ path }) => ACCOUNTS.test(path))

const accountsAfter = () => new Map([...after].filter(([path]) => ACCOUNTS.test(path)))

/** Whoever may see no bucket at all is let in and then refused; who is not known, or does not know the secret, is told so. */
async function accountsSignIn() {
  const { endpoint } = house.minio
  for (const { name, secret, status } of users) {
    const said = await canSignIn(endpoint, { accessKey: name, secretKey: secret })
    expect.soft(said, name).toMatch(status === 'enabled' ? /^(ok|403 AccessDenied)$/ : /^403 InvalidAccessKeyId$/)
    expect.soft(said, name).toBe(rightsBefore.get(name)!['list buckets'])
  }
  for (const account of serviceAccounts) {
    const said = await canSignIn(endpoint, account)
    expect.soft(said, account.accessKey).toBe(rightsBefore.get(account.accessKey)!['list buckets'])
    const wrong = await canSignIn(endpoint, { ...account, secretKey: `${account.secretKey}x` })
    expect.soft(wrong, account.accessKey).toBe('403 SignatureDoesNotMatch')
  }
}

async function rightsOfAll(): Promise<Map<string, Rights>> {
  const found = new Map<string, Rights>()
  for (const who of [...userIdentities, ...serviceAccounts]) {
    found.set(who.accessKey, await rightsOf(house.minio.endpoint, who, places))
  }
  return found
}

/** One object of each folder at the top of a bucket. */
function onePlaceEach(objects: readonly Place[]): Place[] {
  const byFolder = new Map(objects.map((place) => [`${place.bucket}/${place.object.split('/')[0]}`, place]))
  return [...byFolder.values()].map(({ bucket, object }) => ({ bucket, object }))
}

/** Every object of the truth file and those put since, with the hash of its content. */
async function readObjects(): Promise<string[]> {
  const { rootUser, rootPassword, objects } = house.truth
  const client = s3Client(house.minio.endpoint, { accessKey: rootUser, secretKey: rootPassword })
  const put = [
    'summary.csv',
    'regions.csv',
    'notes/board.txt',
    'payroll/october.csv',
    'payroll/november.csv',
    'payroll/december.csv',
  ]
  const all = [...objects, ...put.map((object) => ({ bucket: 'q4-reports', object }))]
  const read = async ({ bucket, object }: Place) =>
    `${bucket}/${object} ${createHash('sha256')
      .update(await readObject(client, bucket, object))
      .digest('hex')}`
  const hashes: string[] = []
  for (const place of all) hashes.push(await read(place))
  client.destroy()
  return hashes
}
