import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readIdentity } from '../kes/identity-files.ts'
import { minioIdentity, readKesIdentityFiles, readKesSettings } from './kes-settings.ts'

const dir = mkdtempSync(join(tmpdir(), 'kes-settings-'))
afterAll(() => rmSync(dir, { recursive: true }))
const put = (name: string, text: string) => {
  writeFileSync(join(dir, name), text)
  return join(dir, name)
}
const API_KEY = `kes:v1:${Buffer.alloc(33, 7).fill(0, 0, 1).toString('base64')}`
const [cert, key] = [put('cert', 'x'), put('key', 'x')]
const lookup = (variables: Record<string, string>) => (name: string) => variables[name] || undefined
const read = (own: Record<string, string>, file: Record<string, string> = {}) =>
  readKesSettings(lookup({ MINIO_KMS_KES_ENDPOINT: 'https://kes:7373', ...own }), lookup(file))!

test('each act may have an identity of its own, in the console’s environment alone', () => {
  const settings = read(
    {
      MINIO_KMS_KES_API_KEY: API_KEY,
      STRONGROOM_KES_IMPORT_CERT_FILE: cert,
      STRONGROOM_KES_IMPORT_KEY_FILE: key,
      STRONGROOM_KES_IMPORT_KEY_PASSWORD_FILE: put('password', 'pw\n'),
      STRONGROOM_KES_DELETE_API_KEY_FILE: put('api-key', `${API_KEY}\n`),
    },
    { STRONGROOM_KES_PROVE_API_KEY: API_KEY },
  )
  expect(settings.credentials).toMatchObject({ kind: 'api-key', prefix: 'MINIO_KMS_KES' })
  expect(settings.identities).toMatchObject({
    prove: null,
    import: {
      kind: 'certificate',
      prefix: 'STRONGROOM_KES_IMPORT',
      certFile: cert,
      keyFile: key,
      password: { file: join(dir, 'password') },
    },
    delete: { kind: 'api-key', apiKey: { file: join(dir, 'api-key') } },
  })
  expect(readIdentity(settings.identities.delete!).id).toBe(readIdentity(settings.credentials).id)
  expect(JSON.stringify(settings)).not.toContain(API_KEY)
})

test('what is wrong is told by its own name', () => {
  const refused = (variables: Record<string, string>) => () =>
    readKesIdentityFiles(lookup(variables), 'STRONGROOM_DRILL_KES')
  expect(refused({})).toThrow(/^STRONGROOM_DRILL_KES_API_KEY is missing/)
  expect(refused({ STRONGROOM_DRILL_KES_CERT_FILE: cert })).toThrow(/^STRONGROOM_DRILL_KES_KEY_FILE is missing/)
  expect(refused({ STRONGROOM_DRILL_KES_CERT_FILE: '/no', STRONGROOM_DRILL_KES_KEY_FILE: key })).toThrow(/ENOENT/)
  expect(refused({ STRONGROOM_DRILL_KES_API_KEY: 'a', STRONGROOM_DRILL_KES_CERT_FILE: cert })).toThrow(/both set/)
  expect(() => read({ MINIO_KMS_KES_API_KEY: API_KEY, STRONGROOM_KES_DELETE_KEY_FILE: key })).toThrow(
    /^STRONGROOM_KES_DELETE_CERT_FILE is missing/,
  )
  expect(() => readKesSettings(lookup({ STRONGROOM_KES_DELETE_API_KEY: API_KEY }), lookup({}))).toThrow(
    /^MINIO_KMS_KES_ENDPOINT is missing: STRONGROOM_KES_DELETE_API_KEY is set/,
  )
})

test('MinIO’s own identity is known where the env file names it, readable or not', () => {
  const file = { MINIO_KMS_KES_CERT_FILE: '/not/here', MINIO_KMS_KES_KEY_FILE: '/not/here' }
  expect(minioIdentity(lookup(file))).toMatchObject({ kind: 'certificate', certFile: '/not/here' })
  expect(minioIdentity(lookup({ MINIO_KMS_KES_CERT_FILE: '/not/here' }))).toBeNull()
  expect(minioIdentity(lookup({}))).toBeNull()
})

test('the offline time is a duration of KES, or minutes', () => {
  const minutes = (text: string) =>
    read({ MINIO_KMS_KES_API_KEY: API_KEY, STRONGROOM_KES_OFFLINE_CACHE: text }).offlineCacheMs! / 60_000
  expect(['10m', '10', '1h30m', '90s', '0', '0s', '10m0s'].map(minutes)).toEqual([10, 10, 90, 1.5, 0, 0, 10])
  expect(read({ MINIO_KMS_KES_API_KEY: API_KEY }).offlineCacheMs).toBeNull()
  for (const wrong of ['soon', '-1m', '1d', '10 m', '25h', '1.5h']) {
    expect(() => minutes(wrong)).toThrow(/^STRONGROOM_KES_OFFLINE_CACHE is a length of time/)
  }
})
