import { describe, expect, test } from 'vitest'
import { parseConfig } from './config.ts'

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
      address: '127.0.0.1:7373',
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
})
