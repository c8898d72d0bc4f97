import type { AuditHead, IamAudit, IamItem } from '@strongroom/shared/iam'
import { describe, expect, test } from 'vitest'
import { chosenAudits } from './change-words.ts'
import { itemAdvice, wantsSecret } from './item-advice.ts'
import { countOf, filterOf } from './item-filter.ts'
import { PlanTally } from './migration-plan.ts'
import { passphraseTrouble } from './passphrase.ts'
import { remotesOf } from './remotes.ts'
import { byKind, byNote, matchingItems } from './report-words.ts'

const item: IamItem = {
  path: 'config/iam/users/alice/identity.json',
  kind: 'user',
  name: 'alice',
  state: 'plaintext',
  movable: true,
  sizeBytes: 200,
  copies: 4,
  drives: 4,
}
const none = { plaintext: 0, 'root-credentials': 0, kms: {}, unreadable: 0 }

describe('filters', () => {
  const url = { q: '', seal: '', kind: '', opened: '' }

  test.each([
    [
      { ...url, seal: 'kms:old:key' },
      { state: 'kms', key: 'old:key' },
    ],
    [
      { ...url, seal: 'plaintext', kind: 'user', q: 'al' },
      { state: 'plaintext', kind: 'user', text: 'al' },
    ],
    [{ ...url, opened: 'no-key' }, { opened: 'no-key' }],
    [{ ...url, seal: 'nonsense', kind: 'nonsense', opened: 'nonsense' }, {}],
    [{ ...url, q: 'x'.repeat(300) }, { text: 'x'.repeat(200) }],
  ])('%o', (param, filter) => expect(filterOf(param)).toEqual(filter))

  const counts = { ...none, plaintext: 3, kms: { K: 5, OLD: 2 } }
  const audit = {
    counts,
    byKind: [{ kind: 'user', counts: { ...none, plaintext: 1, kms: { K: 4 } } }],
    opened: { opened: 6, noKey: 3, failed: 1 },
  } as unknown as IamAudit

  test.each([
    [{}, 10],
    [{ state: 'kms' }, 7],
    [{ state: 'kms', key: 'OLD' }, 2],
    [{ state: 'plaintext', kind: 'user' }, 1],
    [{ kind: 'user' }, 5],
    [{ kind: 'group' }, 0],
    [{ opened: 'no-key' }, 3],
    [{ opened: 'failed', kind: 'user' }, null],
    [{ text: 'a' }, null],
  ] as const)('the counts tell how many %o lets through: %s', (filter, expected) =>
    expect(countOf(audit, filter)).toBe(expected),
  )
})

describe('advice', () => {
  test.each<[string, Partial<IamItem>, string, string]>([
    ['movable', {}, 'info', 'A migration can move it'],
    ['under the default key', { state: 'kms', key: 'K' }, 'good', 'Nothing is needed'],
    ['of this console', { kind: 'sts', movable: false, own: true }, 'info', 'Nothing is needed'],
    ['fixed', { movable: false }, 'warning', 'A migration does not move it'],
    ['not opened, whatever else', { state: 'kms', key: 'K', opened: 'failed' }, 'critical', 'It could not be opened'],
  ])('%s', (_, changes, tone, title) => expect(itemAdvice({ ...item, ...changes }, 'K')).toMatchObject({ tone, title }))

  test('a secret of another system is asked for until the default key seals it', () => {
    expect(wantsSecret({ kind: 'tier-config', state: 'kms', key: 'OLD' }, 'K')).toBe(true)
    expect(wantsSecret({ kind: 'bucket-targets', state: 'root-credentials' }, 'K')).toBe(true)
    expect(wantsSecret({ kind: 'tier-config', state: 'kms', key: 'K' }, 'K')).toBe(false)
    expect(wantsSecret({ kind: 'tier-config', state: 'unreadable' }, 'K')).toBe(false)
    expect(wantsSecret({ kind: 'user', state: 'plaintext' }, 'K')).toBe(false)
  })
})

