import type { IamAudit, IamItem } from '@strongroom/shared/iam'
import type { Kms, KmsNode } from '@strongroom/shared/kms'
import { describe, expect, test } from 'vitest'
import type { EndpointPolicies } from './kes-denial.ts'
import { bucketDefaultsUse } from './key-use-buckets.ts'
import { drivesUses } from './key-use-drives.ts'
import { otherClustersUse, sitesUse } from './key-use-elsewhere.ts'
import { objectsUse } from './key-use-objects.ts'
import { serverDefaultUse } from './key-use-server.ts'

const now = new Date('2026-02-03T12:00:00.000Z')
const at = now.toISOString()

describe('the default key of the nodes', () => {
  const node = (more: Partial<KmsNode> = {}): KmsNode => ({
    endpoint: 'n1:9000',
    state: 'online',
    version: null,
    uptimeSeconds: 1,
    drives: 1,
    drivesOnline: 1,
    kind: 'kes',
    defaultKey: 'new',
    ...more,
  })
  const kms = (nodes: KmsNode[], more: Partial<Kms> = {}) =>
    ({ kind: 'kes', defaultKey: 'new', nodes, nodesAgree: true, checkedAt: at, ...more }) as Kms
  const judge = (seen: Kms, more: { configuredKey?: string; nodesNamed?: number } = {}) =>
    serverDefaultUse({ name: 'old', kms: seen, configuredKey: 'new', nodesNamed: 0, ...more }).verdict

  test.each([
    ['free', 'all run on another', judge(kms([node(), node()]))],
    ['in-use', 'one node of two runs on it', judge(kms([node(), node({ defaultKey: 'old' })]))],
    [
      'in-use',
      'the node that answers runs on it',
      judge(kms([node({ defaultKey: null, kind: 'other' })], { defaultKey: 'old' })),
    ],
    ['in-use', 'the env file names it for the next start', judge(kms([node()]), { configuredKey: 'old' })],
    ['unknown', 'a node does not tell', judge(kms([node(), node({ kind: 'unknown', defaultKey: null })]))],
    ['unknown', 'nobody may ask', judge(kms([]))],
    ['unknown', 'fewer nodes than named', judge(kms([node()]), { nodesNamed: 2 })],
    [
      'unknown',
      'static keys that differ',
      judge(kms([node({ kind: 'static' })], { kind: 'static', nodesAgree: false })),
    ],
    ['free', 'static keys that agree', judge(kms([node({ kind: 'static' })], { kind: 'static' }))],
  ])('%s: %s', (expected, _, verdict) => {
    expect(verdict).toBe(expected)
  })
})

describe('what lies on the drives', () => {
  const item = (path: string, kind: IamItem['kind'], more: Partial<IamItem> = {}): IamItem => ({
    path,
    kind,
    name: 'x',
    state: 'kms',
    key: 'new',
    movable: true,
    sizeBytes: 1,
    copies: 4,
    drives: 4,
    ...more,
  })
  const plain = [
    item('config/iam/format.json', 'format'),
    item('config/tier-config.bin', 'tier-config'),
    item('config/history/1.kv', 'config-history'),
    item('buckets/b/.metadata.bin', 'bucket-targets'),
  ]
  const ground = { now, inEtcd: false }
  const audit = { takenAt: '2026-02-03T11:30:00.000Z', drives: { observed: 4, total: 4 } } as IamAudit
  const verdicts = (items: readonly IamItem[], more: Partial<IamAudit> = {}) =>
    Object.fromEntries(
      drivesUses('old', { audit: { ...audit, ...more }, items }, ground).map(({ place, verdict }) => [place, verdict]),
    )
  const all = (verdict: string) => ({
    'iam-items': verdict,
    'config-history': verdict,
    'bucket-targets': verdict,
    tiers: verdict,
  })

  test('is free when all drives were read within the hour and nothing is under the key', () => {
    expect(verdicts(plain)).toEqual(all('free'))
  })

  test.each([
    ['iam-items', 'config/iam/users/anna/identity.json', 'user'],
    ['config-history', 'config/history/2.kv', 'config-history'],
    ['bucket-targets', 'buckets/c/.metadata.bin', 'bucket-targets'],
    ['tiers', 'config/tier-config.bin', 'tier-config'],
  ] as const)('is in use at its own place alone: %s', (place, path, kind) => {
    const found = drivesUses('old', { audit, items: [...plain, item(path, kind, { key: 'old' })] }, ground)
    expect(found.filter(({ verdict }) => verdict !== 'free')).toMatchObject([
      { place, verdict: 'in-use', count: 1, examples: [path] },
    ])
  })

  test.each([
    ['older than an hour', plain, { takenAt: '2026-02-03T10:59:00.000Z' }],
    ['dated later than now', plain, { takenAt: '2026-02-03T13:00:00.000Z' }],
    ['a drive missing', plain, { drives: { observed: 3, total: 4 } }],
    ['drives not counted', plain, { drives: { observed: 4, total: null } }],
    ['nothing of users: etcd', plain.slice(1), {}],
  ])('is unknown everywhere: %s', (_, items, more) => {
    expect(verdicts(items, more)).toEqual(all('unknown'))
  })

  test('is unknown where an item can’t be read or has older copies, and only there', () => {
    const unreadable = item('config/history/2.kv', 'config-history', { state: 'unreadable' })
    const { key: _key, ...without } = unreadable
    expect(verdicts([...plain, without])).toEqual({ ...all('free'), 'config-history': 'unknown' })
    expect(verdicts([...plain, item('config/iam/users/a/identity.json', 'user', { stale: 1 })])).toEqual({
      ...all('free'),
      'iam-items': 'unknown',
    })
  })

  test.each([true, null])('says nothing of users that may be kept in etcd: %s', (inEtcd) => {
    const found = drivesUses('old', { audit, items: plain }, { now, inEtcd })
    expect(found.filter(({ verdict }) => verdict !== 'free')).toMatchObject([
      { place: 'iam-items', verdict: 'unknown', detail: expect.stringContaining('etcd') },
    ])
  })

  test('is unknown before anybody has read them', () => {
    expect(drivesUses('old', null, ground).map(({ verdict }) => verdict)).toEqual(Array(4).fill('unknown'))
  })
})

