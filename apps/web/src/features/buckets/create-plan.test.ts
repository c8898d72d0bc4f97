import { expect, test } from 'vitest'
import { createLines } from './bulk-lines.ts'
import { createPlan, createStep } from './create-plan.ts'

const rules = [
  { pattern: 'prod-*', mode: 'sse-kms' as const, key: 'key-{bucket}' },
  { pattern: 'open-*', mode: 'none' as const },
]
const untouched = { mode: null, key: null }

test('the rule that fits the name is followed until somebody chooses otherwise', () => {
  expect(createPlan({ name: 'prod-a', ...untouched }, rules, true)).toMatchObject({
    house: { pattern: 'prod-*' },
    encryption: { mode: 'sse-kms', key: 'key-prod-a' },
    drifts: false,
  })
  expect(createPlan({ name: 'prod-a', mode: 'sse-s3', key: null }, rules, true)).toMatchObject({
    encryption: { mode: 'sse-s3' },
    drifts: true,
  })
  expect(createPlan({ name: 'prod-a', mode: 'sse-kms', key: 'other' }, rules, true)).toMatchObject({
    encryption: { mode: 'sse-kms', key: 'other' },
    drifts: true,
  })
  expect(createPlan({ name: 'open-a', ...untouched }, rules, true)).toMatchObject({
    encryption: { mode: 'none' },
    drifts: false,
  })
})

test('without a rule it is SSE-S3, and without a KMS it can be nothing', () => {
  expect(createPlan({ name: 'x', ...untouched }, rules, true)).toEqual({
    house: null,
    encryption: { mode: 'sse-s3' },
    drifts: false,
  })
  expect(createPlan({ name: 'x', ...untouched }, [], false).encryption).toEqual({ mode: 'none' })
})

test('the lines make the bucket, its key and its encryption', () => {
  const how = { versioning: true, locking: false }
  expect(createLines('a', how, createStep('a', { mode: 'sse-kms', key: 'k' }, true))).toEqual([
    'mc mb --with-versioning ALIAS/a',
    'mc admin kms key create ALIAS k',
    'mc encrypt set sse-kms k ALIAS/a',
  ])
  expect(createLines('a', { versioning: true, locking: true }, createStep('a', { mode: 'none' }, false))).toEqual([
    'mc mb --with-lock ALIAS/a',
  ])
})
