import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clusterEnv, keyNameOf } from './cluster-env.ts'
import { parseEnvFile, rootCredentials, servable, withKes } from './env-file.ts'

const kes = { endpoint: 'https://127.0.0.1:7373', cert: '/k/minio.crt', key: '/k/minio.key', ca: '/k/ca.crt' }

describe('parseEnvFile', () => {
  test("reads MinIO's dialect and MINIO_ lines alone", () => {
    const text =
      '\uFEFF# MINIO_A=1\r\nexport MINIO_B="two words"\r\nMINIO_C=\'x\'\nMINIO_D="a" # b\nMINIO_E=\nPATH=/bin\nMINIO_B=last=1\n'
    expect(parseEnvFile(text)).toEqual({ MINIO_B: 'last=1', MINIO_C: 'x', MINIO_D: '"a" # b', MINIO_E: '' })
  })
})

test('lines that would lead a copy to other drives, addresses or the real etcd are left out by name', () => {
  const { kept, leftOut } = servable({ MINIO_VOLUMES: '/mnt', MINIO_ETCD_ENDPOINTS: 'e', MINIO_API_REQUESTS_MAX: '9' })
  expect(kept).toEqual({ MINIO_API_REQUESTS_MAX: '9' })
  expect(leftOut).toEqual(['MINIO_VOLUMES', 'MINIO_ETCD_ENDPOINTS'])
})

describe('withKes', () => {
  test('fills an automatic KES in and drops what MinIO refuses beside a certificate', () => {
    const given = { MINIO_KMS_KES_ENDPOINT: 'auto', MINIO_KMS_KES_API_KEY: 'kes:v1:x', MINIO_KMS_KES_KEY_NAME: 'mine' }
    expect(withKes(given, kes, 'other')).toEqual({
      MINIO_KMS_KES_ENDPOINT: 'https://127.0.0.1:7373',
      MINIO_KMS_KES_CERT_FILE: '/k/minio.crt',
      MINIO_KMS_KES_KEY_FILE: '/k/minio.key',
      MINIO_KMS_KES_CAPATH: '/k/ca.crt',
      MINIO_KMS_KES_KEY_NAME: 'mine',
    })
  })

  test("leaves a cluster's own KES alone", () => {
    const given = { MINIO_KMS_KES_ENDPOINT: 'https://kes.example:7373', MINIO_KMS_KES_API_KEY: 'kes:v1:x' }
    expect(withKes(given, kes, 'other')).toEqual(given)
  })
})

test('root credentials may have their old names, and must be there', () => {
  expect(rootCredentials({ MINIO_ACCESS_KEY: 'a', MINIO_SECRET_KEY: 'b' })).toEqual({ accessKey: 'a', secretKey: 'b' })
  expect(() => rootCredentials({ MINIO_ROOT_USER: 'a' })).toThrow('lacks MINIO_ROOT_USER or MINIO_ROOT_PASSWORD')
})

describe('clusterEnv', () => {
  let dir: string
  let said: string[]
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'env-'))
    said = []
  })
  afterEach(() => rmSync(dir, { recursive: true }))
  const make = (given: object, access = kes, earlier = {}) =>
    clusterEnv(join(dir, 'minio.env'), given, access, earlier, (line) => said.push(line))

  test('the sample runs on its static key, in a file for its owner alone', () => {
    const { path, variables, keyName } = make({})
    expect(Object.keys(variables)).toEqual(['MINIO_ROOT_USER', 'MINIO_ROOT_PASSWORD', 'MINIO_KMS_SECRET_KEY'])
    expect(keyName).toBe('acme-key')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('a later start keeps what the walk wrote, and follows a KES that moved to another port', () => {
    const { path, digest } = make({})
    writeFileSync(path, 'MINIO_KMS_SECRET_KEY=\nMINIO_KMS_KES_ENDPOINT=https://127.0.0.1:7373\n')
    const moved = { ...kes, endpoint: 'https://127.0.0.1:9999' }
    make({}, moved, { envDigest: digest, kesEndpoint: kes.endpoint })
    expect(readFileSync(path, 'utf8')).toBe('MINIO_KMS_SECRET_KEY=\nMINIO_KMS_KES_ENDPOINT=https://127.0.0.1:9999\n')
  })

  test('a given file that has changed since is taken anew, and what is left out is said', () => {
    const envFile = join(dir, 'given.env')
    writeFileSync(envFile, 'MINIO_ROOT_USER=a\nMINIO_VOLUMES=/mnt\n')
    const { digest } = make({ envFile })
    expect(said).toEqual([expect.stringContaining('MINIO_VOLUMES')])
    writeFileSync(envFile, 'MINIO_ROOT_USER=b\n')
    expect(make({ envFile }, kes, { envDigest: digest }).variables).toEqual({ MINIO_ROOT_USER: 'b' })
  })

  test("the key name: KES's, the static key's, the first that came along, a new one", () => {
    mkdirSync(join(dir, 'keystore'))
    for (const name of ['b', 'a']) writeFileSync(join(dir, 'keystore', name), '')
    expect(keyNameOf({ MINIO_KMS_KES_KEY_NAME: 'k', MINIO_KMS_SECRET_KEY: 's:x' })).toBe('k')
    expect(keyNameOf({ MINIO_KMS_SECRET_KEY: 's:x' }, join(dir, 'keystore'))).toBe('s')
    expect(keyNameOf({}, join(dir, 'keystore'))).toBe('a')
    expect(keyNameOf({})).toBe('demo-key')
  })
})
