import { expect, test } from 'vitest'
import { coveragePolicy } from './coverage-policy.ts'

test('is for the buckets alone', () => {
  expect(JSON.parse(coveragePolicy(['a', 'b'])).Statement).toEqual([
    { Effect: 'Allow', Action: ['s3:ListBucketVersions'], Resource: ['arn:aws:s3:::a', 'arn:aws:s3:::b'] },
    { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/*'] },
  ])
})

test('is short enough for MinIO, however many there are', () => {
  for (let count = 1; count < 100; count++) {
    const policy = coveragePolicy(Array.from({ length: count }, (_, at) => `${'b'.repeat(55)}-${at}`))
    expect(policy.length).toBeLessThanOrEqual(2048)
  }
})