test('a plan counts what moves by kind and by seal, and what stays by reason', () => {
  const tally = new PlanTally('K')
  tally.add([item, { ...item, state: 'kms', key: 'OLD' }, { ...item, state: 'kms', key: 'K' }])
  tally.add([
    { ...item, kind: 'group', state: 'root-credentials' },
    { ...item, kind: 'sts', name: 'one', movable: false, note: 'It expires.' },
    { ...item, kind: 'sts', name: 'two', movable: false, note: 'It expires.' },
    { ...item, kind: 'format', name: 'format.json', movable: false, note: 'Harmless.' },
  ])
  expect(tally.plan()).toEqual({
    toMove: 3,
    byKind: [
      { kind: 'user', count: 2 },
      { kind: 'group', count: 1 },
    ],
    from: { plaintext: 1, 'root-credentials': 1, kms: { OLD: 1 }, unreadable: 0 },
    stays: [
      { kind: 'sts', note: 'It expires.', count: 2, example: 'one' },
      { kind: 'format', note: 'Harmless.', count: 1, example: 'format.json' },
    ],
  })
})

test('a passphrase is long enough and typed the same twice', () => {
  expect(passphraseTrouble('short', 'short')).toHaveProperty('first')
  expect(passphraseTrouble('long enough it is', 'long enough it was')).toHaveProperty('second')
  expect(passphraseTrouble('long enough it is', 'long enough it is')).toBeNull()
})

test('the secrets of an item are its own: all tiers, or the targets of one bucket', () => {
  const target = { arn: 'arn:1', endpoint: 'e', targetBucket: 't', accessKey: 'a' }
  const listed = {
    tiers: [{ name: 'COLD', type: 's3', endpoint: 'e' }],
    targets: [
      { ...target, bucket: 'one' },
      { ...target, bucket: 'two', arn: 'arn:2' },
    ],
  }
  const ids = (path: string) => remotesOf(listed, path).map(({ id }) => id)
  expect(ids('config/tier-config.bin')).toEqual(['tier COLD'])
  expect(ids('buckets/two/.metadata.bin')).toEqual(['arn:2'])
  expect(ids('')).toEqual(['tier COLD', 'arn:1', 'arn:2'])
})

test('two audits are chosen by the URL, else the newest and the one before', () => {
  const audits = ['c', 'b', 'a'].map((id) => ({ id }) as AuditHead)
  const ids = (from: string, to: string) => {
    const chosen = chosenAudits(audits, from, to)
    return chosen && `${chosen.from.id} ${chosen.to.id}`
  }
  expect(ids('', '')).toBe('b c')
  expect(ids('', 'b')).toBe('a b')
  expect(ids('a', 'c')).toBe('a c')
  expect(ids('gone', 'gone')).toBe('b c')
  expect(ids('', 'a')).toBeNull()
  expect(chosenAudits(audits.slice(2), '', '')).toBeNull()
})

test('a report is filtered by outcome and text, and grouped by kind and by way out', () => {
  const reported = (path: string, outcome: 'moved' | 'failed') =>
    ({ path, kind: 'user', name: 'Alice', before: { state: 'plaintext' }, outcome, compared: null }) as const
  const items = [reported('config/iam/users/Alice/identity.json', 'moved'), reported('config/iam/groups/x', 'failed')]
  expect(matchingItems(items, '', '')).toHaveLength(2)
  expect(matchingItems(items, 'failed', '')).toEqual([items[1]])
  expect(matchingItems(items, '', 'USERS/alice')).toEqual([items[0]])
  expect(
    byKind([
      { kind: 'user', name: 'a' },
      { kind: 'group', name: 'g' },
      { kind: 'user', name: 'b' },
    ]),
  ).toEqual([
    { kind: 'user', names: ['a', 'b'] },
    { kind: 'group', names: ['g'] },
  ])
  expect(
    byNote([
      { note: 'x', n: 1 },
      { note: 'y', n: 2 },
      { note: 'x', n: 3 },
    ]).map(({ items: same }) => same.length),
  ).toEqual([2, 1])
})
