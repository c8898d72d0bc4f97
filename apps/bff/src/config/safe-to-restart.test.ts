import { describe, expect, test } from 'vitest'
import { safeToRestart } from './safe-to-restart.ts'
import { planLines } from './write-lines.ts'

const STATIC = 'MINIO_KMS_SECRET_KEY=acme-key:YWNtZS1zdGF0aWMta21zLWtleS1vZi0zMi1ieXRlcyE='
const KES = {
  MINIO_KMS_KES_ENDPOINT: 'https://kes{1...3}:7373',
  MINIO_KMS_KES_KEY_NAME: 'acme-key',
  MINIO_KMS_KES_CERT_FILE: '/etc/minio/kes.crt',
  MINIO_KMS_KES_KEY_FILE: '/etc/minio/kes.key',
  MINIO_KMS_KES_CAPATH: '/etc/minio/kes-ca.crt',
}
const lines = (variables: Record<string, string>) =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
const without = (name: keyof typeof KES) =>
  lines({ MINIO_KMS_SECRET_KEY: '', ...KES }).replace(new RegExp(`^${name}=.*\n`, 'm'), '')

describe('safe', () => {
  test.each([
    ['a static key', STATIC],
    ['a static key in a file', 'MINIO_KMS_SECRET_KEY=\nMINIO_KMS_SECRET_KEY_FILE=/run/secrets/key\n'],
    ['KES beside the empty line', `MINIO_KMS_SECRET_KEY=\n${lines(KES)}`],
    ['what planLines makes of a static key', planLines(`${STATIC}\n`, KES)],
    ['what planLines makes of a key file', planLines('MINIO_KMS_SECRET_KEY_FILE=/run/secrets/key\n', KES)],
    [
      'an API key',
      'MINIO_KMS_SECRET_KEY=\nMINIO_KMS_KES_ENDPOINT=https://k:1\nMINIO_KMS_KES_KEY_NAME=k\nMINIO_KMS_KES_API_KEY=x',
    ],
  ])('%s', (_, text) => {
    expect(safeToRestart(text)).toEqual({ safe: true, reasons: [] })
  })

  test('KES without the empty line, once the process no longer has the static key', () => {
    expect(safeToRestart(lines(KES), { processHasStaticKey: false }).safe).toBe(true)
    expect(safeToRestart('', { processHasStaticKey: false }).safe).toBe(true)
  })
})

describe('deadly', () => {
  test.each([
    ['both families', `${STATIC}\n${lines(KES)}`, /^MINIO_KMS_SECRET_KEY still has a value/],
    ['the line vanished', lines(KES), /^The line MINIO_KMS_SECRET_KEY= is missing/],
    [
      'the key comes from its file',
      `MINIO_KMS_SECRET_KEY=\nMINIO_KMS_SECRET_KEY_FILE=/k\n${lines(KES)}`,
      /^MINIO_KMS_SECRET_KEY_FILE still has a value/,
    ],
    [
      'an empty KES variable beside the static key',
      `${STATIC}\nMINIO_KMS_KES_CAPATH=`,
      /^MINIO_KMS_SECRET_KEY still has a value/,
    ],
    ['no endpoint', without('MINIO_KMS_KES_ENDPOINT'), /^MINIO_KMS_KES_ENDPOINT is missing/],
    ['no key name', without('MINIO_KMS_KES_KEY_NAME'), /^MINIO_KMS_KES_KEY_NAME is missing/],
    ['no certificate', without('MINIO_KMS_KES_CERT_FILE'), /^MINIO_KMS_KES_CERT_FILE is missing/],
    [
      'two kinds of credentials',
      `MINIO_KMS_SECRET_KEY=\nMINIO_KMS_KES_API_KEY=x\n${lines(KES)}`,
      /^MINIO_KMS_KES_API_KEY stands together with/,
    ],
    [
      'plain HTTP',
      lines({ MINIO_KMS_SECRET_KEY: '', ...KES, MINIO_KMS_KES_ENDPOINT: 'http://kes:7373' }),
      /beginning with https/,
    ],
    ['another KMS', `${STATIC}\nMINIO_KMS_SERVER=x`, /^MINIO_KMS_SERVER stands together/],
    ['a line without =', `${STATIC}\nMINIO_ROOT_USER`, /^Line 2 /],
    ['a byte order mark', `\uFEFF${STATIC}`, /byte order mark/],
  ])('%s', (_, text, reason) => {
    const check = safeToRestart(text)
    expect(check.safe).toBe(false)
    expect(check.reasons.join('\n')).toMatch(reason)
    expect(check.reasons.join('\n')).not.toContain('YWNtZS1')
  })
})

describe('plaintext after the start', () => {
  test.each([
    ['a relative key file', 'MINIO_KMS_SECRET_KEY_FILE=kms_key', /^MINIO_KMS_SECRET_KEY_FILE is a relative path/],
    ['only names of former releases', 'MINIO_KMS_MASTER_KEY=k:00', /^MINIO_KMS_MASTER_KEY: MinIO no longer reads this/],
    ['no KMS at all', 'MINIO_ROOT_USER=x', /^The file sets no KMS/],
  ])('%s', (_, text, reason) => {
    expect(safeToRestart(text).reasons.join('\n')).toMatch(reason)
  })
})
