import { setTimeout as sleep } from 'node:timers/promises'
import { type AuditDepth, listAuditItems, readAudit, startAudit } from '@strongroom/shared/iam'
import { type Job, jobEnded } from '@strongroom/shared/jobs'
import { readKms } from '@strongroom/shared/kms'
import { readMigrationReport, startMigration } from '@strongroom/shared/migrations'
import { readOverview } from '@strongroom/shared/overview'
import { enterTierSecret } from '@strongroom/shared/remote-secrets'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { signIns } from './accounts.ts'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { readStored } from './drives.ts'
import { meaningOf } from './meaning.ts'
import { openAll, sealOf, staticKey } from './opening.ts'
import { balance } from './several-nodes-balancer.ts'
import { SeveralNodes } from './several-nodes-house.ts'
import { expectedItems, told } from './truth-items.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

const KEY = 'iam-2027'
const STATIC = 'iam-static-key:Zml4dHVyZS1zdGF0aWMta21zLWtleS0zMi1ieXRlcyE='
const OLD = staticKey(STATIC)
/** Made beforehand: what several nodes make of a missing key at once is another matter. */
const KEYS = new Map([...OLD, [KEY, Buffer.alloc(32, 7)], ['other-2027', Buffer.alloc(32, 9)]])
/** Users, groups, policies, mappings, service accounts and config.json of the fixture. */
const MOVABLE = 12 + 4 + 6 + 9 + 6 + 1
/** Kinds of them. */
const PILOT = 6
const WAIT = { timeout: 30_000, interval: 500 }
const ACCOUNTS = /^config\/iam\/(users|groups|policies|policydb|service-accounts)\//
const MOVED = /^config\/(config\.json|iam\/(users|groups|policies|policydb|service-accounts)\/)/

let house: SeveralNodes
let opened: TestConsole
let admin: Client

async function open(options: Omit<Parameters<typeof SeveralNodes.open>[0], 'fixture'>) {
  house = await SeveralNodes.open({ fixture: 'static-latest-4drives', ...options })
  opened = await openConsole(house)
  // Nodes that start together take a moment until one of them makes temporary credentials.
  admin = await vi.waitFor(() => opened.rootBrowser(), WAIT)
  // Nor does the first node see all drives at once.
  await vi.waitFor(async () => expect((await audit()).audit.drives.observed).toBe(4), WAIT)
}

const stored = () => new Map([...readStored(house.drives)].filter(([path]) => MOVED.test(path)))
const underKey = () =>
  [...stored()].filter(([path, bytes]) => {
    const seal = sealOf(path, bytes)
    return seal.by === 'kms' && seal.key === KEY
  }).length

async function meanings() {
  const plain = await openAll(stored(), { keys: KEYS })
  return Object.fromEntries(
    [...plain].filter(([path]) => ACCOUNTS.test(path)).map(([path, bytes]) => [path, meaningOf(path, bytes)]),
  )
}

async function audit(depth: AuditDepth = 'names') {
  const { state, message } = await admin.job(startAudit, { depth })
  expect(state, message).toBe('done')
  const { items } = await admin.call(listAuditItems, { limit: 10_000 })
  return {
    audit: await admin.call(readAudit, {}),
    items: items.filter(({ kind, path }) => kind !== 'sts' && path.startsWith('config/')),
  }
}

/** What a node says to every account with its secret. */
const signInsAt = async (node: number) =>
  signIns(`http://${house.nodes[node]!.name}`, await openAll(readStored(house.drives), { keys: KEYS }))

/** Asks the runner itself: while MinIO is away, nobody may be shown a job. */
async function until(id: string, fits: (job: Job) => boolean): Promise<Job> {
  for (const end = Date.now() + 80_000; Date.now() < end; await sleep(20)) {
    const job = await opened.console.jobs.get(id)
    if (fits(job)) return job
    if (jobEnded(job)) throw new Error(`The job ended otherwise: ${job.state}, ${job.message}`)
  }
  throw new Error('The job did not get there.')
}

const expectDone = (job: Job) =>
  expect({ ...job, recent: [] }).toMatchObject({ state: 'done', failed: 0, failures: [] })

