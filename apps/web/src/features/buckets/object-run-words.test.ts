import type { ObjectRun } from '@strongroom/shared/object-encryption'
import { expect, test } from 'vitest'
import { orderFacts, runSentence, runTitle } from './object-run-words.ts'

const run: ObjectRun = {
  id: 'r',
  act: 'encrypt',
  bucket: 'a',
  by: ['root'],
  startedAt: '2026-11-21T10:00:00.000Z',
  endedAt: null,
  order: { mode: 'sse-kms', key: 'k1', prefix: '', which: 'plain', parts: 'keep', atOnce: 8, accepted: ['versioned'] },
  done: { count: 3, bytes: 30 },
  already: 2,
  left: [{ reason: 'SSE-C', count: 4, examples: ['x'] }],
  retried: 0,
  failed: 1,
  failures: [{ object: 'y', reason: 'z' }],
}

test('one sentence says all that became of the objects', () => {
  expect(runSentence(run)).toBe('3 objects encrypted; 2 objects were so before; 4 objects left as they are; 1 failed.')
})

test('a dry run removes nothing, and says so', () => {
  const dry: ObjectRun = {
    ...run,
    act: 'remove-plain',
    order: { prefix: '', dryRun: true },
    already: 0,
    left: [],
    failed: 0,
  }
  expect(runSentence(dry)).toBe('3 plain versions would be removed.')
  expect(runTitle(dry)).toBe('Dry run: removal of plain versions of a')
})

test('an order says what it has, and no more', () => {
  expect(orderFacts(run.order).map(([word]) => word)).toContain('Accepted')
  expect(orderFacts({ prefix: 'logs/', dryRun: true })).toEqual([['Below', 'logs/']])
})
