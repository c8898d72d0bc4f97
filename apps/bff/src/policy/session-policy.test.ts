import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { claimsIn, sessionPolicyIn } from './session-policy.ts'

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*' }] }
const token = (claims: unknown) => `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`

test('the claims are the middle part of a token', () => {
  expect(claimsIn(token({ parent: 'älice' }))).toEqual({ parent: 'älice' })
  for (const none of ['', 'a.b.c', 'x', token(null), token([]), token('text')])
    expect.soft(claimsIn(none), none).toBeNull()
})

describe('a session', () => {
  test('without a policy is not narrowed', () => {
    expect(sessionPolicyIn({ parent: 'alice', exp: 1 })).toBe('none')
  })

  test('with one is', () => {
    expect(sessionPolicyIn({ sessionPolicy: base64(document) })).toMatchObject({ statements: [{ effect: 'Allow' }] })
  })

  test.each([
    [{ sessionPolicy: 7 }],
    [{ sessionPolicy: null }],
    [{ sessionPolicy: ['e30='] }],
    [{ sessionPolicy: '' }],
    [{ sessionPolicy: 'not base64' }],
    [{ sessionPolicy: base64(document).replace(/=*$/, '') }],
    [{ sessionPolicy: Buffer.from('{').toString('base64') }],
    [{ sessionPolicy: base64(null) }],
    [{ sessionPolicy: base64([]) }],
    [{ sessionPolicy: base64({ Statement: document.Statement }) }],
    [{ sessionPolicy: base64({ Version: '', Statement: document.Statement }) }],
    [{ sessionPolicy: base64({ ...document, version: '2012-10-17' }) }],
    [{ 'sa-policy': 'something-new' }],
    [{ 'sa-policy': 7, sessionPolicy: base64(document) }],
  ])('%j can’t be read', (claims) => {
    expect(sessionPolicyIn(claims)).toBe('unreadable')
  })
})

describe('a service account', () => {
  const embedded = (policy: unknown) =>
    sessionPolicyIn({ 'sa-policy': 'embedded-policy', sessionPolicy: base64(policy) })

  test('may inherit, whatever else its token says', () => {
    expect(sessionPolicyIn({ 'sa-policy': 'inherited-policy' })).toBe('none')
    expect(sessionPolicyIn({ 'sa-policy': 'inherited-policy', sessionPolicy: base64(document) })).toBe('none')
  })

  test('inherits with an empty policy too', () => {
    for (const empty of [null, {}, { Version: '', Statement: null }]) expect.soft(embedded(empty)).toBe('none')
  })

  test('is narrowed by its own, one of no version too', () => {
    expect(embedded(document)).toMatchObject({ statements: [{ effect: 'Allow' }] })
    expect(embedded({ Statement: [] })).toEqual({ statements: [] })
    expect(sessionPolicyIn({ 'sa-policy': 'embedded-policy' })).toBe('unreadable')
  })
})

test('it never throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), fc.jsonValue(), (text, claim, kind) => {
      claimsIn(text)
      sessionPolicyIn({ sessionPolicy: claim, 'sa-policy': kind })
      sessionPolicyIn({ sessionPolicy: base64(claim) })
    }),
  )
})
