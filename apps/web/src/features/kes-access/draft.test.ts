import type { KesPolicy } from '@strongroom/shared/kes-access'
import { describe, expect, test } from 'vitest'
import { differences, draftOf, linesOf, policyOf, repaired, withDraft } from './draft.ts'

const policy: KesPolicy = {
  name: 'app',
  allow: ['/v1/key/generate/app-*', '/v1/status'],
  deny: ['/v1/key/generate/app-old'],
  identities: ['aa', 'bb'],
  createdAt: null,
}

test('a policy comes back from its draft as it was', () => expect(policyOf(draftOf(policy))).toEqual(policy))

test.each([
  ['/v1/status\n\n  /v1/ready  \n', ['/v1/status', '/v1/ready']],
  ['    - /v1/status\n    - "/v1/key/list/*"', ['/v1/status', '/v1/key/list/*']],
  ['', []],
])('lines pasted from a configuration file: %j', (text, lines) => expect(linesOf(text)).toEqual(lines))

describe('differences', () => {
  test('none, whatever the order', () =>
    expect(differences({ ...policy, allow: policy.allow.toReversed() }, policy)).toEqual([]))

  test('each line that one of the two has alone', () =>
    expect(differences({ ...policy, allow: ['/v1/status', '/v1/ready'], identities: ['aa'] }, policy)).toEqual([
      { list: 'allow', text: '/v1/ready', only: 'draft' },
      { list: 'allow', text: '/v1/key/generate/app-*', only: 'kes' },
      { list: 'identities', text: 'bb', only: 'kes' },
    ]))
})

test('a draft stands in for the policy of its name', () => {
  const other = { ...policy, name: 'other' }
  const draft = { ...policy, allow: [] }
  expect(withDraft([policy, other], draft)).toEqual([other, draft])
})

describe('repaired', () => {
  test('a line without its first slash covers nothing, and becomes what was meant', () =>
    expect(
      repaired({ name: 'app', allow: 'v1/key/generate/app-*\n/v1/status', deny: '', identities: '' }),
    ).not.toBeNull())

  test('nothing to repair', () => expect(repaired(draftOf(policy))).toBeNull())
})