describe('buckets', () => {
  const bucket = (name: string, key?: string) => ({
    name,
    createdAt: null,
    encryption: key === undefined ? { mode: 'none' as const } : { mode: 'sse-kms' as const, key },
    effective: null,
    trouble: null,
  })
  const seen = { buckets: [bucket('a'), bucket('b', 'new')], unlisted: [], at }

  test('one with the key as its default is named', () => {
    expect(bucketDefaultsUse('old', seen)).toMatchObject({ verdict: 'free' })
    expect(bucketDefaultsUse('old', { ...seen, buckets: [...seen.buckets, bucket('c', 'old')] })).toMatchObject({
      verdict: 'in-use',
      examples: ['c'],
    })
  })

  test('what can’t be read, or is not listed to the caller, is unknown', () => {
    expect(bucketDefaultsUse('old', { ...seen, buckets: [{ ...bucket('d'), encryption: null }] })).toMatchObject({
      verdict: 'unknown',
      examples: ['d'],
    })
    expect(bucketDefaultsUse('old', { ...seen, unlisted: ['hidden'] })).toMatchObject({
      verdict: 'unknown',
      examples: ['hidden'],
    })
    expect(bucketDefaultsUse('old', { trouble: 'MinIO refused.' })).toMatchObject({
      verdict: 'unknown',
      detail: expect.stringContaining('MinIO refused.'),
    })
  })
})

test('objects: SSE-S3 can’t be excluded, everything else can', () => {
  const seen = { versions: 3, under: [], untold: [], unseen: [], uploads: 0, at }
  const verdict = (more: object) => objectsUse('old', { ...seen, ...more }).verdict
  expect(verdict({})).toBe('free')
  expect(verdict({ versions: 0 })).toBe('free')
  expect(verdict({ untold: ['b/x'] })).toBe('unknown')
  expect(verdict({ unseen: ['b'] })).toBe('unknown')
  expect(verdict({ uploads: 1 })).toBe('unknown')
  expect(verdict({ under: ['b/y'], untold: ['b/x'] })).toBe('in-use')
  expect(objectsUse('old', { trouble: 'MinIO refused.' }).verdict).toBe('unknown')
})

test('sites: any other one is unknown', () => {
  expect(sitesUse({ peers: [], at }).verdict).toBe('free')
  expect(sitesUse({ trouble: 'MinIO refused.' }).verdict).toBe('unknown')
  const peer = { name: 'far', endpoint: 'https://far:9000', deploymentId: 'd' }
  expect(sitesUse({ peers: [peer], at })).toMatchObject({ verdict: 'unknown', examples: ['far (https://far:9000)'] })
})

describe('other clusters', () => {
  const policy = (name: string, identities: string[], deny: string[] = []) => ({
    name,
    allow: ['/v1/key/generate/*', '/v1/key/decrypt/*'],
    deny,
    identities,
    createdAt: null,
  })
  const loaded = (...policies: ReturnType<typeof policy>[]): EndpointPolicies => ({
    endpoint: 'https://kes:7373',
    found: { policies, identities: [], unknown: [], endpoint: 'https://kes:7373' },
  })
  const ours = policy('minio', ['m'])
  const theirs = policy('cluster-y', ['y'.repeat(64)])
  const ground = { name: 'old', known: new Map([['m', 'MinIO']]), statement: null, at }
  const statement = { statement: 'Cluster Y has keys of its own.', by: 'anna', at }

  test('an identity that the console does not know keeps the key, until somebody says whose it is', () => {
    expect(otherClustersUse({ ...ground, everywhere: [loaded(ours)] }).verdict).toBe('free')
    expect(otherClustersUse({ ...ground, everywhere: [loaded(ours, theirs)] })).toMatchObject({
      verdict: 'unknown',
      count: 1,
      examples: ['yyyyyyyy… (policy cluster-y)'],
    })
    expect(otherClustersUse({ ...ground, everywhere: [loaded(ours, theirs)], statement })).toMatchObject({
      verdict: 'free',
      detail: expect.stringContaining('“Cluster Y has keys of its own.”'),
    })
  })

  test('each endpoint counts, and one that does not tell makes it unknown, whatever was said', () => {
    expect(otherClustersUse({ ...ground, everywhere: [loaded(ours), loaded(theirs)] }).verdict).toBe('unknown')
    const silent = { endpoint: 'https://other:7373', trouble: 'KES refused.' }
    expect(otherClustersUse({ ...ground, everywhere: [loaded(ours), silent], statement })).toMatchObject({
      verdict: 'unknown',
      detail: expect.stringContaining('other:7373: KES refused.'),
    })
    expect(otherClustersUse({ ...ground, everywhere: null, statement }).verdict).toBe('unknown')
  })

  test('an identity that is denied is none', () => {
    const denied = policy('cluster-y', ['y'], ['/v1/key/generate/old', '/v1/key/decrypt/old'])
    expect(otherClustersUse({ ...ground, everywhere: [loaded(ours, denied)] }).verdict).toBe('free')
  })
})
