import { expect, test } from 'vitest'
import { batchOrderOf } from './batch-order.ts'
import { batchLines, countLines } from './object-lines.ts'

const order = {
  kind: 'replicate',
  bucket: 'a',
  prefix: '',
  target: 'b',
  mode: 'sse-kms',
  key: 'k1',
  tagsLost: false,
} as const

test('a prefix can end no line of a shell', () => {
  expect(countLines('a', "x'; rm -rf /")[0]).toContain(`'ALIAS/a/x'\\''; rm -rf /'`)
})

test('a replication shows places for its credentials, never them', () => {
  const lines = batchLines(order).join('\n')
  expect(lines).toContain('mc encrypt set sse-kms k1 ALIAS/b')
  expect(lines).toContain('accessKey: ACCESS-KEY, secretKey: SECRET-KEY')
})

test('an order says what belongs to its kind and mode, and no more', () => {
  expect(batchOrderOf({ ...order, mode: 'sse-s3' })).toEqual({
    kind: 'replicate',
    bucket: 'a',
    prefix: '',
    target: 'b',
    mode: 'sse-s3',
  })
  expect(batchOrderOf({ ...order, kind: 'keyrotate', tagsLost: true })).toMatchObject({ accepted: ['tags-lost'] })
  expect(batchOrderOf({ ...order, kind: 'keyrotate' })).not.toHaveProperty('target')
})

test('no line counts versions with stat alone: it ends at the first delete marker', () => {
  expect(countLines('a', 'logs/').join('\n')).not.toMatch(/stat.*--versions/)
})
