import { acmeVariables } from '@strongroom/sandbox/acme'
import type { Variables } from '@strongroom/sandbox/env-file'
import { type AuditDepth, type IamItem, listAuditItems, readAudit, startAudit } from '@strongroom/shared/iam'
import { readSession } from '@strongroom/shared/session'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Client } from './client.ts'
import { openConsole } from './console.ts'
import { readStored } from './drives.ts'
import { type FixtureName, openersOf } from './fixture.ts'
import { type House, openHouse } from './house.ts'
import { meaningOf } from './meaning.ts'
import { openAll } from './opening.ts'
import { expectedItems, expectedTargets, told, toldTargets } from './truth-items.ts'
import { flipShard, metaAsFolder, removeDrive, truncateMeta } from './variants.ts'

vi.setConfig({ testTimeout: 60_000 })

interface Case {
  readonly fixture: FixtureName
  readonly defaultKey: string | null
  readonly region: string
  readonly variables?: Variables
  /** Bucket targets that no key at hand opens: sealed in the form of 2021. */
  readonly targetsStayShut?: boolean
}

const CASES: readonly Case[] = [
  { fixture: 'acme-2021', variables: acmeVariables, defaultKey: 'acme-key', region: '' },
  {
    fixture: 'legacy-rootcred-4drives',
    variables: {},
    defaultKey: null,
    region: 'eu-central-1',
    targetsStayShut: true,
  },
  {
    fixture: 'legacy-interrupted-4drives',
    defaultKey: 'legacy-master-key',
    region: 'eu-central-1',
    targetsStayShut: true,
  },
  { fixture: 'plaintext-latest', defaultKey: null, region: 'eu-central-1' },
  { fixture: 'static-latest', defaultKey: 'iam-static-key', region: 'eu-central-1' },
  { fixture: 'static-latest-4drives', defaultKey: 'iam-static-key', region: 'eu-central-1' },
  { fixture: 'kes-latest', defaultKey: 'minio-iam-2026a', region: 'eu-central-1' },
]

const MOVED = /^config\/(config\.json|iam\/(users|groups|policies|policydb|service-accounts)\/)/

let house: House
let root: Client

async function audit(depth: AuditDepth = 'names') {
  const { state, message } = await root.job(startAudit, { depth })
  expect(state, message).toBe('done')
  const { items } = await root.call(listAuditItems, { limit: 10_000 })
  const [sts, lasting] = [items.filter(isTemporary), items.filter((item) => !isTemporary(item))]
  return { audit: await root.call(readAudit, {}), items: lasting, sts }
}

/** What goes by itself when its time has come: temporary credentials, and in 2021 their mappings. */
const isTemporary = ({ path }: { path: string }) =>
  path.startsWith('config/iam/sts/') ||
  house.truth.items.some(({ kind, name }) => kind === 'sts' && path === `config/iam/policydb/sts-users/${name}.json`)

const inConfig = (items: readonly IamItem[]) =>
  new Map(items.filter(({ path }) => path.startsWith('config/')).map((item) => [item.path, told(item)]))

