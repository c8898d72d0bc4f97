import { execFileSync } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Secret } from '../secret.ts'
import { selfSignedClientCertificate } from './client-certificate.ts'
import { identityFromApiKey, identityFromCertificate } from './identity.ts'

const dir = mkdtempSync(join(tmpdir(), 'kes-identity-'))
afterAll(() => rmSync(dir, { recursive: true }))

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] })
const read = (file: string) => readFileSync(join(dir, file), 'utf8')

/** A certificate made by openssl, whose private key is stored as it is and encrypted in both forms. */
function makePair(name: string, ...more: string[]) {
  const path = join(dir, name)
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${path}.key`)
  openssl('req', '-x509', '-key', `${path}.key`, '-subj', `/CN=${name}`, '-out', `${path}.crt`, ...more)
  const pem = createPrivateKey(read(`${name}.key`))
  writeFileSync(
    `${path}.pkcs8`,
    pem.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'good' }),
  )
  writeFileSync(
    `${path}.rfc1423`,
    pem.export({ type: 'sec1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'good' }),
  )
}
makePair('client', '-addext', 'basicConstraints=critical,CA:FALSE')
makePair('ca')

const fromFiles = (cert: string, key: string, password?: string) =>
  identityFromCertificate(read(cert), new Secret(read(key)), password ? new Secret(password) : null)
/** By openssl's own reckoning. */
const expectedId = openssl('pkey', '-in', join(dir, 'client.key'), '-pubout', '-outform', 'DER')

describe('an API key', () => {
  /** Printed by `kes identity of` for this published key. */
  const published = 'kes:v1:AD9E7FSYWrMD+VjhI6q545cYT9YOyFxZb7UnjEepYDRc'
  const id = '3ecfcdf38fcbe141ae26a1030f81e96b753365a46760ae6b578698a97c59fd22'

  test.each([published, published.slice('kes:v1:'.length), `${published}\n`])('becomes an identity', (text) => {
    expect(identityFromApiKey(new Secret(text)).id).toBe(id)
  })

  test('becomes a certificate that is signed by its own key and is no CA', () => {
    const certificate = new X509Certificate(identityFromApiKey(new Secret(published)).cert)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate).toMatchObject({ ca: false, subject: `CN=${id}`, keyUsage: ['1.3.6.1.5.5.7.3.2'] })
  })

  test('that is published is warned about', () => {
    expect(identityFromApiKey(new Secret(published)).warning).toMatch(/published/)
    expect(identityFromApiKey(new Secret(`kes:v1:${Buffer.alloc(33).toString('base64')}`)).warning).toBeNull()
  })

  test.each(['', 'kes:v1:', 'kes:v2:AD9E7FSYWrMD+VjhI6q545cYT9YOyFxZb7UnjEepYDRc', `kes:v1:${'/'.repeat(44)}`, 'AAAA'])(
    'of another form is refused without being repeated',
    (text) => {
      expect(() => identityFromApiKey(new Secret(text))).toThrow(/^MINIO_KMS_KES_API_KEY is no KES API key: [^/]*$/)
    },
  )

  test('is never printed', () => {
    const identity = identityFromApiKey(new Secret(published))
    expect(JSON.stringify(identity)).not.toContain('PRIVATE')
    expect(`${identity.key}`).toBe('[secret]')
  })
})

describe('a certificate and its key', () => {
  test('give the identity that KES computes', async () => {
    const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(expectedId))
    expect(fromFiles('client.crt', 'client.key').id).toBe(Buffer.from(digest).toString('hex'))
  })

  test.each(['client.pkcs8', 'client.rfc1423'])('may be encrypted: %s', (key) => {
    expect(fromFiles('client.crt', key, 'good').id).toBe(fromFiles('client.crt', 'client.key').id)
    expect(() => fromFiles('client.crt', key, 'bad')).toThrow(/^MINIO_KMS_KES_KEY_PASSWORD does not open/)
    expect(() => fromFiles('client.crt', key)).toThrow(/give its password in MINIO_KMS_KES_KEY_PASSWORD/)
  })

  test('may bring a chain, in any order', () => {
    const chain = read('ca.crt') + read('client.crt')
    const identity = identityFromCertificate(chain, new Secret(read('client.key')), null)
    expect(identity.id).toBe(fromFiles('client.crt', 'client.key').id)
  })

  test('must fit together, be no CA, and be alone', () => {
    expect(() => fromFiles('client.crt', 'ca.key')).toThrow(/is not the key of the certificate/)
    expect(() => fromFiles('ca.crt', 'ca.key')).toThrow(/CA:TRUE/)
    const twice = read('client.crt') + read('client.crt')
    expect(() => identityFromCertificate(twice, new Secret(read('client.key')), null)).toThrow(/more than one/)
  })

  test('must be PEM', () => {
    expect(() => fromFiles('client.key', 'client.key')).toThrow(/holds no certificate/)
    expect(() => fromFiles('client.crt', 'client.crt')).toThrow(/holds no private key/)
  })
})

test('a certificate made here is read by openssl, also beyond 2049', () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  for (const now of ['2026-01-02T03:04:05Z', '2045-01-02T03:04:05Z']) {
    const file = join(dir, 'made.crt')
    writeFileSync(file, selfSignedClientCertificate(privateKey, 'x'.repeat(64), new Date(now)))
    expect(openssl('x509', '-in', file, '-noout', '-startdate').toString()).toContain('Jan  2 02:04:05')
    expect(openssl('x509', '-in', file, '-noout', '-ext', 'basicConstraints,keyUsage').toString()).toMatch(
      /Digital Signature.*CA:FALSE/s,
    )
  }
})
