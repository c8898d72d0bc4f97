import { describe, expect, test } from 'vitest'
import { parseAddress, parseConfig } from './config.ts'

const BASE = `
address: 127.0.0.1:7373
admin:
  identity: abc
tls:
  key: server.key
  cert: server.crt
keystore:
  fs:
    path: keys
`
const LITERAL = `\${HOME}`
const with_ = (extra: string) => BASE + extra
const without = (line: RegExp) => BASE.replace(line, '')

describe('parseConfig', () => {
  test('reads what is there and ignores what KES ignores', () => {
    const config = parseConfig(
      with_(`
api:
  /v1/ready: {skip_auth: on, timeout: 1m30s}
policy:
  app:
    allow: [/v1/key/generate/*, "\${HOME}"]
    identities: ["\${APP}"]
    paths: [/old]
cache: {expiry: {any: 5m0s, unused: 20s}}
log: {error: debug, audit: off}
keys: [{name: first}]
nonsense: 1
`),
      { APP: 'def' },
    )
    expect(config).toMatchObject({
      address: { host: '127.0.0.1', port: 7373 },
      admin: 'abc',
      tls: { keyFile: 'server.key', certFile: 'server.crt', verify: false },
      cache: { any: 300_000, unused: 20_000, offline: 0 },
      log: { error: -4, audit: 9 },
      keys: ['first'],
      keystorePath: 'keys',
    })
    expect(config.api.get('/v1/ready')).toEqual({ skipAuth: true, timeoutMs: 90_000 })
    expect(config.policies.get('app')).toEqual({
      allow: ['/v1/key/generate/*', LITERAL],
      deny: [],
      identities: ['def'],
    })
  })

  test.each([
    ['EOF', ''],
    ['yaml: mapping values are not allowed in this context', 'a: b: c'],
    ['yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into kesconf.ymlFile', '- a'],
    ["edge: invalid server config version 'v2'", with_('version: v2')],
    ['kesconf: invalid admin identity: no admin identity', without(/admin:\n.*\n/)],
    ['kesconf: invalid tls config: no private key', without(/ {2}key: .*\n/)],
    ['kesconf: invalid tls config: no certificate', without(/ {2}cert: .*\n/)],
    ["kesconf: referenced env. variable 'NOPE' in line '4' not found", BASE.replace('abc', '$' + '{NOPE}')],
    ["kesconf: invalid tls config: invalid auth '{ maybe}'", BASE.replace('tls:', 'tls:\n  auth: maybe')],
    ['kesconf: no keystore specified', without(/keystore:[\s\S]*/)],
    ['kesconf: invalid fs keystore: no path specified', BASE.replace('path: keys', 'path: ""')],
    [
      'kesconf: invalid keystore config: more than once keystore specified',
      with_('  vault:\n    endpoint: https://127.0.0.1:8200'),
    ],
    [
      'keystore.vault: the development KES has only a file keystore. Set keystore.fs.path, or run the real KES.',
      BASE.replace(/ {2}fs:[\s\S]*/, '  vault: {endpoint: "https://127.0.0.1:8200"}'),
    ],
    ["kesconf: invalid policy 'a': identity 'abc' is already admin", with_('policy: {a: {identities: [abc]}}')],
    [
      "kesconf: invalid tls proxy: identity 'abc' is already admin",
      BASE.replace('tls:', 'tls:\n  proxy: {identities: [abc]}'),
    ],
    ["kesconf: invalid cache expiry '-1s'", with_('cache: {expiry: {any: -1s}}')],
    [
      'yaml: unmarshal errors:\n  line 11: cannot unmarshal !!int `5` into time.Duration',
      with_('cache: {expiry: {any: 5}}'),
    ],
    ['strconv.Atoi: parsing "LOUD": invalid syntax', with_('log: {error: loud}')],
    ["kesconf: invalid timeout '-1000000000' for API '/v1/ready'", with_('api: {/v1/ready: {timeout: -1s}}')],
    [
      'yaml: unmarshal errors:\n  line 11: cannot unmarshal !!str `maybe` into bool',
      with_('api: {/v1/ready: {skip_auth: maybe}}'),
    ],
    ["kesconf: invalid key config: key 'x' is defined multiple times", with_('keys: [{name: x}, {name: x}]')],
    ["kesconf: invalid config version at line '11'", with_('version: [v1]')],
    ['yaml: unmarshal errors:\n  line 11: cannot unmarshal !!seq into map', with_('policy: [a]')],
    ["'localhost' is not a valid IP address", BASE.replace('127.0.0.1', 'localhost')],
    ['address 127.0.0.1: missing port in address', BASE.replace('127.0.0.1:7373', '127.0.0.1')],
  ])('refuses: %s', (message, text) => {
    expect(() => parseConfig(text, {})).toThrow(new Error(message))
  })
})

test.each([
  ['127.0.0.1:0', '127.0.0.1', 0],
  ['[::1]:7373', '::1', 7373],
  [':7373', '0.0.0.0', 7373],
])('parseAddress(%s)', (text, host, port) => {
  expect(parseAddress(text)).toEqual({ host, port })
})
