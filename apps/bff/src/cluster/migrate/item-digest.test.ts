import { describe, expect, test } from 'vitest'
import { Digester, differing } from './item-digest.ts'

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const digester = new Digester()
const user = (secretKey: string, status = 'on') =>
  digester.of(
    'user',
    bytes({ version: 1, credentials: { accessKey: 'alice', secretKey, status }, updatedAt: secretKey }),
  )

describe('digests of items', () => {
  test('the same meaning has the same digest, another one is named and not told', () => {
    expect(differing(user('s3cret-value'), user('s3cret-value'))).toEqual([])
    expect(differing(user('s3cret-value'), user('another'))).toEqual(['credentials.secretKey'])
    expect(differing(user('s3cret-value'), user('s3cret-value', 'off'))).toEqual(['credentials.status'])
    expect(JSON.stringify(user('s3cret-value'))).not.toContain('s3cret-value')
  })

  test('two runs have nothing in common', () => {
    const other = new Digester().of('group', bytes({ version: 1, status: 'enabled', members: ['a'] }))
    const one = digester.of('group', bytes({ version: 1, status: 'enabled', members: ['a'] }))
    expect(differing(one, other)).toEqual(['members', 'status'])
  })

  test('of the configuration, what is new is no difference, what is lost or changed is', () => {
    const config = (webhook: string, more = {}) =>
      digester.of(
        'server-config',
        bytes({ notify_webhook: { acme: [{ key: 'auth_token', value: webhook }] }, ...more }),
      )
    expect(differing(config('t'), config('t', { scanner: { _: [{ key: 'speed', value: 'default' }] } }))).toEqual([])
    expect(differing(config('t'), config('u'))).toEqual(['notify_webhook:acme:auth_token'])
    expect(JSON.stringify(config('a-token-of-the-hook'))).not.toContain('a-token-of-the-hook')
  })

  test('what is not of its kind is refused', () => {
    expect(() => digester.of('user', new TextEncoder().encode('no JSON'))).toThrow('no JSON object')
  })
})
