import type { Kms } from '@strongroom/shared/kms'
import { expect, test } from 'vitest'
import { type DeletionGround, judgeDeletion } from './deletion-judgement.ts'
import type { EndpointPolicies } from './kes-denial.ts'
import { placed } from './key-use-place.ts'

const at = '2026-01-20T00:00:00.000Z'
const policy = {
  name: 'minio',
  allow: ['/v1/key/*'],
  deny: ['/v1/key/generate/old', '/v1/key/decrypt/old', '/v1/key/encrypt/old', '/v1/key/hmac/old'],
  identities: ['m'],
  createdAt: null,
}
const loaded = (deny: readonly string[], endpoint = 'https://kes:7373'): EndpointPolicies => ({
  endpoint,
  found: {
    policies: [{ ...policy, deny: [...deny] }],
    identities: [{ identity: 'a'.repeat(64), admin: true, policy: null }],
    unknown: [],
    endpoint,
  },
})
const free = placed('objects').free('Nothing.')

const ground: DeletionGround = {
  name: 'old',
  marked: {
    name: 'old',
    keyCreatedAt: '2024-01-01T00:00:00.000Z',
    markedAt: '2026-01-01T00:00:00.000Z',
    markedBy: 'anna',
    waitUntil: '2026-01-08T00:00:00.000Z',
    otherClusters: { statement: 'There are none.', by: 'anna', at: '2026-01-01T00:00:00.000Z' },
    quarantinedAt: null,
    quarantinedBy: null,
  },
  key: { createdAt: '2024-01-01T00:00:00.000Z' },
  seen: {
    usage: { name: 'old', uses: [free], deletable: true, reasons: [], checkedAt: at },
    policies: [loaded(policy.deny)],
  },
  refused: { said: 'insufficient permissions to perform KMS operation' },
  kms: {
    kind: 'kes',
    defaultKey: 'new',
    keyWorks: true,
    iamLoaded: true,
    endpoints: [{ url: 'https://kes:7373', state: 'online', seenBy: 'minio' }],
  } as unknown as Kms,
  deletionIdentity: true,
  now: new Date(at),
}
const quarantined = {
  ...ground,
  marked: { ...ground.marked!, quarantinedAt: '2026-01-18T00:00:00.000Z', quarantinedBy: 'bert' },
}
const blockers = (more: Partial<DeletionGround>, on = ground) => judgeDeletion({ ...on, ...more }).blockers
const uses = (...found: (typeof free)[]) => ({ seen: { ...ground.seen, usage: { ...ground.seen.usage, uses: found } } })

test('a key that waited, is denied, and is needed nowhere can go on at each stage', () => {
  expect(judgeDeletion(ground)).toMatchObject({ stage: 'marked', next: 'quarantine', blockers: [] })
  expect(judgeDeletion(quarantined)).toMatchObject({ stage: 'quarantined', next: 'delete', blockers: [] })
  expect(judgeDeletion({ ...ground, marked: null })).toMatchObject({
    stage: null,
    next: 'mark',
    blockers: [],
    rehearsal: [],
  })
})

test('what is not known stands in the way of all but the mark', () => {
  const unknown = uses(placed('objects').unknown('Perhaps.', { examples: ['b/x'] }))
  expect(blockers({ ...unknown, marked: null })).toEqual([])
  expect(blockers(unknown)).toEqual(['Objects: b/x. Perhaps.'])
  expect(blockers(unknown, quarantined)).toEqual(['Objects: b/x. Perhaps.'])
  expect(blockers({ ...uses(placed('tiers').inUse('Yes.')), marked: null })).toEqual(['Tiers: Yes.'])
})

