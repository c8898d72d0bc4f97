import type { IamAudit, IamItem } from '@strongroom/shared/iam'
import { describe, expect, test } from 'vitest'
import { identify } from './item-kind.ts'
import { judgeRootRotation } from './root-rotation.ts'

const now = new Date('2026-11-21T12:00:00Z')

const item = (path: string, state: IamItem['state'] = 'kms'): IamItem => ({
  path,
  ...identify(path),
  state,
  movable: true,
  sizeBytes: 300,
  copies: 4,
  drives: 4,
})

const GOOD = [
  item('config/config.json'),
  item('config/iam/format.json', 'plaintext'),
  item('config/iam/users/alice/identity.json'),
  item('config/iam/sts/TEMP1/identity.json'),
  item('config/iam/sts/TEMP2/identity.json', 'root-credentials'),
]

const audit = (items: readonly IamItem[], more: Partial<IamAudit> = {}): IamAudit => ({
  id: 'one',
  takenAt: '2026-11-21T11:00:00Z',
  tookMs: 100,
  counts: {
    plaintext: 0,
    'root-credentials': 0,
    kms: {},
    unreadable: items.filter(({ state }) => state === 'unreadable').length,
  },
  byKind: [],
  total: items.length,
  toMove: 0,
  drives: { observed: 4, total: 4 },
  legacyMarker: false,
  defaultKey: 'key',
  depth: 'names',
  opened: null,
  volume: '.minio.sys',
  regressed: 0,
  stale: 0,
  ...more,
})

const judge = (items: readonly IamItem[], more: Partial<IamAudit> = {}, rootAccounts = ['backup-app']) =>
  judgeRootRotation({ latest: { audit: audit(items, more), items }, rootAccounts, now })

describe('safe', () => {
  test('says what ends and what stays', () => {
    const { reasons, ...figures } = judge(GOOD)
    expect(figures).toEqual({
      verdict: 'safe',
      takenAt: '2026-11-21T11:00:00Z',
      underRoot: 1,
      temporary: 2,
      rootAccounts: ['backup-app'],
    })
    expect(reasons[0]).toMatch(/^2 temporary credentials end /)
    expect(reasons[1]).toMatch(/^1 service account of the root user keep.*MINIO_ROOT_USER/)
  })

  test('old settings under the root password do not stand in the way, but are told', () => {
    const { verdict, reasons, underRoot } = judge([...GOOD, item('config/history/1.kv', 'root-credentials')])
    expect({ verdict, underRoot }).toEqual({ verdict: 'safe', underRoot: 2 })
    expect(reasons.at(-1)).toMatch(/^1 entry of the config history/)
  })

  test('that root’s accounts can’t be listed hides nothing', () => {
    const rootAccounts = { unknown: 'The account lacks admin:ListUsers.' }
    const told = judgeRootRotation({ latest: { audit: audit(GOOD), items: GOOD }, rootAccounts, now })
    expect(told).toMatchObject({ verdict: 'safe', rootAccounts: null })
    expect(told.reasons.join(' ')).toContain('could not be listed. The account lacks admin:ListUsers.')
  })
})

describe('not safe', () => {
  test.each([
    'config/config.json',
    'config/iam/users/bob/identity.json',
    'config/iam/service-accounts/APP/identity.json',
    'config/iam/groups/staff/members.json',
    'config/iam/policies/papers/policy.json',
    'config/iam/policydb/users/bob.json',
    'config/iam/policydb/sts-users/uid=bob.json',
    'config/something-new.bin',
  ])('%s under the root password', (path) => {
    const { verdict, reasons, underRoot } = judge([...GOOD, item(path, 'root-credentials')])
    expect({ verdict, underRoot }).toEqual({ verdict: 'not-safe', underRoot: 2 })
    expect(reasons).toEqual([expect.stringContaining(path)])
  })

  test('format.json comes with its own way out', () => {
    const format = { ...item('config/iam/format.json', 'root-credentials'), note: 'Way out: stop MinIO.' }
    const { verdict, reasons } = judge([...GOOD.filter(({ path }) => path !== format.path), format])
    expect(verdict).toBe('not-safe')
    expect(reasons).toEqual([expect.stringMatching(/^config\/iam\/format\.json is sealed.*Way out: stop MinIO\.$/)])
  })

  test('stays so when the audit is old, and says that too', () => {
    const items = [...GOOD, item('config/iam/users/bob/identity.json', 'root-credentials')]
    const { verdict, reasons } = judge(items, { takenAt: '2026-11-19T11:00:00Z' })
    expect(verdict).toBe('not-safe')
    expect(reasons[1]).toMatch(/more than a day ago/)
  })
})

describe('unknown', () => {
  test('before the drives were read', () => {
    expect(judgeRootRotation({ latest: null, rootAccounts: [], now })).toEqual({
      verdict: 'unknown',
      reasons: ['The drives have not been read yet. Read them first.'],
      takenAt: null,
      underRoot: null,
      temporary: null,
      rootAccounts: [],
    })
  })

  test.each<[string, Partial<IamAudit>, RegExp]>([
    ['an old audit', { takenAt: '2026-11-20T11:59:59Z' }, /more than a day ago/],
    ['a drive that was not read', { drives: { observed: 3, total: 4 } }, /Only 3 of 4 drives/],
    ['an unknown number of drives', { drives: { observed: 4, total: null } }, /is not known/],
    ['a volume of another name', { volume: '.other.sys' }, /no volume/],
  ])('%s', (_, more, reason) => {
    const { verdict, reasons } = judge(GOOD, more)
    expect(verdict).toBe('unknown')
    expect(reasons).toEqual([expect.stringMatching(reason)])
  })

  test('an item that can’t be read', () => {
    const { verdict, reasons } = judge([...GOOD, item('config/iam/users/bob/identity.json', 'unreadable')])
    expect(verdict).toBe('unknown')
    expect(reasons).toEqual([expect.stringMatching(/^1 item could not be read/)])
  })

  test('drives without users and policies: they may be in etcd', () => {
    expect(judge([item('config/config.json')])).toMatchObject({
      verdict: 'unknown',
      reasons: [expect.stringContaining('etcd')],
    })
  })
})
