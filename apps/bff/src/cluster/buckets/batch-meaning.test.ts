import { expect, test } from 'vitest'
import type { BatchReport } from '../../minio/batch-jobs.ts'
import { standingOf } from './batch-meaning.ts'

const now = new Date('2026-11-21T12:00:00Z')
const counts = { lastObject: 'a', objects: 5, objectsFailed: 0, deleteMarkers: 1, deleteMarkersFailed: 0 }
const report = (change: Partial<BatchReport> = {}): BatchReport => ({
  ...{ complete: false, failed: false, attempts: 1, updatedAt: now, counts },
  ...change,
})
const standing = (kind: 'replicate' | 'keyrotate', told: BatchReport | null, ours = true) =>
  standingOf({ kind, report: told, ours, now })

test('without a report nothing is known', () => {
  expect(standing('replicate', null).state).toBe('unknown')
})

test('a copy that MinIO calls complete is not done where delete markers failed, or later rounds hid what failed', () => {
  expect(standing('replicate', report({ complete: true })).state).toBe('done')
  const markers = standing('replicate', report({ complete: true, counts: { ...counts, deleteMarkersFailed: 2 } }))
  expect(markers).toMatchObject({ state: 'failed', meaning: expect.stringContaining('2 delete markers') })
  expect(standing('replicate', report({ complete: true, attempts: 2 }), false).state).toBe('unknown')
})

test('a failed round of somebody else’s copy is followed by others, one of ours is not', () => {
  const failed = report({ failed: true })
  expect(standing('replicate', failed).state).toBe('failed')
  expect(standing('replicate', failed, false).state).toBe('running')
  expect(standing('replicate', { ...failed, updatedAt: new Date(0) }, false).state).toBe('failed')
  expect(standing('keyrotate', failed, false).state).toBe('failed')
})

test('a change of key says what it leaves, done or failed', () => {
  for (const told of [report({ complete: true }), report({ failed: true })]) {
    const { meaning } = standing('keyrotate', told)
    expect(meaning).toContain('Plain objects are skipped, and not counted.')
    expect(meaning).toContain('SSE-S3 objects stay SSE-S3')
    expect(meaning).toContain('Take a counting of the bucket afterwards')
  }
})

test('somebody else’s change of key may have mixed versions up', () => {
  const done = report({ complete: true })
  expect(standing('keyrotate', done, false).meaning).toContain('deleted objects have come back')
  expect(standing('keyrotate', done).meaning).not.toContain('deleted objects')
})

test('a silent job says how long it has been silent', () => {
  const { state, meaning } = standing('replicate', report({ updatedAt: new Date('2026-11-21T11:40:00Z') }))
  expect(state).toBe('running')
  expect(meaning).toContain('for 20 minutes')
})
