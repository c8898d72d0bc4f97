import { expect, test } from 'vitest'
import { whyNotStart } from './batch-order.ts'
import { cleanUpWords, holdsWords, isOver, orderWords, sealingWords } from './batch-words.ts'

const order = { bucket: 'a', prefix: '', by: 'root' }

test('a job says from where to where, as far as it is known', () => {
  expect(orderWords({ order: { ...order, target: 'b' } })).toBe('a → b')
  expect(orderWords({ order: { ...order, prefix: 'logs/' } })).toBe('a/logs/')
  expect(orderWords({ order: null })).toBeNull()
  expect(sealingWords({ order: { ...order, mode: 'sse-kms', key: 'k1' } })).toBe('SSE-KMS, k1')
})

test('what it holds is named until it is gone', () => {
  expect(holdsWords({ holdsCredentials: true, accessKey: 'x' })).toMatch(/access key.*clear/)
  expect(holdsWords({ holdsCredentials: false, accessKey: 'x' })).toBe('An access key')
  expect(holdsWords({ holdsCredentials: false, accessKey: null })).toBeNull()
})

test('stopping a copy says that it can’t go on; an ended one loses its description alone', () => {
  expect(cleanUpWords({ kind: 'replicate', state: 'running' })).toMatch(/another empty bucket/)
  expect(cleanUpWords({ kind: 'replicate', state: 'unknown' })).toMatch(/stops copying/)
  expect(cleanUpWords({ kind: 'keyrotate', state: 'done' })).toMatch(/stays done/)
  expect(isOver({ state: 'unknown' })).toBe(false)
})

test('what is missing is said before the start', () => {
  const whole = {
    kind: 'replicate',
    bucket: 'a',
    prefix: '',
    target: 'b',
    mode: 'sse-s3',
    key: '',
    tagsLost: false,
  } as const
  expect(whyNotStart(whole)).toBeNull()
  expect(whyNotStart({ ...whole, target: 'a' })).toMatch(/itself/)
  expect(whyNotStart({ ...whole, mode: 'sse-kms' })).toBe('Name a key.')
  expect(whyNotStart({ ...whole, kind: 'keyrotate', target: '' })).toMatch(/lost/)
  expect(whyNotStart({ ...whole, kind: 'keyrotate', target: '', tagsLost: true })).toBeNull()
})