describe('four nodes with a drive each', () => {
  beforeAll(() => open({ nodes: 4, keys: KEYS, kms: (_, kes) => kes(KEY) }))
  afterAll(() => house?.close())

  test('each node is told of, with the key it seals with', async () => {
    const kms = await admin.call(readKms, {})
    expect(kms).toMatchObject({ kind: 'kes', defaultKey: KEY, keyWorks: true, nodesAgree: true, iamLoaded: true })
    expect(kms.nodes.map(({ endpoint }) => endpoint).sort()).toEqual(house.nodes.map(({ name }) => name).sort())
    for (const node of kms.nodes)
      expect(node).toMatchObject({ state: 'online', kind: 'kes', defaultKey: KEY, drives: 1, drivesOnline: 1 })
  })

  test.each(['names', 'opened'] as const)('an audit with depth %s tells what the drives hold', async (depth) => {
    const { audit: head, items } = await audit(depth)
    expect(head.drives).toEqual({ observed: 4, total: 4 })
    expect(head.stale).toBe(0)
    const expected = expectedItems(house.truth, ({ kind }) => kind === 'sts')
    expect(items.map(told).sort()).toEqual([...expected.values()].sort())
    for (const { path, copies, drives } of items)
      expect.soft({ copies, drives }, path).toEqual({ copies: 4, drives: 4 })
    if (depth === 'opened') expect(head.opened).toMatchObject({ noKey: 0, failed: 0 })
  })

  test('a node killed in the middle of an audit costs a drive, and nothing else', async () => {
    const job = await admin.call(startAudit, { depth: 'opened' })
    await house.kill(3)
    const end = await admin.untilEnded(job)
    expect(end.state, end.message).toBe('done')
    const { audit: head, items } = await audit()
    expect(head.drives).toEqual({ observed: 3, total: 4 })
    const expected = expectedItems(house.truth, ({ kind }) => kind === 'sts')
    expect(items.map(told).sort()).toEqual([...expected.values()].sort())
    for (const { path, copies, drives } of items)
      expect.soft({ copies, drives }, path).toEqual({ copies: 3, drives: 4 })
  })

  test('nothing is begun while a node can’t say which key it seals with', async () => {
    const refusal = await admin.refusal(startMigration, {})
    expect(refusal.code).toBe('unsafe-now')
    expect(refusal.detail).toContain(`The node ${house.nodes[3]!.name} can’t be asked which KMS key it seals with`)
    expect(underKey()).toBe(0)
    await house.start(3)
    await vi.waitFor(async () => expect((await admin.call(readKms, {})).nodesAgree).toBe(true), {
      timeout: 20_000,
      interval: 200,
    })
  })

  test('behind what sends each request to another node: one of each kind is written by some, read back by others', async () => {
    await using balancer = await balance(house.nodes.map(({ name }) => name))
    const { browser } = await openConsole(house, { STRONGROOM_MINIO_ENDPOINT: balancer.endpoint })
    const before = await meanings()
    const visitor = browser()
    await vi.waitFor(() => visitor.signIn(house.truth.rootUser, house.truth.rootPassword), WAIT)
    // Each node takes a moment to see that the one which was away is back.
    const job = await vi.waitFor(
      () => visitor.job(startMigration, { pilot: true, secretKey: house.truth.rootPassword }),
      WAIT,
    )
    expectDone(job)
    expect(job.done).toBe(PILOT)
    expect(underKey()).toBe(PILOT)
    expect(await meanings()).toEqual(before)
    for (const count of balancer.sent) expect(count).toBeGreaterThan(PILOT)
    expect(await signInsAt(3)).toEqual(await signInsAt(0))
  })

  test('a node killed in the middle of a migration: it goes on with the others, and the audit says what that node missed', async () => {
    const before = await meanings()
    const job = await vi.waitFor(() => admin.call(startMigration, {}), { timeout: 20_000, interval: 500 })
    await until(job.id, ({ done }) => done >= 5)
    await house.kill(2)
    const end = await until(job.id, jobEnded)
    expectDone(end)
    expect(end.done).toBe(MOVABLE - PILOT)
    expect(underKey()).toBe(MOVABLE)
    expect(await meanings()).toEqual(before)
    const { report } = await admin.call(readMigrationReport, { id: job.id })
    const story = report.story.map(({ text }) => text)
    expect(story).toContain('At the end 3 of 4 drives answered.')
    expect(story).toContainEqual(expect.stringMatching(/ was read back from 3 of the 4 drives that should hold it/))

    await house.start(2)
    await vi.waitFor(async () => expect((await audit()).audit.drives.observed).toBe(4), { timeout: 20_000 })
    const { audit: head, items } = await audit()
    const missed = items.filter(({ stale = 0 }) => stale > 0)
    expect(head.stale).toBeGreaterThan(0)
    expect(missed).toHaveLength(head.stale)
    // The others take a moment to see the node’s drive again; until then healing passes it over.
    await vi.waitFor(
      async () => {
        await house.mc((mc) => mc('admin', 'heal', '--recursive', 'demo'))
        expect((await audit()).audit.stale).toBe(0)
      },
      { timeout: 30_000, interval: 1_000 },
    )
  })
})

