import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clientIdentity } from '@strongroom/devkes/api-key'
import { serverCertificate } from '@strongroom/devkes/certificate'
import { afterAll, describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { ConfigError } from './config-error.ts'

const dir = mkdtempSync(join(tmpdir(), 'config-'))
afterAll(() => rmSync(dir, { recursive: true }))
const put = (name: string, text: string) => {
  writeFileSync(join(dir, name), text)
  return join(dir, name)
}
const server = serverCertificate({ ips: ['127.0.0.1'], dns: [] })
const cert = put('server.crt', server.certPem)
const key = put('server.key', server.keyPem)
const otherKey = put('other.key', serverCertificate({ ips: ['127.0.0.1'], dns: [] }).keyPem)
const client = clientIdentity()
const clientCert = put('client.crt', client.certPem)
const clientKey = put('client.key', client.keyPem)
const empty = put('empty', '\n')
const caFolder = join(dir, 'cas')
mkdirSync(join(caFolder, 'folder'), { recursive: true })
put('cas/a.crt', server.certPem)
put('cas/b.crt', `some words\n${server.certPem}`)

const needed = { STRONGROOM_MINIO_ENDPOINT: 'https://minio.example:9000', HOME: '/home/console' }
const read = (env: Record<string, string>, file?: Record<string, string>) =>
  readConfig({ ...needed, ...(file && { STRONGROOM_ENV_FILE: put('env', lines(file)) }), ...env })
const lines = (variables: Record<string, string>) =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
const open = (secret: { expose<R>(use: (value: string) => R): R } | null | undefined) =>
  secret?.expose((value) => value)

test('little is needed', () => {
  expect(read({})).toMatchObject({
    listen: { host: '127.0.0.1', port: 9080 },
    basePath: '',
    tls: null,
    frameAncestors: [],
    minio: { endpoint: new URL('https://minio.example:9000'), nodes: [], ca: null },
    envFile: null,
    rootCredentials: null,
    kes: null,
    keySources: [],
    legacy: [],
    kmsKeyFileIgnored: null,
    stateDir: '/home/console/.local/state/strongroom',
    backupDir: '/home/console/.local/state/strongroom/backups',
    rolesFile: null,
    allowRestart: false,
    demoEnvFile: null,
    session: { idleMinutes: 15, absoluteMinutes: 60 },
    logLevel: 'info',
  })
})

test('everything can be set', () => {
  const config = read({
    STRONGROOM_LISTEN: '[::1]:0',
    STRONGROOM_BASE_PATH: '/a/b/',
    STRONGROOM_TLS_CERT: cert,
    STRONGROOM_TLS_KEY: key,
    STRONGROOM_MINIO_CA: caFolder,
    STRONGROOM_MINIO_NODES: 'http://n{09...11}:9000, https://[fd00::1]:9000',
    STRONGROOM_TRUSTED_PROXIES: '10.0.0.0/8,::1',
    STRONGROOM_FRAME_ANCESTORS: 'https://portal.example',
    STRONGROOM_ALLOW_RESTART: '1',
    STRONGROOM_ROLES_FILE: '/etc/roles.json',
    STRONGROOM_SESSION_IDLE: '5',
    STRONGROOM_SESSION_ABSOLUTE: '10',
    STRONGROOM_LOG_LEVEL: 'debug',
    XDG_STATE_HOME: '/state',
  })
  expect(config).toMatchObject({
    listen: { host: '::1', port: 0 },
    basePath: '/a/b',
    frameAncestors: ['https://portal.example'],
    stateDir: '/state/strongroom',
    backupDir: '/state/strongroom/backups',
    rolesFile: '/etc/roles.json',
    allowRestart: true,
    session: { idleMinutes: 5, absoluteMinutes: 10 },
    logLevel: 'debug',
  })
  expect(config.minio.nodes.map(({ host }) => host)).toEqual(['n09:9000', 'n10:9000', 'n11:9000', '[fd00::1]:9000'])
  expect(config.minio.ca?.match(/BEGIN/g)).toHaveLength(2)
  expect(config.trustedProxies.check('10.9.9.9')).toBe(true)
  expect(config.trustedProxies.check('11.0.0.1')).toBe(false)
  expect(open(config.tls?.key)).toBe(server.keyPem)
})

describe('the env file', () => {
  test('gives KES, the root user and what is legacy', () => {
    const config = read(
      {},
      {
        MINIO_ROOT_USER: 'root',
        MINIO_ROOT_PASSWORD: '"pass word"',
        MINIO_KMS_KES_ENDPOINT: 'https://kes{1...2}:7373',
        MINIO_KMS_KES_CERT_FILE: clientCert,
        MINIO_KMS_KES_KEY_FILE: clientKey,
        MINIO_KMS_KES_KEY_PASSWORD: 'pw',
        MINIO_KMS_KES_CAPATH: cert,
        MINIO_KMS_KES_KEY_NAME: 'k',
        MINIO_KMS_MASTER_KEY: 'k:00',
        MINIO_SSE_VAULT_ENDPOINT: 'x',
        MINIO_ACCESS_KEY: '',
        MINIO_KMS_SECRET_KEY_FILE: 'kms_key',
        STRONGROOM_ALLOW_RESTART: '1',
      },
    )
    expect(config.kes).toMatchObject({ keyName: 'k', credentials: { kind: 'certificate', certFile: clientCert } })
    expect(config.kes?.endpoints.map(({ host }) => host)).toEqual(['kes1:7373', 'kes2:7373'])
    expect(config.rootCredentials?.user).toBe('root')
    expect(open(config.rootCredentials?.password)).toBe('pass word')
    expect(config.legacy).toEqual(['MINIO_KMS_MASTER_KEY', 'MINIO_SSE_VAULT_ENDPOINT'])
    expect(config.kmsKeyFileIgnored).toMatch(/relative path/)
    expect(config.allowRestart).toBe(false)
    expect(JSON.stringify(config)).not.toMatch(/pass word|PRIVATE/)
  })

  test('yields to the console’s own environment, and credentials are never mixed', () => {
    const file = {
      MINIO_KMS_KES_ENDPOINT: 'https://old:1',
      MINIO_KMS_KES_CERT_FILE: '/not/there',
      MINIO_KMS_KES_KEY_FILE: '/not/there',
      MINIO_KMS_KES_KEY_NAME: 'k',
    }
    const apiKey = put('api-key', `${client.apiKey}\n`)
    const own = {
      MINIO_KMS_KES_API_KEY_FILE: apiKey,
      MINIO_KMS_KES_ENDPOINT: 'https://new:1',
    }
    const { kes } = read(own, file)
    expect(kes).toMatchObject({ keyName: 'k', endpoints: [new URL('https://new:1')] })
    expect(kes?.credentials).toMatchObject({ kind: 'api-key', apiKey: { file: apiKey } })
  })

  test('may name the root user in files and by former names', () => {
    const user = put('user', 'from-file\n')
    expect(read({}, { MINIO_ROOT_USER_FILE: user, MINIO_ROOT_USER: 'x', MINIO_SECRET_KEY: 'old' })).toMatchObject({
      rootCredentials: { user: 'from-file' },
      legacy: ['MINIO_SECRET_KEY'],
    })
  })
})

test('key sources hold what their variable holds, boxed', () => {
  const { keySources } = read({
    STRONGROOM_KEY_SOURCES: 'a=env:MY_KEY, b=file:/run/b=1,c=env:NONE',
    MY_KEY: 'material',
  })
  expect(keySources).toMatchObject([
    { id: 'a=env:MY_KEY', keyName: 'a', kind: 'env', variable: 'MY_KEY' },
    { id: 'b=file:/run/b=1', keyName: 'b', kind: 'file', path: '/run/b=1' },
    { id: 'c=env:NONE', keyName: 'c', value: null },
  ])
  expect(JSON.stringify(keySources)).not.toContain('material')
})

const apiKey = { MINIO_KMS_KES_API_KEY: 'SECRET' }
const endpoint = { MINIO_KMS_KES_ENDPOINT: 'https://kes:7373' }
test.each<[Record<string, string>, RegExp]>([
  [{ STRONGROOM_MINIO_ENDPOINT: '' }, /^STRONGROOM_MINIO_ENDPOINT is missing/],
  [{ STRONGROOM_MINIO_ENDPOINT: 'minio:9000' }, /^STRONGROOM_MINIO_ENDPOINT .*write https:\/\/ or http:/],
  [{ STRONGROOM_MINIO_ENDPOINT: 'https://u:SECRET@minio' }, /^STRONGROOM_MINIO_ENDPOINT must be scheme/],
  [{ STRONGROOM_MINIO_ENDPOINT: 'https://minio/SECRET' }, /^STRONGROOM_MINIO_ENDPOINT must be scheme/],
  [{ STRONGROOM_MINIO_NODES: 'http://n{3...1}:1' }, /^STRONGROOM_MINIO_NODES .*backwards/],
  [{ STRONGROOM_MINIO_NODES: 'http://n{a...c}:1' }, /^STRONGROOM_MINIO_NODES .*write \{1\.\.\.3\}/],
  [{ STRONGROOM_MINIO_NODES: 'http://n{1...9999}:1' }, /too wide/],
  [{ STRONGROOM_MINIO_CA: '/not/there' }, /^STRONGROOM_MINIO_CA names \/not\/there, which can't be read \(ENOENT\)/],
  [{ STRONGROOM_MINIO_CA: key }, /^STRONGROOM_MINIO_CA .*holds no certificate/],
  [{ STRONGROOM_LISTEN: ':9080' }, /^STRONGROOM_LISTEN is no address/],
  [{ STRONGROOM_LISTEN: '127.0.0.1:99999' }, /^STRONGROOM_LISTEN/],
  [{ STRONGROOM_BASE_PATH: 'console' }, /^STRONGROOM_BASE_PATH is no path/],
  [{ STRONGROOM_BASE_PATH: '/a/../b' }, /^STRONGROOM_BASE_PATH/],
  [{ STRONGROOM_TLS_CERT: cert }, /^STRONGROOM_TLS_KEY is missing/],
  [{ STRONGROOM_TLS_KEY: key }, /^STRONGROOM_TLS_CERT is missing/],
  [{ STRONGROOM_TLS_CERT: cert, STRONGROOM_TLS_KEY: otherKey }, /^STRONGROOM_TLS_KEY is not the key/],
  [{ STRONGROOM_TLS_CERT: cert, STRONGROOM_TLS_KEY: cert }, /^STRONGROOM_TLS_CERT and STRONGROOM_TLS_KEY must/],
  [{ STRONGROOM_TRUSTED_PROXIES: '10.0.0.0/33' }, /^STRONGROOM_TRUSTED_PROXIES/],
  [{ STRONGROOM_FRAME_ANCESTORS: "https://a; script-src 'none'" }, /^STRONGROOM_FRAME_ANCESTORS/],
  [{ STRONGROOM_ALLOW_RESTART: 'maybe' }, /^STRONGROOM_ALLOW_RESTART is a switch: write 1 or 0/],
  [{ STRONGROOM_SESSION_IDLE: '1h' }, /^STRONGROOM_SESSION_IDLE is a number of minutes/],
  [{ STRONGROOM_SESSION_IDLE: '61' }, /^STRONGROOM_SESSION_IDLE is longer than STRONGROOM_SESSION_ABSOLUTE/],
  [{ STRONGROOM_LOG_LEVEL: 'loud' }, /^STRONGROOM_LOG_LEVEL/],
  [{ STRONGROOM_ENV_FILE: '/not/there' }, /^The env file \/not\/there can't be read/],
  [{ HOME: '' }, /^STRONGROOM_STATE_DIR is missing/],
  [apiKey, /^MINIO_KMS_KES_ENDPOINT is missing: MINIO_KMS_KES_API_KEY is set/],
  [endpoint, /^MINIO_KMS_KES_API_KEY is missing/],
  [{ ...apiKey, MINIO_KMS_KES_ENDPOINT: 'http://kes:7373' }, /^MINIO_KMS_KES_ENDPOINT .*https/],
  [{ ...apiKey, ...endpoint, MINIO_KMS_KES_CERT_FILE: cert }, /both set/],
  [{ ...apiKey, ...endpoint, MINIO_KMS_KES_API_KEY_FILE: cert }, /both set/],
  [{ ...endpoint, MINIO_KMS_KES_API_KEY_FILE: empty }, /^MINIO_KMS_KES_API_KEY_FILE names .* which is empty/],
  [{ ...endpoint, MINIO_KMS_KES_CERT_FILE: cert }, /^MINIO_KMS_KES_KEY_FILE is missing/],
  [{ ...endpoint, MINIO_KMS_KES_KEY_FILE: key }, /^MINIO_KMS_KES_CERT_FILE is missing/],
  [{ STRONGROOM_KEY_SOURCES: 'SECRET' }, /^Entry 1 of STRONGROOM_KEY_SOURCES can't be read/],
  [{ STRONGROOM_KEY_SOURCES: 'a=env:B,-x=env:B' }, /^Entry 2 of STRONGROOM_KEY_SOURCES has a key name/],
  [{ STRONGROOM_KEY_SOURCES: 'a=file:k' }, /relative path/],
  [{ STRONGROOM_KEY_SOURCES: 'a=env:SECRET/+=' }, /no environment variable/],
  [{ STRONGROOM_KEY_SOURCES: 'a=env:B,a=env:B' }, /twice/],
  [{ STRONGROOM_KEY_SOURCES: `a=file:/${'x'.repeat(200)}` }, /longer than 200/],
])('%j is refused', (env, sentence) => {
  const failure = (() => {
    try {
      return read(env)
    } catch (error) {
      return error
    }
  })()
  expect(failure).toBeInstanceOf(ConfigError)
  expect((failure as Error).message).toMatch(sentence)
  expect((failure as Error).message).not.toContain('SECRET')
})
