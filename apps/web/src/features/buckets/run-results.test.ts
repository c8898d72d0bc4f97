import type { BucketResult } from '@strongroom/shared/bucket-runs'
import { expect, test } from 'vitest'
import { countOutcomes, failureReasons, outcomeOf, runSentence } from './run-results.ts'

const result = (bucket: string, outcome: BucketResult['outcome'], reason: string | null = null): BucketResult => ({
  bucket,
  outcome,
  before: null,
  after: null,
  reason,
})
const results = [
  result('a', 'changed'),
  result('b', 'failed', 'KES is away.'),
  result('c', 'failed', 'KES is away.'),
  result('d', 'failed', 'MinIO refused: AccessDenied.'),
  result('e', 'already'),
  result('f', 'failed'),
]

test('what needs a look comes first, and what nobody met is left out', () => {
  expect(countOutcomes(results)).toEqual([
    { outcome: 'failed', count: 4 },
    { outcome: 'changed', count: 1 },
    { outcome: 'already', count: 1 },
  ])
  expect(outcomeOf('left')).toBe('left')
  expect(outcomeOf('anything')).toBeUndefined()
})

test('failures keep their reason, and who shares one is counted together', () => {
  expect(failureReasons(results)).toEqual([
    { reason: 'KES is away.', buckets: ['b', 'c'] },
    { reason: 'MinIO refused: AccessDenied.', buckets: ['d'] },
    { reason: 'No reason was told.', buckets: ['f'] },
  ])
})

test('the sentence says what was asked for', () => {
  expect(runSentence({ kind: 'set', mode: 'sse-kms', key: 'prod-{bucket}', createKeys: true })).toBe(
    'New objects are sealed with SSE-KMS, prod-{bucket}; keys that are not there are made. Existing objects stay as they are.',
  )
  expect(runSentence({ kind: 'probe', locked: true })).toMatch(/also where object lock is on/)
})
