import { expect, test } from 'vitest'
import { batchFindings } from './batch-findings.ts'
import type { BatchOrder } from './batch-orders.ts'

const now = new Date('2026-11-21T12:00:00Z')
const order = (change: Partial<BatchOrder>): BatchOrder => ({
  ...{ recordId: 'r', kind: 'replicate', bucket: 'from', prefix: '', target: 'to', mode: 'sse-s3', by: 'ada' },
  ...{ orderedAt: '2026-11-21T11:00:00Z', jobId: 'replicate-x:-1', accessKey: 'srbatch1', ended: null },
  expiresAt: '2026-11-28T11:00:00Z',
  ...change,
})
const ended = {
  ...{ state: 'done' as const, at: now.toISOString(), objects: 1, objectsFailed: 0, bytes: 1, lastObject: 'a' },
  meaning: '',
}

test('a job that runs since today, and one that was cleared up after, want nothing', () => {
  expect(batchFindings([order({}), order({ ended, accessKey: null })], now)).toEqual([])
})

test.each([
  ['older than a day', { orderedAt: '2026-11-20T11:59:59Z' }],
  ['ended, its key left', { ended }],
  ['without a job', { jobId: null }],
])('an access key is told of: %s', (_, change) => {
  expect(batchFindings([order(change), order({})], now)).toEqual([
    expect.objectContaining({
      severity: 'warning',
      title: '1 access key for batch jobs is still there',
      action: { label: 'See the batch jobs', href: '/buckets/~batch' },
    }),
  ])
})

test('a key that has expired is of no use to anybody', () => {
  expect(batchFindings([order({ ended, expiresAt: '2026-11-21T11:59:59Z' })], now)).toEqual([])
})
