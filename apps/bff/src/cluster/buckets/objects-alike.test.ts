import { expect, test } from 'vitest'
import type { ObjectFacts } from '../../minio/object-facts.ts'
import { differences, isSealed } from './objects-alike.ts'

const AHEAD = new Date(Date.now() + 86_400_000).toISOString()
const PAST = '2020-01-01T00:00:00Z'
const facts: ObjectFacts = {
  etag: '"a"',
  sizeBytes: 3,
  versionId: null,
  storageClass: 'STANDARD',
  metadata: { 'content-type': 'text/plain', 'x-amz-meta-a': '1' },
  tags: 'a=1&b=2',
  retention: { mode: 'GOVERNANCE', until: AHEAD },
  legalHold: 'ON',
  checksums: {},
  seal: { mode: 'none', headers: [] },
  parts: 0,
  replication: null,
}

test.each<[string, Partial<ObjectFacts>, string[]]>([
  ['the same', { etag: '"b"', tags: 'b=2&a=1', versionId: 'x' }, []],
  ['another size', { sizeBytes: 4 }, ['size']],
  ['metadata gone', { metadata: { 'content-type': 'text/plain' } }, ['x-amz-meta-a']],
  ['metadata more', { metadata: { ...facts.metadata, expires: 'x' } }, ['expires']],
  ['a tag changed', { tags: 'a=1&b=3' }, ['tags']],
  ['no retention', { retention: null }, ['retention']],
  ['another mode', { retention: { mode: 'COMPLIANCE', until: AHEAD } }, ['retention']],
  ['no hold', { legalHold: 'OFF' }, ['legal hold']],
])('%s', (_, change, found) => {
  expect(differences(facts, { ...facts, ...change })).toEqual(found)
})

test('a retention that has passed, or that the bucket gave, is no difference', () => {
  expect(
    differences({ ...facts, retention: { mode: 'GOVERNANCE', until: PAST } }, { ...facts, retention: null }),
  ).toEqual([])
  expect(differences({ ...facts, retention: null }, facts)).toEqual([])
})

test('SSE-KMS is told by its key', () => {
  const seal = { mode: 'sse-kms' as const, key: 'a', headers: [] }
  expect(isSealed({ seal }, { mode: 'sse-kms', key: 'a' })).toBe(true)
  expect(isSealed({ seal }, { mode: 'sse-kms', key: 'b' })).toBe(false)
  expect(isSealed({ seal }, { mode: 'sse-s3' })).toBe(false)
})
