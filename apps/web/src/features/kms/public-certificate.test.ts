import { describe, expect, test } from 'vitest'
import { LONGEST_BYTES, publicPart } from './public-certificate.ts'

const block = (label: string, body = 'MIIB') => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`
const certificate = block('CERTIFICATE')

describe('publicPart', () => {
  test('sends the certificates and nothing that stands around them', () =>
    expect(publicPart(`subject: alice\n${certificate}\n# note\n${certificate}`)).toEqual({
      pem: certificate + certificate,
    }))

  test.each(['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'])(
    'refuses a file with a %s, also beside a certificate, and quotes nothing of it',
    (label) => {
      const answer = publicPart(certificate + block(label, 'c2VjcmV0'))
      expect(answer).toHaveProperty('refusal', expect.stringContaining('private key'))
      expect(JSON.stringify(answer)).not.toContain('c2VjcmV0')
    },
  )

  test('refuses an API key, which is a private key as well', () =>
    expect(publicPart('kes:v1:AGaV6VRHDHbnZ')).toHaveProperty('refusal', expect.stringContaining('private key')))

  test.each(['', 'hello', '\u0030\u0082\u0001', block('PUBLIC KEY')])('says what is no certificate', (text) =>
    expect(publicPart(text)).toHaveProperty('refusal', expect.stringContaining('no certificate')),
  )

  test('sends nothing longer than is taken', () =>
    expect(publicPart(block('CERTIFICATE', 'A'.repeat(LONGEST_BYTES)))).toHaveProperty('refusal'))
})
