import { renameSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { acmeVariables } from '@strongroom/sandbox/acme'
import { type IamItem, type ItemKind, listAuditItems, readAudit, startAudit } from '@strongroom/shared/iam'
import { readSession } from '@strongroom/shared/session'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Client } from './client.ts'
import { openConsole } from './console.ts'
import { holdsContent } from './drives.ts'
import type { FixtureName, TruthItem } from './fixture.ts'
import { type House, openHouse } from './house.ts'

vi.setConfig({ testTimeout: 60_000 })

/** Kinds in the words of the truth files. */
const KINDS: Record<string, ItemKind> = {
  user: 'user',
  group: 'group',
  policy: 'policy',
  'policy mapping': 'policy-mapping',
  'service account': 'service-account',
  'server config': 'server-config',
  'server config history': 'config-history',
  'format marker': 'format',
}

const told = ({ path, kind, state, key }: Pick<IamItem, 'path' | 'kind' | 'state' | 'key'>) =>
  `${path} | ${kind} | ${state} ${key ?? ''}`.trimEnd()

const expected = ({ path, kind, state, kmsKeyId }: TruthItem) =>
  told({ path, kind: KINDS[kind]!, state, ...(kmsKeyId !== undefined && { key: kmsKeyId }) })

interface Case {
  readonly fixture: FixtureName
  readonly counts: object
  readonly total: number
  readonly toMove: number
  readonly defaultKey: string | null
  readonly region: string
  readonly legacyMarker: boolean
  readonly variables?: typeof acmeVariables
}

const CASES: readonly Case[] = [
  {
    fixture: 'acme-2021',
    variables: acmeVariables,
    counts: { 'root-credentials': 69, plaintext: 0, kms: {}, unreadable: 0 },
    total: 69,
    toMove: 66,
    defaultKey: 'acme-key',
    region: '',
    legacyMarker: true,
  },
  {
    fixture: 'static-latest-4drives',
    counts: { 'root-credentials': 0, plaintext: 0, kms: { 'iam-static-key': 44 }, unreadable: 0 },
    total: 44,
    toMove: 0,
    defaultKey: 'iam-static-key',
    region: 'eu-central-1',
    legacyMarker: false,
  },
  {
    fixture: 'plaintext-latest',
    counts: { 'root-credentials': 0, plaintext: 44, kms: {}, unreadable: 0 },
    total: 44,
    toMove: 0,
    defaultKey: null,
    region: 'eu-central-1',
    legacyMarker: false,
  },
  {
    fixture: 'kes-latest',
    counts: { 'root-credentials': 0, plaintext: 0, kms: { 'minio-iam-2026a': 44 }, unreadable: 0 },
    total: 44,
    toMove: 0,
    defaultKey: 'minio-iam-2026a',
    region: 'eu-central-1',
    legacyMarker: false,
  },
]

let house: House
let root: Client

async function audit() {
  const { state, message } = await root.job(startAudit, {})
  expect(state, message).toBe('done')
  const { items } = await root.call(listAuditItems, { limit: 10_000 })
  const [sts, lasting] = [items.filter(({ kind }) => kind === 'sts'), items.filter(({ kind }) => kind !== 'sts')]
  return { audit: await root.call(readAudit, {}), items: lasting, sts }
}

describe.each(CASES)('$fixture', (wanted) => {
  beforeAll(async () => {
    const { fixture, variables } = wanted
    house = await openHouse({ fixture, ...(variables !== undefined && { variables }) })
    root = await (await openConsole(house)).rootBrowser()
  })
  afterAll(() => house?.close())

  test('every item is what the truth file says, and there is no other', async () => {
    const truth = house.truth.items.filter(({ path, kind }) => path.startsWith('config/') && kind !== 'sts')
    expect(truth).toHaveLength(wanted.total)
    const { items } = await audit()
    expect(items.map(told).sort()).toEqual(truth.map(expected).sort())
  })

  test('the counts are theirs', async () => {
    const { audit: said, items, sts } = await audit()
    const lasting = said.byKind.filter(({ kind }) => kind !== 'sts')
    const sum = (count: (counts: (typeof lasting)[number]['counts']) => number) =>
      lasting.reduce((total, { counts }) => total + count(counts), 0)
    const kms = Object.entries((wanted.counts as { kms: Record<string, number> }).kms)
    expect({
      'root-credentials': sum((counts) => counts['root-credentials']),
      plaintext: sum((counts) => counts.plaintext),
      unreadable: sum((counts) => counts.unreadable),
      kms: Object.fromEntries(kms.map(([key]) => [key, sum((counts) => counts.kms[key] ?? 0)])),
    }).toEqual(wanted.counts)
    expect(said.total).toBe(items.length + sts.length)
    expect(said).toMatchObject({
      toMove: wanted.toMove,
      defaultKey: wanted.defaultKey,
      legacyMarker: wanted.legacyMarker,
      drives: { observed: house.truth.drives, total: house.truth.drives },
    })
  })

  test('the temporary credentials of this console are told from those of others', async () => {
    const { sts } = await audit()
    const found = sts.filter(({ own }) => own)
    expect(found).toHaveLength(1)
    const inTruth = new Set(house.truth.items.map(({ path }) => path))
    for (const item of sts) expect.soft(item.own, item.path).toBe(!inTruth.has(item.path))
    await (await openConsole(house)).rootBrowser()
    expect((await audit()).sts.filter(({ own }) => own)).toHaveLength(1)
  })

  test('the session knows the region of the cluster', async () => {
    const { cluster } = await root.call(readSession, {})
    expect(cluster.region).toBe(wanted.region)
  })
})

