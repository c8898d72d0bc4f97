import { expect, test } from 'vitest'
import { pastedAs, wrappedBytes, wrappedOf } from './raw-material.ts'

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))
const base64Of = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes))

const material = random(32)
const base64 = base64Of(material)
const base64url = base64.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')
const hex = [...material].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const wrapped = base64Of(random(384))

test.each([
  ['base64', base64],
  ['base64 without padding', base64.replace('=', '')],
  ['base64url', base64url],
  ['a line', `${base64}\n`],
  ['broken over lines', `${base64.slice(0, 20)}\n${base64.slice(20)}`],
  ['hex', hex],
  ['capital hex', hex.toUpperCase()],
  ['hex with 0x', `0x${hex}`],
  ['hex in groups', hex.replace(/(..)/g, '$1 ')],
  ['as MinIO takes it', `my-key:${base64}`],
  ['a line of an env file', `MINIO_KMS_SECRET_KEY="my-key:${base64}"`],
  ['a line of a command', `kes key import my-key ${base64}`],
  ['JSON for KES', `{"key":"${base64}","cipher":"AES256"}`],
  ['a private key', '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE'],
  ['an age identity', 'AGE-SECRET-KEY-1QQQQ'],
  ['an API key of KES', 'kes:v1:AGaV6VXHasF0FnaB60WdCOeTZ8eTIDikL4zlN56NAdcS'],
])('%s is taken for a key', (_, text) => expect(pastedAs(text)).toBe('key'))

test('what RSA-3072 makes is taken, whatever breaks its lines', () => {
  const lines = wrapped.replace(/(.{64})/g, '$1\n')
  expect(pastedAs(wrapped)).toBe('wrapped')
  expect(pastedAs(lines)).toBe('wrapped')
  expect(wrappedOf(lines)).toBe(wrapped)
})

test('what is neither is of no use', () => {
  expect(pastedAs('  \n')).toBe('empty')
  expect(pastedAs('hello')).toBe('other')
  expect(pastedAs(base64Of(random(256)))).toBe('other')
  expect(wrappedBytes(base64Of(random(256)))).toBe(256)
  expect(wrappedBytes('hello there')).toBeNull()
  expect(wrappedOf(wrapped.slice(0, -4))).toBeNull()
})
