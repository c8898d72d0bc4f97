import { execFileSync } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { selfSignedClientCertificate } from '../kes/client-certificate.ts'
import { checkKesCertificate } from './kes-certificate-check.ts'

const dir = mkdtempSync(join(tmpdir(), 'kes-certificate-'))
afterAll(() => rmSync(dir, { recursive: true }))

const key = join(dir, 'client.key')
execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key], { stdio: 'ignore' })
const CA_FALSE = ['-addext', 'basicConstraints=critical,CA:FALSE']

function make(...more: string[]): string {
  const made = join(dir, 'made.crt')
  execFileSync('openssl', ['req', '-x509', '-key', key, '-subj', '/CN=client', '-out', made, ...more], {
    stdio: 'ignore',
  })
  return readFileSync(made, 'utf8')
}
const fresh = make(...CA_FALSE, '-days', '400')
const { identity } = checkKesCertificate(fresh, [])
const privateKey = createPrivateKey(readFileSync(key))

test('a renewed certificate with the same key keeps the identity', () => {
  const renewed = selfSignedClientCertificate(privateKey, 'renewed')
  const known = [
    { role: 'observe', identity },
    { role: 'delete', identity: 'other' },
    { role: 'minio', identity },
  ] as const
  expect(checkKesCertificate(renewed, known)).toMatchObject({ identity, sameAs: ['observe', 'minio'], troubles: [] })
  const other = selfSignedClientCertificate(generateKeyPairSync('ed25519').privateKey, 'other')
  expect(checkKesCertificate(other, known)).toMatchObject({ sameAs: [], troubles: [] })
})

test('its end is told in time', () => {
  const check = (days: number) => {
    const { certificate } = checkKesCertificate(fresh, [], Date.now() + (400 - days) * 24 * 3_600_000 - 60_000)
    return [certificate.daysLeft, certificate.severity]
  }
  expect([31, 30, 8, 7, 2, 1, -1].map(check)).toEqual([
    [31, null],
    [30, 'info'],
    [8, 'info'],
    [7, 'warning'],
    [2, 'warning'],
    [1, 'critical'],
    [-1, 'critical'],
  ])
})

test('what KES would stumble over is told as KES behaves', () => {
  const troubles = (pem: string, now?: number) => checkKesCertificate(pem, [], now).troubles.join(' ')
  expect(troubles(make())).toMatch(/CA:TRUE, so KES skips it/)
  expect(troubles(fresh + fresh)).toMatch(/2 client certificates, and KES refuses/)
  expect(troubles(fresh + make())).toBe('')
  expect(troubles(fresh, Date.now() + 500 * 24 * 3_600_000)).toMatch(
    /has expired\. KES takes it .* unless its tls\.auth is on/,
  )
  expect(troubles(fresh, Date.now() - 24 * 3_600_000)).toMatch(/not valid yet/)
  expect(troubles(make(...CA_FALSE, '-addext', 'extendedKeyUsage=serverAuth'))).toMatch(/client authentication/)
  expect(troubles(make(...CA_FALSE, '-addext', 'extendedKeyUsage=clientAuth'))).toBe('')
  expect(troubles(make(...CA_FALSE, '-addext', 'extendedKeyUsage=anyExtendedKeyUsage'))).toBe('')
})

test('a private key is refused before all else, and nothing given is repeated', () => {
  const pem = readFileSync(key, 'utf8')
  const body = pem.split('\n')[1]!
  for (const given of [pem, fresh + pem, pem.toLowerCase(), pem.replace('PRIVATE', 'ENCRYPTED PRIVATE')]) {
    const refusal = caught(() => checkKesCertificate(given, []))
    expect(refusal).toMatchObject({ code: 'invalid-input', fields: [{ pointer: '/pem' }] })
    expect(JSON.stringify(refusal)).not.toContain(body)
  }
  expect(caught(() => checkKesCertificate('hello', []))).toMatchObject({
    detail: expect.stringMatching(/no certificate/),
  })
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
  expect(caught(() => checkKesCertificate(broken, []))).toMatchObject({
    detail: expect.stringMatching(/can’t be read/),
  })
})

function caught(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}