/** The console joins the pieces of an item and uses no parity: what lacks a piece is told as unreadable, never guessed. */
describe.each(['acme-2021', 'static-latest-4drives'] as const)('damage on %s', (fixture) => {
  const [first, second] = fixture === 'acme-2021' ? (['amelia', 'bruno'] as const) : (['alice', 'bob'] as const)
  const user = (name: string) => `config/iam/users/${name}/identity.json`
  const meta = (drive: string, path: string) => join(drive, '.minio.sys', path, 'xl.meta')
  const but = (path: string, items: readonly IamItem[]) => items.filter((item) => item.path !== path).map(told)
  const find = (path: string, items: readonly IamItem[]) => items.find((item) => item.path === path)!

  beforeEach(async () => {
    house = await openHouse({ fixture, ...(fixture === 'acme-2021' && { variables: acmeVariables }) })
    root = await (await openConsole(house)).rootBrowser()
  })
  afterEach(() => house?.close())

  test('an xl.meta cut short on one drive concerns its item alone, and only where it held a piece of it', async () => {
    const before = await audit()
    const [piece, parity] = [true, false].map((content) =>
      house.drives.find((drive) => holdsContent(drive, user(content ? first : second)) === content),
    )
    truncateSync(meta(parity!, user(second)), 60)
    const one = await audit()
    expect(one.items.map(told)).toEqual(before.items.map(told))
    expect(find(user(second), one.items)).toMatchObject({ copies: 3, drives: 4 })

    truncateSync(meta(piece!, user(first)), 60)
    const two = await audit()
    expect(but(user(first), two.items)).toEqual(but(user(first), before.items))
    expect(find(user(first), two.items)).toMatchObject({ state: 'unreadable', movable: false, copies: 3 })
    expect(find(user(first), two.items).note).toMatch(/1 of 2 data shards are missing.*cut short/)
    expect(two.audit.counts.unreadable).toBe(1)
  })

  test('cut short on all drives an item is unreadable, says why, and is never moved', async () => {
    const before = await audit()
    for (const drive of house.drives) truncateSync(meta(drive, user(first)), 60)
    const { audit: said, items } = await audit()
    expect(but(user(first), items)).toEqual(but(user(first), before.items))
    expect(find(user(first), items)).toMatchObject({ kind: 'user', state: 'unreadable', movable: false, copies: 0 })
    expect(find(user(first), items).note).toMatch(/cut short/)
    expect(said.counts.unreadable).toBe(1)
  })

  test('a drive that is away is missed; what lay whole on the other three is told as before', async () => {
    const before = await audit()
    const away = house.drives.at(-1)!
    const whole = before.items.filter(({ path }) => !holdsContent(away, path))
    renameSync(away, `${away}.away`)
    const { audit: said, items } = await audit()
    expect(said.drives).toEqual({ observed: 3, total: 4 })
    expect(whole.length).toBeGreaterThan(10)
    for (const item of whole) expect.soft(told(find(item.path, items))).toBe(told(item))
    const others = items.filter(({ path }) => !whole.some((item) => item.path === path))
    for (const { path, state, movable, note } of others) {
      expect.soft({ state, movable, note }, path).toMatchObject({ state: 'unreadable', movable: false })
      expect.soft(note, path).toContain('1 of 2 data shards are missing')
    }
  })
})
