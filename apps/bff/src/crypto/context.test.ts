import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucketTargetsContext, canonicalContext, itemContext, tierConfigPath } from './context.ts'

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

describe('canonicalContext', () => {
  // Captured from a server, between MinIO and its KMS.
  test.each([
    [{}, '{}'],
    [{ healthcheck: '' }, '{"healthcheck":""}'],
    [{ 'MinIO admin API': 'KMSKeyStatusHandler' }, '{"MinIO admin API":"KMSKeyStatusHandler"}'],
    [{ zeta: '1', alpha: 'x<y', bbb: 'bbb/withctx' }, '{"alpha":"x\\u003cy","bbb":"bbb/withctx","zeta":"1"}'],
    [{ bbb: 'bbb/a&b <c> ä\'"☃.txt' }, '{"bbb":"bbb/a\\u0026b \\u003cc\\u003e ä\'\\"☃.txt"}'],
  ])('%j', (entries, expected) => {
    expect(text(canonicalContext(entries))).toBe(expected)
  })

  test('escapes as Go does where JavaScript does not', () => {
    const entries = { a: '\b\f\n\r\t\\\u0000\u001f\u007f\u2028\u2029/' }
    expect(text(canonicalContext(entries))).toBe(
      '{"a":"\\u0008\\u000c\\n\\r\\t\\\\\\u0000\\u001f\u007f\\u2028\\u2029/"}',
    )
  })

  test('sorts by UTF-8 bytes, where UTF-16 would put U+1F600 before U+FF5E', () => {
    expect(text(canonicalContext({ '😀': '', '～': '', b: '', B: '', ab: '', a: '' }))).toBe(
      '{"B":"","a":"","ab":"","b":"","～":"","😀":""}',
    )
  })

  test('is JSON that says what went in', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), (entries) => {
        expect(JSON.parse(text(canonicalContext(entries)))).toEqual({ ...entries })
      }),
    )
  })
})

test('an item is bound to its path with the volume', () => {
  expect(text(itemContext('config/config.json'))).toBe('{".minio.sys":".minio.sys/config/config.json"}')
  expect(text(itemContext('config/iam/users/a<b/identity.json', '.kypello.sys'))).toBe(
    '{".kypello.sys":".kypello.sys/config/iam/users/a\\u003cb/identity.json"}',
  )
})

test('remote targets are bound to their bucket, with names sorted byte by byte', () => {
  const file = '"bucket-targets.json":"bucket-targets.json"'
  expect(text(bucketTargetsContext('archive'))).toBe(`{"archive":"archive",${file}}`)
  expect(text(bucketTargetsContext('invoices'))).toBe(`{${file},"invoices":"invoices"}`)
  expect(text(bucketTargetsContext('123'))).toBe(`{"123":"123",${file}}`)
})

test('the tier configuration is bound to its path with the volume', () => {
  expect(tierConfigPath()).toBe('.minio.sys/config/tier-config.bin')
  expect(tierConfigPath('.kypello.sys')).toBe('.kypello.sys/config/tier-config.bin')
})
