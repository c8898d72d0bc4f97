import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePolicy } from './document.ts'
import { decide } from './effective-policy.ts'
import { both, either, evaluate, type KeyScope, type Verdict } from './evaluate.ts'
import { type RequestFacts, requestValues } from './request-values.ts'

const facts: RequestFacts = {
  account: 'alice',
  root: false,
  claims: {},
  clientAddress: '198.51.100.7',
  overTls: true,
  now: new Date('2026-11-21T10:00:00.250Z'),
}
const policy = (...statements: unknown[]) => parsePolicy({ Version: '2012-10-17', Statement: statements })
const allowWhen = (Condition: unknown) => policy({ Effect: 'Allow', Action: 'kms:*', Condition })
const ask = (
  read: ReturnType<typeof parsePolicy>,
  scope: KeyScope = { key: 'team-red' },
  changed: Partial<RequestFacts> = {},
) => evaluate(read, { action: 'kms:ImportKey', scope, values: requestValues({ ...facts, ...changed }) })

describe('what can’t be evaluated', () => {
  const unknown = { StringEqualsIfExists: { 'aws:username': 'alice' } }
  const all = { Effect: 'Allow', Action: 'kms:*' }

  test('as an Allow is no yes, and takes none away', () => {
    expect(ask(policy({ ...all, Condition: unknown }))).toBe('cannot-tell')
    expect(ask(policy({ ...all, Condition: unknown }, all))).toBe('allow')
    expect(ask(policy({ ...all, Condition: unknown, Action: 'kms:CreateKey' }))).toBe('deny')
  })

  test('as a Deny denies, but not other actions', () => {
    expect(ask(policy(all, { Effect: 'Deny', Action: 'kms:*', Condition: unknown }))).toBe('deny')
    expect(ask(policy(all, { Effect: 'Deny', Action: 'kms:CreateKey', Condition: unknown }))).toBe('allow')
  })

  test.each([
    { StringLikeIfExists: { 'aws:username': '*' } },
    { 'ForSomeValues:StringEquals': { 'aws:username': 'alice' } },
    { StringEquals: { 'aws:Username': 'alice' } },
    { StringEquals: { 'aws:username': ['alice', 1] } },
    { StringEquals: { 'aws:username': [] } },
    { StringEquals: { 'aws:username': null } },
    { StringEquals: 'alice' },
    { IpAddress: { 'aws:Referer': '10.0.0.0/8' } },
    { IpAddress: { 'aws:SourceIp': '10.0.0.0/33' } },
    { IpAddress: { 'aws:SourceIp': 'anywhere' } },
    { Bool: { 'aws:username': true } },
    { Bool: { 'aws:SecureTransport': 'yes' } },
    { Null: { 'aws:username': [true, false] } },
    { NumericEquals: { 'aws:EpochTime': '1.5' } },
    { DateLessThan: { 'aws:CurrentTime': '2026-12-01' } },
    { DateLessThan: { 'aws:CurrentTime': 1796000000 } },
    { BinaryEquals: { 'aws:username': 'not base64!' } },
    {},
    [],
    null,
  ])('a condition %j', (condition) => {
    expect(ask(allowWhen(condition))).toBe('cannot-tell')
  })

  test.each([
    { Effect: 'Maybe', Action: 'kms:*' },
    { Action: 'kms:*' },
    'Allow',
    null,
    { Effect: 'Allow', effect: 'Deny', Action: 'kms:*' },
  ])('a statement %j, which may be a Deny', (statement) => {
    expect(ask(policy(all, statement))).toBe('deny')
  })

  test.each([
    { Effect: 'Allow' },
    { Effect: 'Allow', Action: [] },
    { Effect: 'Allow', Action: [1] },
    { Effect: 'Allow', Action: 'kms:*', NotAction: 's3:*' },
    { Effect: 'Allow', Action: 'kms:*', Resource: 'team-red' },
    { Effect: 'Allow', Action: 'kms:*', Resource: 'arn:minio:kms:::/team-red' },
  ])('an Allow %j', (statement) => {
    expect(ask(policy(statement))).toBe('cannot-tell')
  })

  test.each([
    null,
    [],
    'text',
    { Version: '2008-10-17', Statement: [all] },
    { Statement: all },
    { Statement: [all], statement: [all] },
  ])('a document %j', (document) => {
    expect(ask(parsePolicy(document))).toBe('deny')
  })

  test.each([
    [{ IpAddress: { 'aws:SourceIp': '198.51.100.0/24' } }, { clientAddress: null }],
    [{ NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, { clientAddress: null }],
    [{ Bool: { 'aws:SecureTransport': true } }, { overTls: null }],
    [{ StringLike: { 'aws:groups': '*' } }, {}],
    [{ Null: { 'aws:groups': true } }, {}],
    [{ StringEquals: { 'aws:username': `\${aws:groups}` } }, {}],
  ])('%j without knowing the value', (condition, changed) => {
    expect(ask(allowWhen(condition), undefined, changed)).toBe('cannot-tell')
  })
})

test('fields are read without regard to case, by Go’s notion of it', () => {
  const odd = {
    Version: '2012-10-17',
    ſtatement: [{ EFFECT: 'Allow', action: 'kms:*', reſource: 'arn:minio:kms:::prod-*' }],
  }
  expect(ask(parsePolicy(odd))).toBe('deny')
  expect(ask(parsePolicy(odd), { key: 'prod-1' })).toBe('allow')
})

test('claims of the token are values: groups, and those of other providers', () => {
  const claims = { groups: ['staff', 'ops'], sub: 'a-b-c', ldapUsername: 'alice.lee' }
  expect(ask(allowWhen({ StringEquals: { 'aws:groups': 'ops' } }), undefined, { claims })).toBe('allow')
  expect(ask(allowWhen({ 'ForAllValues:StringEquals': { 'jwt:groups': 'ops' } }), undefined, { claims })).toBe('deny')
  expect(ask(allowWhen({ StringEquals: { 'jwt:sub': 'a-b-c' } }), undefined, { claims })).toBe('allow')
  expect(ask(allowWhen({ StringEquals: { 'ldap:username': 'alice.lee' } }), undefined, { claims })).toBe('allow')
})

test('the time is to the second, in any zone', () => {
  const at = (operator: string, time: string) => ask(allowWhen({ [operator]: { 'aws:CurrentTime': time } }))
  expect(at('DateEquals', '2026-11-21T12:00:00+02:00')).toBe('allow')
  expect(at('DateLessThan', '2026-11-21T10:00:00Z')).toBe('deny')
  expect(at('DateNotEquals', '2026-11-21T10:00:01Z')).toBe('allow')
})

describe('all keys at once', () => {
  test.each<[object, Verdict]>([
    [{ Action: 'kms:*' }, 'allow'],
    [{ Action: 'kms:*', Resource: [] }, 'allow'],
    [{ Action: 'kms:*', Resource: 'arn:minio:kms:::*' }, 'allow'],
    [{ Action: 'kms:*', Resource: '**' }, 'allow'],
    [{ Action: 'kms:*', Resource: 'arn:minio:kms:::team-*' }, 'deny'],
    [{ Action: 'kms:*', Resource: '*', NotResource: 'arn:minio:kms:::team-*' }, 'deny'],
    [{ Action: '*', Resource: 'arn:aws:s3:::logs' }, 'allow'],
    [{ Action: 'admin:*' }, 'deny'],
    [{ NotAction: 's3:*', Resource: 'arn:aws:s3:::*' }, 'allow'],
    [{ NotAction: 's3:*', Resource: 'arn:aws:s3:::team-*' }, 'deny'],
  ])('%j: %s', (statement, expected) => {
    expect(ask(policy({ Effect: 'Allow', ...statement }), 'every-key')).toBe(expected)
  })

  test('a Deny on one is a Deny', () => {
    const one = { Effect: 'Deny', Action: '*:*', Resource: 'arn:aws:s3:::prod-*' }
    const read = policy({ Effect: 'Allow', Action: 'kms:*' }, one)
    expect(ask(read, 'every-key')).toBe('deny')
    expect(ask(read)).toBe('allow')
  })
})

describe('whatever comes', () => {
  const words = fc.constantFrom(
    'Allow',
    'Deny',
    'kms:*',
    '*',
    'kms:ImportKey',
    'arn:minio:kms:::team-*',
    `\${aws:username}`,
    'x',
  )
  const member = fc.oneof(words, fc.array(words, { maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }))
  const statement = fc.oneof(
    fc.record(
      { Effect: member, Action: member, NotAction: member, Resource: member, NotResource: member, Condition: member },
      { requiredKeys: [] },
    ),
    fc.jsonValue(),
  )
  const document = fc.oneof(
    fc.jsonValue(),
    fc.record({ Version: fc.constant('2012-10-17'), Statement: fc.array(statement, { maxLength: 4 }) }),
  )
  const condition = fc.dictionary(
    fc.constantFrom(
      'StringLike',
      'IpAddress',
      'DateLessThan',
      'NumericEquals',
      'Bool',
      'Null',
      'ForAllValues:StringEquals',
      'x',
    ),
    fc.dictionary(
      fc.constantFrom('aws:SourceIp', 'aws:CurrentTime', 'aws:SecureTransport', 's3:prefix', '__proto__'),
      member,
    ),
  )
  const scope: fc.Arbitrary<KeyScope> = fc.oneof(
    fc.constantFrom('no-key' as const, 'every-key' as const),
    fc.record({ key: fc.string({ minLength: 1 }) }),
  )
  const check = <T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>) =>
    fc.assert(property, { numRuns: 1_000 })

  test('it answers, and never throws', () => {
    check(
      fc.property(document, condition, scope, (given, Condition, on) => {
        expect(['allow', 'deny', 'cannot-tell']).toContain(ask(parsePolicy(given), on))
        expect(['allow', 'deny', 'cannot-tell']).toContain(ask(allowWhen(Condition), on))
      }),
    )
  })

  test('one more Deny gives nobody anything, and a session policy neither', () => {
    const deny = { Effect: 'Deny', Action: 'kms:*' }
    check(
      fc.property(fc.array(statement), document, scope, (statements, session, on) => {
        expect(ask(policy(...statements, deny), on)).toBe('deny')
        const question = { action: 'kms:ImportKey', scope: on, values: requestValues(facts) }
        const narrowed = decide({ parent: policy(...statements), session: parsePolicy(session) }, question)
        if (narrowed === 'allow') expect(evaluate(policy(...statements), question)).toBe('allow')
      }),
    )
  })

  test('who may on all keys may on each', () => {
    check(
      fc.property(fc.array(statement), fc.stringMatching(/^[\w-]{1,20}$/), (statements, key) => {
        const read = policy(...statements)
        if (ask(read, 'every-key') === 'allow') expect(ask(read, { key })).toBe('allow')
      }),
    )
  })
})

test('the narrower and the wider of two answers', () => {
  expect([both('allow', 'cannot-tell'), both('cannot-tell', 'deny'), both('allow', 'allow')]).toEqual([
    'cannot-tell',
    'deny',
    'allow',
  ])
  expect([either('deny', 'cannot-tell'), either('cannot-tell', 'allow'), either('deny', 'deny')]).toEqual([
    'cannot-tell',
    'allow',
    'deny',
  ])
})
