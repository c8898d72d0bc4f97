import { expect, test } from 'vitest'
import { type DeletionsGround, deletionFindings } from './deletion-findings.ts'
import type { MarkedKey } from './key-deletions.ts'

const marked: MarkedKey = {
  name: 'old',
  keyCreatedAt: null,
  markedAt: '2026-01-01T00:00:00.000Z',
  markedBy: 'anna',
  waitUntil: '2026-01-08T00:00:00.000Z',
  otherClusters: { statement: 'There are none.', by: 'anna', at: '2026-01-01T00:00:00.000Z' },
  quarantinedAt: null,
  quarantinedBy: null,
}
const quarantined = { ...marked, quarantinedAt: '2026-01-09T00:00:00.000Z', quarantinedBy: 'anna' }
const quiet: DeletionsGround = {
  marked: [marked, { ...quarantined, name: 'older' }],
  kms: { defaultKey: 'new', nodes: [] },
  audit: null,
  buckets: [],
  policies: null,
}
const policy = { name: 'app', allow: ['/v1/key/decrypt/*'], deny: [] as string[], identities: ['aa'], createdAt: null }
const loaded = (deny: string[]) => [
  {
    endpoint: 'https://kes:7373',
    found: { policies: [{ ...policy, deny }], identities: [], unknown: [], endpoint: 'https://kes:7373' },
  },
]

test('there is nothing to say of a key that nothing needs', () => {
  expect(deletionFindings(quiet)).toEqual([])
})

test.each([
  ['the default key', { kms: { defaultKey: 'old', nodes: [] } }, /default key of MinIO/],
  [
    'items',
    {
      audit: {
        takenAt: '2026-01-02T03:04:05.000Z',
        counts: { plaintext: 0, 'root-credentials': 0, unreadable: 0, kms: { old: 2 } },
      },
    },
    /seals 2 IAM and config items, read at 03:04:05 UTC/,
  ],
  [
    'a bucket',
    {
      buckets: [
        {
          name: 'b',
          createdAt: null,
          encryption: { mode: 'sse-kms' as const, key: 'old' },
          effective: null,
          trouble: null,
        },
      ],
    },
    /1 bucket encrypt with it/,
  ],
])('what still points to a marked key is told: %s', (_, more, said) => {
  const [finding, ...others] = deletionFindings({ ...quiet, ...more })
  expect(others).toEqual([])
  expect(finding).toMatchObject({ id: 'marked-key-needed-old', severity: 'warning', action: { href: '/keys/old' } })
  expect(finding!.detail).toMatch(said)
})

test('a key in quarantine that a policy allows again is told', () => {
  const ground = { ...quiet, marked: [quarantined] }
  expect(deletionFindings({ ...ground, policies: loaded(['/v1/key/decrypt/old']) })).toEqual([])
  expect(deletionFindings({ ...ground, policies: loaded([]) })).toMatchObject([
    { id: 'quarantine-open-old', severity: 'warning', detail: expect.stringContaining('By app') },
  ])
  // Only once it is in quarantine must it be denied.
  expect(deletionFindings({ ...ground, marked: [marked], policies: loaded([]) })).toEqual([])
})
