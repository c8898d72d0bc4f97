import { describe, expect, test } from 'vitest'
import { itemContext } from './context.ts'
import { openDataKey } from './data-key.ts'
import { ForgeryError } from './failures.ts'
import { openKmsEnvelope, parseKmsEnvelope } from './kms-envelope.ts'
import vectors from './vectors/kms-envelope.json' with { type: 'json' }

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
const METADATA = 5

describe.each(vectors)('an item sealed by $name', ({ keyName, masterKey, path, envelope, plaintext }) => {
  const dekOf = (sealedKey: Uint8Array) => openDataKey(bytes(masterKey), sealedKey, itemContext(path))

  test('names its key, and opens', () => {
    const parsed = parseKmsEnvelope(bytes(envelope))!
    expect(parsed.keyName).toBe(keyName)
    expect(openKmsEnvelope(parsed, dekOf(parsed.sealedKey))).toEqual(bytes(plaintext))
  })

  test('opens no more with a bit flipped in any byte of its stream', () => {
    const { stream, sealedKey } = parseKmsEnvelope(bytes(envelope))!
    const dek = dekOf(sealedKey)
    for (let i = bytes(envelope).length - stream.length; i < bytes(envelope).length; i++) {
      const altered = bytes(envelope)
      altered[i]! ^= 1
      expect(() => openKmsEnvelope(parseKmsEnvelope(altered)!, dek), `byte ${i}`).toThrow(ForgeryError)
    }
  })

  test('is none with its header cut or altered', () => {
    const { stream } = parseKmsEnvelope(bytes(envelope))!
    const header = bytes(envelope).length - stream.length
    for (let cut = 0; cut < header; cut++) expect(parseKmsEnvelope(bytes(envelope).subarray(0, cut))).toBeUndefined()
    for (let i = 0; i <= METADATA; i++) {
      const altered = bytes(envelope)
      altered[i]! ^= 0x40
      expect(parseKmsEnvelope(altered), `byte ${i}`).toBeUndefined()
    }
  })
})

test.each([
  ['no JSON object', '[]'],
  ['no key', '{"kmskey":"AA==","algorithm":"AES-256-GCM","nonce":"AAAAAAAAAAA="}'],
  ['a nonce of 7 bytes', '{"keyid":"k","kmskey":"AA==","algorithm":"AES-256-GCM","nonce":"AAAAAAAAAA=="}'],
  ['a cipher not known', '{"keyid":"k","kmskey":"AA==","algorithm":"ROT13","nonce":"AAAAAAAAAAA="}'],
  ['bad base64', '{"keyid":"k","kmskey":"A","algorithm":"AES-256-GCM","nonce":"AAAAAAAAAAA="}'],
])('metadata with %s is no envelope', (_, json) => {
  const head = Uint8Array.of(1, json.length, 0, 0, 0)
  expect(parseKmsEnvelope(new Uint8Array(Buffer.concat([head, Buffer.from(json)])))).toBeUndefined()
})
