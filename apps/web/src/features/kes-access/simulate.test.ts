import type { KesPolicy } from '@strongroom/shared/kes-access'
import { describe, expect, test } from 'vitest'
import { simulate } from './simulate.ts'

const policy = (rest: Partial<KesPolicy>): KesPolicy => ({
  name: 'minio',
  allow: [],
  deny: [],
  identities: ['aa'],
  createdAt: null,
  ...rest,
})

const loaded = {
  policies: [policy({ allow: ['/v1/key/generate/*'], deny: ['/v1/key/generate/old-*'] })],
  identities: [
    { identity: 'aa', admin: false, policy: 'minio', known: null },
    { identity: 'ad', admin: true, policy: null, known: null },
    { identity: 'cc', admin: false, policy: 'hidden', known: null },
  ],
}

describe('simulate', () => {
  test('an allow line is named, with the path that is looked up', () =>
    expect(simulate(loaded, { identity: 'aa', act: 'generate', name: 'prod' })).toMatchObject({
      path: '/v1/key/generate/prod',
      allowed: true,
      line: { policy: 'minio', list: 'allow', pattern: '/v1/key/generate/*' },
    }))

  test('a deny line wins', () =>
    expect(simulate(loaded, { identity: 'aa', act: 'generate', name: 'old-1' })).toMatchObject({
      allowed: false,
      line: { list: 'deny', pattern: '/v1/key/generate/old-*' },
    }))

  test('what no line covers is denied, and no line is named', () =>
    expect(simulate(loaded, { identity: 'aa', act: 'decrypt', name: 'prod' })).toMatchObject({
      allowed: false,
      line: null,
    }))

  test('the admin is asked no policy', () =>
    expect(simulate(loaded, { identity: 'ad', act: 'delete', name: 'prod' })).toMatchObject({
      allowed: true,
      line: null,
    }))

  test('a stranger is denied', () =>
    expect(simulate(loaded, { identity: 'ff', act: 'status', name: '' })).toMatchObject({ allowed: false }))

  test('a policy that could not be read is not guessed', () =>
    expect(simulate(loaded, { identity: 'cc', act: 'status', name: '' })).toMatchObject({
      allowed: null,
      detail: expect.stringContaining('hidden'),
    }))
})
