import { describe, expect, test } from 'vitest'
import { effectiveEncryption } from './effective-encryption.ts'
import { identify } from './item-kind.ts'
import { movability } from './movable.ts'
import { countSeals, isToMove } from './seal-counts.ts'

test.each([
  ['config/iam/users/alice/identity.json', 'user', 'alice'],
  ['config/iam/users/uid=a,dc=x/y/identity.json', 'user', 'uid=a,dc=x/y'],
  ['config/iam/service-accounts/SVC1/identity.json', 'service-account', 'SVC1'],
  ['config/iam/sts/AK/identity.json', 'sts', 'AK'],
  ['config/iam/groups/hr & co/members.json', 'group', 'hr & co'],
  ['config/iam/policies/p/policy.json', 'policy', 'p'],
  ['config/iam/policydb/users/alice.json', 'policy-mapping', 'users/alice'],
  ['config/iam/policydb/sts-users/cn=ü,dc=x.json', 'policy-mapping', 'sts-users/cn=ü,dc=x'],
  ['config/iam/format.json', 'format', 'format.json'],
  ['config/config.json', 'server-config', 'config.json'],
  ['config/history/1b2c.kv', 'config-history', '1b2c'],
  ['config/tier-config.bin', 'tier-config', 'tier-config.bin'],
  ['config/iam/policydb/sts-users/cn=a/b,dc=x.json', 'policy-mapping', 'sts-users/cn=a/b,dc=x'],
  ['buckets/archive/.metadata.bin', 'bucket-targets', 'archive'],
  ['batch-jobs/E9x-1', 'batch-job', 'E9x-1'],
  ['config/site-replication/state.json', 'other', 'config/site-replication/state.json'],
])('%s is a %s', (path, kind, name) => {
  expect(identify(path)).toEqual({ kind, name })
})

describe('what a migration can move', () => {
  test('is decided by kind, and everything else says why not', () => {
    expect(movability({ kind: 'user', name: 'alice' }, 'root-credentials')).toEqual({ movable: true })
    for (const kind of [
      'sts',
      'config-history',
      'format',
      'tier-config',
      'bucket-targets',
      'batch-job',
      'other',
    ] as const) {
      expect(movability({ kind, name: 'x' }, 'plaintext')).toMatchObject({
        movable: false,
        note: expect.stringMatching(/\w/),
      })
    }
    expect(movability({ kind: 'service-account', name: 'site-replicator-0' }, 'plaintext').movable).toBe(false)
    expect(movability({ kind: 'user', name: 'alice' }, 'unreadable').movable).toBe(false)
    const targets = { kind: 'bucket-targets', name: 'archive' } as const
    expect(movability(targets, 'plaintext').note).toContain('at its next start with a KMS')
    expect(movability(targets, 'kms').note).toContain('seal it again on this page')
    expect(movability(targets, 'kms', { oldForm: true }).note).toContain('before May 2021')
    expect(movability({ kind: 'other', name: 'config/site-replication/state.json' }, 'plaintext').note).toContain(
      'no secret',
    )
    expect(movability({ kind: 'format', name: 'format.json' }, 'root-credentials').note).toContain('Way out')
  })

  test('is left out once it is there', () => {
    const item = { movable: true, state: 'kms' as const, key: 'new' }
    expect(isToMove(item, 'new')).toBe(false)
    expect(isToMove({ ...item, key: 'old' }, 'new')).toBe(true)
    expect(isToMove({ ...item, movable: false, key: 'old' }, 'new')).toBe(false)
    expect(isToMove({ movable: true, state: 'plaintext' }, null)).toBe(false)
  })

  test('counts by state and key', () => {
    const items = [
      { state: 'kms' as const, key: 'a' },
      { state: 'kms' as const, key: 'a' },
      { state: 'plaintext' as const },
    ]
    expect(countSeals(items)).toEqual({ plaintext: 1, 'root-credentials': 0, kms: { a: 2 }, unreadable: 0 })
  })
})

describe('what seals an object without a header', () => {
  const on = { defaultKey: 'k', autoEncryption: true }
  const off = { defaultKey: 'k', autoEncryption: false }

  test('the bucket’s configuration wins over auto-encryption', () => {
    expect(effectiveEncryption({ mode: 'sse-s3' }, on)).toMatchObject({ mode: 'sse-s3', key: 'k' })
    expect(effectiveEncryption({ mode: 'sse-kms', key: 'b' }, on)).toMatchObject({ mode: 'sse-kms', key: 'b' })
  })

  test('auto-encryption is SSE-KMS with the default key', () => {
    expect(effectiveEncryption({ mode: 'none' }, on)).toMatchObject({ mode: 'sse-kms', key: 'k' })
    expect(effectiveEncryption({ mode: 'none' }, off)).toMatchObject({ mode: 'none' })
  })

  test('is unknown where the nodes’ variables are', () => {
    expect(effectiveEncryption({ mode: 'none' }, { defaultKey: null, autoEncryption: null })).toBeNull()
  })
})
