import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { fingerprint } from './fingerprint.ts'

const material = new Uint8Array(Buffer.from('fixture-static-kms-key-32-bytes!'))

test('is the beginning of an HMAC over the name', () => {
  const whole = createHmac('sha256', material).update('strongroom fingerprint v1 iam-static-key').digest('hex')
  expect(fingerprint(material, 'iam-static-key')).toBe(whole.slice(0, 16))
  expect(fingerprint(material, 'iam-static-key')).toMatchInlineSnapshot(`"268082a4e434122a"`)
})

test('differs by name and by material', () => {
  expect(fingerprint(material, 'a')).not.toBe(fingerprint(material, 'b'))
  expect(fingerprint(material, 'a')).not.toBe(fingerprint(material.slice().reverse(), 'a'))
})
