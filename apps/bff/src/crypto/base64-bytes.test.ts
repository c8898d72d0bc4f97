import fc from 'fast-check'
import { expect, test } from 'vitest'
import { base64Bytes, fromBase64Bytes } from './base64-bytes.ts'

test('what Node writes as base64, in bytes, and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const encoded = base64Bytes(bytes)
      expect(Buffer.from(encoded).toString('latin1')).toBe(Buffer.from(bytes).toString('base64'))
      expect(fromBase64Bytes(encoded)).toEqual(bytes)
    }),
  )
})

test.each(['A', 'AB', 'ABC', 'AB-_', 'A===', '====', 'AB=A', ' ABC', 'AAAA\n'])('%j is none', (text) => {
  expect(fromBase64Bytes(Buffer.from(text))).toBeUndefined()
})
