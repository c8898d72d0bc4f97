import type { Bucket } from '@strongroom/shared/buckets'
import { describe, expect, test } from 'vitest'
import { countShows, keysInUse, matchingBuckets, showOf } from './bucket-filter.ts'
import { bucketOf } from './bucket-of.ts'
import { bucketSegments } from './seal-of-bucket.ts'

const bucket = (name: string, rest: Partial<Bucket> = {}) =>
  bucketOf(name, { effective: { mode: 'none', reason: 'No configuration, and auto-encryption is off.' }, ...rest })
const sealed = (name: string, key: string, rest: Partial<Bucket> = {}) =>
  bucket(name, {
    encryption: { mode: 'sse-kms', key },
    effective: { mode: 'sse-kms', key, reason: 'The bucket’s configuration.' },
    ...rest,
  })
const at = '2026-11-21T10:00:00Z'
const coverage = { takenAt: at, prefix: '', total: 10, plain: 3, plainBytes: 9, unknown: 0 }

const buckets = [
  bucket('open'),
  sealed('drifted', 'k1', { house: { pattern: '*', mode: 'sse-s3', drifted: true } }),
  sealed('proven', 'k1', { proof: { at, outcome: 'as-promised' }, coverage: { ...coverage, plain: 0 } }),
  sealed('failing', 'k2', { proof: { at, outcome: 'failed' }, coverage }),
  bucket('hidden', { encryption: null, effective: null, trouble: 'MinIO refused.' }),
  bucket('unread-rule', { house: { pattern: '*', mode: 'sse-s3', drifted: null } }),
  sealed('untold', 'k1', { proof: { at, outcome: 'unpromised' } }),
  bucket('s3', { encryption: { mode: 'sse-s3' }, effective: { mode: 'sse-s3', reason: 'x' } }),
]
const all = { text: '', show: undefined, seal: '', key: '' }
const names = (filter: Partial<Parameters<typeof matchingBuckets>[1]>) =>
  matchingBuckets(buckets, { ...all, ...filter }, 'default').map(({ name }) => name)

describe('show', () => {
  test.each([
    ['not-encrypted', ['open', 'unread-rule']],
    ['drifted', ['drifted']],
    ['failing-proof', ['failing']],
    ['plain-objects', ['failing']],
    ['promise-unknown', ['untold']],
    ['not-read', ['hidden']],
  ])('%s', (show, expected) => {
    expect(names({ show: showOf(show) })).toEqual(expected)
    expect(countShows(buckets).find((each) => each.show === show)?.count).toBe(expected.length)
  })

  test('what the URL says wrongly is no filter', () => expect(showOf('everything')).toBeUndefined())
})

test('every part of the filter must hold', () => {
  expect(names({ key: 'k1' })).toEqual(['drifted', 'proven', 'untold'])
  expect(names({ key: 'k1', show: 'drifted' })).toEqual(['drifted'])
  expect(names({ key: 'k1', show: 'drifted', text: 'PROVEN' })).toEqual([])
  expect(names({ seal: 'sse-kms:k2' })).toEqual(['failing'])
  expect(names({ text: ' OPEN ' })).toEqual(['open'])
})

test('SSE-S3 is sealed by the default key, and plaintext by none', () => {
  expect(names({ key: 'default' })).toEqual(['s3'])
  expect(keysInUse(buckets, 'default')).toEqual([
    { key: 'k1', count: 3 },
    { key: 'default', count: 1 },
    { key: 'k2', count: 1 },
  ])
  expect(names({ key: 'none' })).toEqual([])
})

test('a key for each bucket makes one segment and not thousands, and it filters what it counts', () => {
  const many = [...buckets, ...Array.from({ length: 50 }, (_, each) => sealed(`tenant-${each}`, `tenant-${each}`))]
  const segments = bucketSegments(many, 'k1')
  expect(segments.length).toBeLessThan(8)
  expect(segments.reduce((sum, { count }) => sum + count, 0)).toBe(many.length)
  const together = segments.find(({ label }) => label === 'SSE-KMS, 51 keys')!
  const found = matchingBuckets(many, { ...all, seal: together.id }, 'k1')
  expect(found).toHaveLength(together.count)
  expect(found.some(({ name }) => name === 'proven')).toBe(false)
})
