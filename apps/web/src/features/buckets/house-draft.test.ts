import type { Bucket } from '@strongroom/shared/buckets'
import { expect, test } from 'vitest'
import { bucketOf } from './bucket-of.ts'
import { houseView, moved, ruleOf, sameRules, sharedKeys, standingOfRow } from './house-draft.ts'

const bucket = (name: string, encryption: Bucket['encryption']) => bucketOf(name, { encryption })
const prod = { pattern: 'prod-*', mode: 'sse-kms' as const, key: 'k-{bucket}' }
const all = { pattern: '*', mode: 'sse-s3' as const }
const buckets = [
  bucket('prod-a', { mode: 'sse-kms', key: 'k-prod-a' }),
  bucket('prod-b', { mode: 'sse-s3' }),
  bucket('test', { mode: 'sse-s3' }),
  bucket('hidden', null),
]
const stands = (rules: Parameters<typeof houseView>[0]) =>
  houseView(rules, buckets).rows.map((row) => `${row.bucket.name}: ${standingOfRow(row)}`)

test('the first rule that fits holds, and a later one that fits too is counted apart', () => {
  expect(houseView([prod, all], buckets).byRule).toEqual([
    { fits: 2, holds: 2, drifted: 1, unread: 0 },
    { fits: 4, holds: 2, drifted: 0, unread: 1 },
  ])
  expect(stands([prod, all])).toEqual(['prod-a: follows', 'prod-b: drifted', 'test: follows', 'hidden: not-read'])
})

test('the order of the rules decides', () => {
  expect(houseView([all, prod], buckets).byRule[1]).toEqual({ fits: 2, holds: 0, drifted: 0, unread: 0 })
  expect(stands([prod])).toEqual(['prod-a: follows', 'prod-b: drifted', 'test: no-rule', 'hidden: no-rule'])
})

test('a rule is moved, and not beyond the ends', () => {
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
  expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
  expect(moved(['a', 'b'], 1, 2)).toEqual(['a', 'b'])
})

test('what is wrong with a rule is told at its field', () => {
  expect(ruleOf({ pattern: ' prod-* ', mode: 'sse-kms', key: 'k-{bucket}' })).toEqual({ rule: prod })
  expect(ruleOf({ pattern: '*', mode: 'sse-s3', key: 'left over' })).toEqual({ rule: all })
  expect(ruleOf({ pattern: '', mode: 'sse-kms', key: '' })).toMatchObject({
    errors: { pattern: 'Type a name or a pattern', key: 'SSE-KMS wants the name of a key' },
  })
  expect(ruleOf({ pattern: 'PROD', mode: 'sse-kms', key: 'a b' })).toMatchObject({
    errors: { pattern: /lower-case/, key: /letters, digits/ },
  })
  expect(ruleOf({ pattern: 'a', mode: 'sse-kms', key: '-{bucket}' })).toMatchObject({
    errors: { key: /No key can be/ },
  })
})

test('rules are the same when each says the same in the same order', () => {
  expect(sameRules([prod, all], [{ ...prod }, all])).toBe(true)
  expect(sameRules([prod, all], [all, prod])).toBe(false)
})

test('a template names one key for names that differ in a dot only, and only there it is told', () => {
  const dotted = [bucket('prod-a.b', null), bucket('prod-a-b', null), bucket('prod-c', null), bucket('x', null)]
  const one = { pattern: '*', mode: 'sse-kms' as const, key: 'k' }
  const shared = (rules: Parameters<typeof houseView>[0]) => [...sharedKeys(rules, houseView(rules, dotted))]
  expect(shared([prod])).toEqual([['k-prod-a-b', ['prod-a.b', 'prod-a-b']]])
  expect(shared([prod, one])).toEqual([['k-prod-a-b', ['prod-a.b', 'prod-a-b']]])
  expect(shared([{ ...one, pattern: 'prod-a.b' }, prod])).toEqual([])
})
