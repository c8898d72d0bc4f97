import { describe, expect, test } from 'vitest'
import { jobHome, jobResult } from './job-result.ts'

const job = { id: 'j1', target: 'prod.a', hasReport: false }

describe('jobResult', () => {
  test('a run on buckets leads to its results, an act on objects to its report', () => {
    expect(jobResult({ ...job, kind: 'bucket-probe', target: null })?.href).toBe('/buckets/~runs/j1')
    expect(jobResult({ ...job, kind: 'plain-removal' })?.href).toBe('/buckets/~objects/j1')
  })

  test('a counting of one bucket leads into its panel, one of many to the list', () => {
    expect(jobResult({ ...job, kind: 'coverage' })?.href).toBe('/buckets/prod.a?tab=objects')
    expect(jobResult({ ...job, kind: 'coverage', target: null })?.href).toBe('/buckets')
  })

  test('what has no report leads nowhere', () => {
    expect(jobResult({ ...job, kind: 'iam-audit' })).toBeNull()
    expect(jobResult({ ...job, kind: 'iam-migration', hasReport: true })?.href).toBe('/iam/reports/j1')
  })
})

test('the home of a job on one bucket is that bucket', () => {
  expect(jobHome({ kind: 'object-encryption', target: 'prod.a' })).toEqual({ href: '/buckets/prod.a', word: 'prod.a' })
  expect(jobHome({ kind: 'coverage', target: null }).href).toBe('/buckets')
})