describe('two nodes with two drives each', () => {
  beforeAll(() => open({ nodes: 2, keys: KEYS, kms: (_, kes) => kes(KEY) }))
  afterAll(() => house?.close())

  test.each([
    [
      'another key',
      () => house.kesLines('other-2027'),
      /runs on other KMS settings than .* \(MINIO_KMS_KES_KEY_NAME\)/,
    ],
    ['no KMS', () => ({}), /runs on other KMS settings than .* \(MINIO_KMS_KES_CAPATH, .*MINIO_KMS_KES_KEY_NAME/],
  ])('one comes back with %s: nothing is rewritten, and it is named', async (_, kms, words) => {
    await house.kill(1)
    await house.start(1, kms())
    const refusal = await vi.waitFor(async () => {
      const refused = await admin.refusal(startMigration, {})
      expect(refused.code).toBe('unsafe-now')
      expect(refused.detail).not.toContain('can’t be asked')
      return refused
    }, WAIT)
    // One against one: both are named.
    for (const { name } of house.nodes) expect(refusal.detail).toContain(name)
    expect(refusal.detail).toMatch(words)
    expect((await admin.call(readKms, {})).nodesAgree).toBe(false)
    // What is typed in again would be sealed by whichever node gets it.
    expect((await admin.refusal(enterTierSecret, { name: 'COLD' })).code).toBe('unsafe-now')
    expect(underKey()).toBe(0)
  })

  test('what the node without a KMS writes lies in plaintext, and is an alarm', async () => {
    expect((await audit()).audit.regressed).toBe(0)
    await house.mc((mc) => mc('admin', 'user', 'add', 'demo', 'alice', 'a-secret-in-clear'), 1)
    const { audit: head, items } = await audit()
    const { path, state } = items.find(({ kind, name }) => kind === 'user' && name === 'alice')!
    expect({ state, regressed: head.regressed }).toEqual({ state: 'plaintext', regressed: 1 })
    const { findings } = await admin.call(readOverview, {})
    expect(findings).toContainEqual(
      expect.objectContaining({ id: 'regressed', severity: 'critical', title: `${path} became plaintext again` }),
    )
  })

  test('one killed in the middle takes the write quorum: it pauses, and goes on when the node is back', async () => {
    await house.kill(1)
    await house.start(1)
    const before = await meanings()
    const job = await vi.waitFor(() => admin.call(startMigration, {}), WAIT)
    await until(job.id, ({ done }) => done >= 5)
    await house.kill(1)
    const paused = await until(job.id, ({ state }) => state === 'paused')
    expect(paused).toMatchObject({ endedAt: null, waiting: { on: 'minio' } })
    expect(await meanings()).toEqual(before)
    await house.start(1)
    const end = await until(job.id, jobEnded)
    expectDone(end)
    expect(end.done).toBe(MOVABLE)
    expect(underKey()).toBe(MOVABLE)
    expect(await meanings()).toEqual(before)
  })
})

describe('two nodes with a static key, which MinIO shows to nobody', () => {
  beforeAll(() => open({ nodes: 2, kms: () => ({ MINIO_KMS_SECRET_KEY: STATIC }) }))
  afterAll(() => house?.close())

  test('each is asked for its name', async () => {
    const kms = await admin.call(readKms, {})
    expect(kms).toMatchObject({ kind: 'static', defaultKey: 'iam-static-key', nodesAgree: true, unknown: [] })
    for (const { kind, defaultKey } of kms.nodes) expect([kind, defaultKey]).toEqual(['static', 'iam-static-key'])
    expect(await admin.job(startMigration, { dryRun: true })).toMatchObject({ state: 'done', total: 0 })
  })

  test('each is asked at the address that the administrator gave, whatever MinIO tells', async () => {
    const withNodes = async (...hosts: string[]) => {
      const nodes = hosts.map((host) => `http://${host}`).join(',')
      return (await openConsole(house, { STRONGROOM_MINIO_NODES: nodes })).rootBrowser()
    }
    const local = await withNodes(...house.nodes.map(({ name }) => name.replace('127.0.0.1', 'localhost')))
    const kms = await local.call(readKms, {})
    expect(kms).toMatchObject({ nodesAgree: true, unknown: [] })
    for (const { defaultKey } of kms.nodes) expect(defaultKey).toBe('iam-static-key')
    expect(await local.job(startMigration, { dryRun: true })).toMatchObject({ state: 'done', total: 0 })

    const nowhere = await (await withNodes(house.nodes[0]!.name, '127.0.0.1:1')).call(readKms, {})
    expect(nowhere.nodesAgree).toBeNull()
    expect(nowhere.unknown).toContainEqual(expect.stringContaining('KMS of 127.0.0.1:1: '))
  })

  test.each(['other-key', 'iam-static-key'])(
    'one comes back with other bytes under the name %s, and is named',
    async (name) => {
      await house.kill(1)
      await house.start(1, { MINIO_KMS_SECRET_KEY: `${name}:${Buffer.alloc(32, 3).toString('base64')}` })
      const online = async () => {
        const kms = await admin.call(readKms, {})
        expect(kms.nodes.map(({ state }) => state)).toEqual(['online', 'online'])
        return kms
      }
      const kms = await vi.waitFor(online, { timeout: 20_000, interval: 200 })
      expect(kms.nodesAgree).toBeNull()
      expect(kms.nodes.find(({ endpoint }) => endpoint === house.nodes[1]!.name)!.defaultKey).toBeNull()
      expect(kms.unknown).toContainEqual(expect.stringContaining(`KMS of ${house.nodes[1]!.name}: `))
      const refusal = await admin.refusal(startMigration, { dryRun: true })
      expect(refusal.code).toBe('unsafe-now')
      expect(refusal.detail).toContain(`The node ${house.nodes[1]!.name} does not know credentials`)
    },
  )
})