test.each([
  [
    'the waiting time',
    ground,
    { now: new Date('2026-01-07T23:59:00.000Z') },
    'The waiting time ends on 2026-01-08 00:00 UTC.',
  ],
  [
    'a day of quarantine',
    quarantined,
    { now: new Date('2026-01-18T23:00:00.000Z') },
    'A quarantine lasts a day at least: the key may be deleted from 2026-01-19 00:00 UTC on.',
  ],
  ['the same key', ground, { key: { createdAt: '2026-01-10T00:00:00.000Z' } }, /^The key was made anew/],
  ['a key at all', ground, { key: null }, /^KES has no key of this name any more/],
  [
    'an identity to delete with',
    quarantined,
    { deletionIdentity: false },
    /^The console has no KES identity for deletion/,
  ],
  [
    'policies that are known',
    ground,
    { seen: { ...ground.seen, policies: [{ endpoint: 'https://kes:7373', trouble: 'KES refused.' }] } },
    /denies its use: The policies are not known. kes:7373: KES refused\.$/,
  ],
  [
    'every line',
    ground,
    { seen: { ...ground.seen, policies: [loaded(policy.deny.slice(1))] } },
    /denies its use: minio still allows it/,
  ],
  [
    'every endpoint',
    ground,
    { seen: { ...ground.seen, policies: [loaded(policy.deny), loaded([], 'https://kes2:7373')] } },
    /denies its use: minio still allows it/,
  ],
  [
    'every endpoint that MinIO uses',
    ground,
    {
      kms: {
        ...ground.kms,
        endpoints: [...ground.kms.endpoints, { url: 'https://kes3:7373', state: 'online', seenBy: 'minio' }],
      },
    },
    /MinIO uses KES at kes3:7373/,
  ],
  ['MinIO refused', ground, { refused: { said: null } }, /^MinIO itself is refused on it: MinIO still makes/],
  [
    'refused by policy, not by an outage',
    ground,
    { refused: { said: 'kes: connection error' } },
    /^MinIO itself is refused on it: MinIO failed on it for another reason/,
  ],
  [
    'a default key that works',
    ground,
    { kms: { ...ground.kms, keyWorks: false, keyError: 'gone' } },
    /^MinIO’s default key works: gone$/,
  ],
  [
    'users that are loaded',
    ground,
    { kms: { ...ground.kms, iamLoaded: null } },
    /^MinIO has loaded its users: It could not be told\.$/,
  ],
] as const)('nothing goes on without %s', (_, on, more, said) => {
  const found = blockers(more as Partial<DeletionGround>, on)
  expect(found).toEqual([typeof said === 'string' ? said : expect.stringMatching(said)])
})

test('what is known to cost data is told apart from what is waited for', () => {
  const open = [loaded([])]
  const losses = (more: Partial<DeletionGround>, on = ground) => judgeDeletion({ ...on, ...more }).losses
  expect(losses({ ...uses(placed('objects').unknown('Perhaps.'), placed('tiers').inUse('Yes.')) })).toEqual([
    'Tiers: Yes.',
  ])
  expect(losses({ now: new Date('2026-01-07T00:00:00.000Z') })).toEqual([])
  expect(losses({ seen: { ...ground.seen, policies: open }, refused: { said: null } })).toEqual([])
  expect(losses({ seen: { ...ground.seen, policies: open }, refused: { said: null } }, quarantined)).toEqual([
    expect.stringMatching(/^Every KES endpoint denies its use: minio still allows it/),
    'MinIO itself is refused on it: MinIO still makes and opens data keys with it.',
  ])
  expect(losses({ kms: { ...ground.kms, iamLoaded: false } })).toHaveLength(1)
  expect(losses({ key: { createdAt: '2026-01-10T00:00:00.000Z' } })).toHaveLength(1)
  expect(losses({ deletionIdentity: false }, quarantined)).toEqual([])
})

test('a quarantine says when it ends, and what is not known of several places is said once', () => {
  expect(judgeDeletion(ground).deleteAfter).toBeNull()
  expect(judgeDeletion(quarantined).deleteAfter).toBe('2026-01-19T00:00:00.000Z')
  const unread = uses(placed('iam-items').unknown('Not read.'), placed('tiers').unknown('Not read.'))
  expect(judgeDeletion({ ...ground, ...unread })).toMatchObject({
    rehearsal: expect.arrayContaining([expect.objectContaining({ holds: null, detail: 'Not read.' })]),
    blockers: ['IAM and config items, Tiers: Not read.'],
  })
})

test('no next stage for a key that is gone', () => {
  expect(judgeDeletion({ ...ground, key: null }).next).toBeNull()
})

test('the lines to add are those that are missing, and the admin is named', () => {
  const { policies } = judgeDeletion({ ...ground, seen: { ...ground.seen, policies: [loaded(policy.deny.slice(2))] } })
  expect(policies).toEqual([{ policy: 'minio', identities: ['m'], denies: false, lines: policy.deny.slice(0, 2) }])
  expect(judgeDeletion(ground).rehearsal[0]).toMatchObject({
    holds: true,
    detail: expect.stringContaining('aaaaaaaa…'),
  })
})
