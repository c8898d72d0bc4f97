import type { BucketResult } from '@strongroom/shared/bucket-runs'
import { expect, test } from 'vitest'
import { showWords } from './bucket-words.ts'
import {
  countOutcomes,
  failureReasons,
  isRead,
  outcomeLooks,
  outcomeOf,
  restOf,
  restWords,
  rowsOf,
  runSentence,
} from './run-results.ts'

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

test('once it is over, what was not reached is a row too, and can be tried with what failed', () => {
  const run = { results, notReached: ['g', 'h'] }
  expect(rowsOf(run, true)).toHaveLength(results.length)
  expect(countOutcomes(rowsOf(run, false))[1]).toEqual({ outcome: 'not-reached', count: 2 })
  expect(restOf(run)).toEqual({ failed: 4, notReached: 2, buckets: ['b', 'c', 'd', 'f', 'g', 'h'] })
  expect(restOf({ results, notReached: null }).buckets).toEqual(['b', 'c', 'd', 'f'])
  expect(restWords({ failed: 4, notReached: 2 })).toBe('Try the rest: 4 failed, 2 not reached')
  expect(restWords({ failed: 0, notReached: 2 })).toBe('Try the rest: 2 not reached')
  expect(restWords({ failed: 4, notReached: 0 })).toBe('Try the 4 that failed again')
  expect(restWords({ failed: 0, notReached: 0 })).toBeNull()
})

test('results are whole once they were read after the end of this very run', () => {
  const end = { id: 'run', at: 1_000 }
  expect(isRead('run', 2_000, undefined)).toBe(false)
  expect(isRead('run', 900, end)).toBe(false)
  expect(isRead('run', 1_000, end)).toBe(false)
  expect(isRead('next', 2_000, end)).toBe(false)
  expect(isRead('run', 1_100, end)).toBe(true)
})

test('what proves no promise is called the same in a run and in the list', () => {
  expect(outcomeLooks.unpromised.word).toBe('Unproven')
  expect(showWords['promise-unknown'].label).toBe('Unproven')
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
