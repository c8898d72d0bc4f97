import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { clientIdentity, identityOfApiKey, newApiKey, seedOfApiKey } from './api-key.ts'
import { serverCertificate } from './certificate.ts'
import { identityOfCertificate } from './identity.ts'

/** A test key of the golden records with the identity the real KES computed from it. */
const API_KEY = 'kes:v1:AJHWk48GrphEsfkf7CgPFRPro2jBD1DfGPIxZRf/qGuD'
const IDENTITY = '1e5598e6dbe8ba9b1deab6dcf83cacf8df9f7e9389a2a60543ad6f24ac474122'

describe('clientIdentity', () => {
  test('a seed gives the API key and the identity of the real KES', () => {
    const made = clientIdentity(seedOfApiKey(API_KEY))
    expect(made).toMatchObject({ apiKey: API_KEY, identity: IDENTITY })
    expect(identityOfCertificate(made.certPem)).toBe(IDENTITY)
    expect(new X509Certificate(made.certPem).ca).toBe(false)
    expect(new X509Certificate(made.certPem).keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
  })

  test('the prefix may be absent', () => {
    expect(identityOfApiKey(API_KEY.replace('kes:v1:', ''))).toBe(IDENTITY)
  })

  test('each new one differs', () => {
    const { apiKey, identity } = newApiKey()
    expect(identityOfApiKey(apiKey)).toBe(identity)
    expect(newApiKey().identity).not.toBe(identity)
  })

  test.each(['', 'kes:v1:', 'kes:v1:AAAA', API_KEY.replace(':AJ', ':BJ'), `${API_KEY} `])(
    '%j is no API key',
    (text) => {
      expect(() => seedOfApiKey(text)).toThrow('this is not a KES API key')
    },
  )
})

describe('serverCertificate', () => {
  test('names each address and host, signs itself, and outlives a year', () => {
    const ips = ['127.0.0.1', '::1', '2001:db8::7:1', '::ffff:1.2.3.4', '::', 'fe80::']
    const { certPem, keyPem } = serverCertificate({ ips, dns: ['localhost'], days: 365 })
    const certificate = new X509Certificate(certPem)
    for (const ip of ips) expect(certificate.checkIP(ip), ip).toBe(ip)
    expect(certificate.checkHost('localhost')).toBe('localhost')
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(Date.parse(certificate.validTo) - Date.now()).toBeGreaterThan(364 * 86_400_000)
    expect(keyPem).toMatch(/^-----BEGIN PRIVATE KEY-----/)
  })

  test('years from 2050 on are written in full', () => {
    const { certPem } = serverCertificate({ ips: [], dns: ['localhost'], days: 36_500 })
    expect(new Date(new X509Certificate(certPem).validTo).getUTCFullYear()).toBeGreaterThan(2100)
  })

  test('refuses to name nothing, or no address', () => {
    expect(() => serverCertificate({ ips: [], dns: [] })).toThrow(RangeError)
    expect(() => serverCertificate({ ips: ['localhost'], dns: [] })).toThrow("'localhost' is not an IP address")
  })
})