describe.each(CASES)('$fixture', (wanted) => {
  beforeAll(async () => {
    const { fixture, variables } = wanted
    house = await openHouse({ fixture, ...(variables !== undefined && { variables }) })
    root = await (await openConsole(house)).rootBrowser()
  })
  afterAll(() => house?.close())

  test.each(['names', 'opened'] as const)(
    'with depth %s every item is what the truth file says, and there is no other',
    async (depth) => {
      const { items, audit: said } = await audit(depth)
      expect(inConfig(items)).toEqual(expectedItems(house.truth, isTemporary))
      expect(toldTargets(items)).toEqual(expectedTargets(house.truth))
      expect(said.depth).toBe(depth)
    },
  )

  test('with depth names nothing is opened', async () => {
    const { items, audit: said } = await audit()
    expect(said.opened).toBeNull()
    expect(items.filter(({ opened }) => opened !== undefined)).toEqual([])
  })

  test('with depth opened everything opens, and accounts have the parents that they have', async () => {
    const { items, audit: said } = await audit('opened')
    for (const { path, kind, opened } of items) {
      if (kind === 'bucket-targets' && wanted.targetsStayShut) expect.soft(opened, path).not.toBe('opened')
      else expect.soft(opened, path).toBe('opened')
    }
    const sum = (is: IamItem['opened']) => items.filter(({ opened }) => opened === is).length
    expect(said.opened!.failed + said.opened!.noKey).toBe(sum('failed') + sum('no-key'))
    const plain = await openAll(
      readStored(house.drives, 'config/iam/service-accounts'),
      openersOf(house.truth, house.kes && house.keystore),
    )
    for (const [path, bytes] of plain) {
      const { parent } = meaningOf(path, bytes) as { parent: string }
      expect.soft(items.find((item) => item.path === path)?.parent, path).toBe(parent)
    }
  })

  test('the counts are theirs', async () => {
    const { audit: said, items, sts } = await audit()
    const truth = house.truth.items.filter((item) => item.path.startsWith('config/') && !isTemporary(item))
    const targets = house.truth.bucketMetadata.filter(({ bucketTargetsState }) => bucketTargetsState !== 'absent')
    const lies = (state: string) => truth.filter((item) => item.state === state).length
    const count = (fits: (item: IamItem) => boolean) =>
      items.filter((item) => item.kind !== 'bucket-targets' && fits(item)).length
    for (const state of ['root-credentials', 'plaintext', 'kms'] as const) {
      expect
        .soft(
          count((item) => item.state === state),
          state,
        )
        .toBe(lies(state))
    }
    for (const kind of new Set(items.map((item) => item.kind))) {
      const row = said.byKind.find((each) => each.kind === kind)!.counts
      const sealed = Object.values(row.kms).reduce((total, each) => total + each, 0)
      const ofKind = [...items, ...sts].filter((item) => item.kind === kind).length
      expect.soft(sealed + row.plaintext + row['root-credentials'] + row.unreadable, kind).toBe(ofKind)
    }
    const outside = truth.filter(({ path, kmsKeyId }) => MOVED.test(path) && kmsKeyId !== wanted.defaultKey)
    expect(said.total).toBe(truth.length + targets.length + sts.length)
    expect(said).toMatchObject({
      toMove:
        wanted.defaultKey === null
          ? 0
          : outside.length + sts.filter(({ movable, key }) => movable && key !== wanted.defaultKey).length,
      defaultKey: wanted.defaultKey,
      legacyMarker: house.truth.items.some(({ path }) => path === 'backend-encrypted'),
      drives: { observed: house.truth.drives, total: house.truth.drives },
      volume: '.minio.sys',
    })
    expect(said.counts.unreadable).toBe(0)
  })

  test('the temporary credentials of this console are told from those of others', async () => {
    const { sts } = await audit()
    const found = sts.filter(({ own }) => own)
    expect(found).toHaveLength(1)
    const inTruth = new Set(house.truth.items.map(({ path }) => path))
    for (const item of sts.filter(({ kind }) => kind === 'sts'))
      expect.soft(item.own, item.path).toBe(!inTruth.has(item.path))
    await (await openConsole(house)).rootBrowser()
    expect((await audit()).sts.filter(({ own }) => own)).toHaveLength(1)
  })

  test('the session knows the region of the cluster', async () => {
    const { cluster } = await root.call(readSession, {})
    expect(cluster.region).toBe(wanted.region)
  })
})

/** Two of four pieces give an item: what lacks one or two is put together, what lacks more is told as unreadable, never guessed. */
describe.each(['acme-2021', 'static-latest-4drives'] as const)('damage on %s', (fixture) => {
  const [first, second, third] =
    fixture === 'acme-2021' ? (['amelia', 'bruno', 'chiara'] as const) : (['alice', 'bob', 'carol'] as const)
  const user = (name: string) => `config/iam/users/${name}/identity.json`
  const but = (path: string, items: readonly IamItem[]) => items.filter((item) => item.path !== path).map(told)
  const find = (path: string, items: readonly IamItem[]) => items.find((item) => item.path === path)!

  beforeEach(async () => {
    house = await openHouse({ fixture, ...(fixture === 'acme-2021' && { variables: acmeVariables }) })
    root = await (await openConsole(house)).rootBrowser()
  })
  afterEach(() => house?.close())

  test('on one and on two drives is made up for by the others', async () => {
    const before = await audit()
    truncateMeta(house.drives[0]!, user(first), 60)
    for (const drive of house.drives.slice(1, 3)) flipShard(drive, user(second))
    for (const drive of house.drives.slice(2)) metaAsFolder(drive, user(third))
    const { items, audit: said } = await audit('opened')
    expect(items.map(told)).toEqual(before.items.map(told))
    expect(said.counts.unreadable).toBe(0)
    expect(find(user(first), items)).toMatchObject({ copies: 3, drives: 4, opened: 'opened' })
  })

  test('on three drives makes its item unreadable and says why, and it is never moved', async () => {
    const before = await audit()
    for (const drive of house.drives.slice(1)) flipShard(drive, user(first))
    const { audit: said, items } = await audit()
    expect(but(user(first), items)).toEqual(but(user(first), before.items))
    expect(find(user(first), items)).toMatchObject({ kind: 'user', state: 'unreadable', movable: false })
    expect(find(user(first), items).note).toMatch(/\w/)
    expect(said.counts.unreadable).toBe(1)
  })

  test('cut short on all drives an item is unreadable, says why, and is never moved', async () => {
    const before = await audit()
    for (const drive of house.drives) truncateMeta(drive, user(first), 60)
    const { audit: said, items } = await audit()
    expect(but(user(first), items)).toEqual(but(user(first), before.items))
    expect(find(user(first), items)).toMatchObject({ kind: 'user', state: 'unreadable', movable: false, copies: 0 })
    expect(find(user(first), items).note).toMatch(/\w/)
    expect(said.counts.unreadable).toBe(1)
  })

  test.each([1, 2])('%i drives away are missed, and everything is told as before', async (away) => {
    const before = await audit()
    for (const drive of house.drives.slice(-away)) removeDrive(drive)
    const { audit: said, items } = await audit()
    expect(said.drives).toEqual({ observed: 4 - away, total: 4 })
    expect(items.map(told)).toEqual(before.items.map(told))
    expect(said.counts.unreadable).toBe(0)
  })
})
