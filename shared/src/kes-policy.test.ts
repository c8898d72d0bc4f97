import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { decideKes, KES_PATHS, kesPath, matchesKes, policyYaml } from './kes-policy.ts'
import { actsOf, coversKes, isServed, lineFor, overlapKes } from './kes-policy-reach.ts'

const acts = Object.keys(KES_PATHS) as (keyof typeof KES_PATHS)[]
const act = fc.constantFrom(...acts)
const name = fc.constantFrom('a', 'ab', 'a-b', '_a', 'A9', 'x'.repeat(80))
const served = fc.tuple(act, name).map(([act, name]) => kesPath(act, name))
const pattern = fc.oneof(
  served,
  served.map((path) => `${path}*`),
  fc.tuple(served, fc.nat()).map(([path, cut]) => `${path.slice(0, cut % path.length)}*`),
  fc.constantFrom('', '*', '/v1/key/*/a', '/v1/key/create/*a*', '/v1/key/list', '/v1/secret/*'),
)
const rules = fc.record({ allow: fc.array(pattern, { maxLength: 4 }), deny: fc.array(pattern, { maxLength: 2 }) })

describe('a decision', () => {
  test.each([
    ['/v1/key/create/*', '/v1/key/create/a', true],
    ['/v1/key/create/*', '/v1/key/create/', true],
    ['/v1/key/*', '/v1/key/delete/a', true],
    ['/v1/key/create/a', '/v1/key/create/a', true],
    ['/v1/key/create/a', '/v1/key/create/ab', false],
    ['/v1/key/*/a', '/v1/key/create/a', false],
    ['/v1/key/*/a', '/v1/key/*/a', true],
    ['/v1/key/create/?', '/v1/key/create/a', false],
    ['/v1/key/list', '/v1/key/list/', false],
    ['*', '/v1/status', true],
    ['', '', false],
  ])('%s covers %s: %s', (pattern, path, covers) => {
    expect(matchesKes(pattern, path)).toBe(covers)
  })

  test('names the line: a deny line before any other, and of several the most specific', () => {
    const rules = { allow: ['/v1/*', '/v1/key/create/*', '/v1/key/*'], deny: ['/v1/key/create/secret-*'] }
    expect(decideKes(rules, '/v1/key/create/a')).toEqual({ allowed: true, list: 'allow', pattern: '/v1/key/create/*' })
    expect(decideKes(rules, '/v1/key/create/secret-a')).toEqual({
      allowed: false,
      list: 'deny',
      pattern: '/v1/key/create/secret-*',
    })
    expect(decideKes(rules, '/version')).toEqual({ allowed: false, list: null, pattern: null })
  })

  test('takes no name where the act has none', () => {
    expect(kesPath('status', 'x')).toBe('/v1/status')
    expect(kesPath('list', '')).toBe('/v1/key/list/')
    expect(kesPath('policy-read', 'x')).toBe('/v1/policy/read/x')
  })
})

describe('what a pattern reaches', () => {
  test('a line that lets anything through is never taken for one that does nothing', () => {
    fc.assert(
      fc.property(pattern, act, name, (pattern, act, name) => {
        if (matchesKes(pattern, kesPath(act, name))) expect(actsOf(pattern)).toContain(act)
      }),
    )
  })

  test('an act that is let through has a line for it', () => {
    fc.assert(
      fc.property(rules, act, name, (rules, act, name) => {
        if (decideKes(rules, kesPath(act, name)).allowed) expect(lineFor(rules, act)).not.toBeNull()
      }),
    )
  })

  test('an act that a deny line takes away has none', () => {
    expect(lineFor({ allow: ['/v1/*'], deny: ['/v1/key/delete/*'] }, 'delete')).toBeNull()
    expect(lineFor({ allow: ['/v1/*'], deny: ['/v1/key/delete/a*'] }, 'delete')).toBe('/v1/*')
    expect(lineFor({ allow: ['/v1/key/delete/ab*'], deny: ['/v1/key/delete/a*'] }, 'delete')).toBeNull()
    expect(lineFor({ allow: ['/v1/*'], deny: ['/v1/status'] }, 'status')).toBeNull()
  })

  test('covering and overlapping are what they say, path by path', () => {
    fc.assert(
      fc.property(pattern, pattern, served, (a, b, path) => {
        if (coversKes(a, b) && matchesKes(b, path)) expect(matchesKes(a, path)).toBe(true)
        if (matchesKes(a, path) && matchesKes(b, path)) expect(overlapKes(a, b)).toBe(true)
      }),
    )
  })

  test.each([
    '/v1/key/create/',
    '/v1/key/create',
    '/v1/key/create/a.b',
    '/v1/status/',
    '/v1/key/list/-',
    '/v2/*',
    '',
    '/v1/key/create/a.b*',
    '/v1/key/create/team/*',
  ])('%s reaches nothing', (pattern) => expect(isServed(pattern)).toBe(false))

  test.each(['/v1/key/list/', '/v1/key/list*', '/v1/key/create/a-*', '/version', '*', '/v1/identity/self/describe'])(
    '%s reaches something',
    (pattern) => expect(isServed(pattern)).toBe(true),
  )
})

describe('the YAML', () => {
  test('is sorted, each line once, with quotes where they are needed', () => {
    const hex = (start: string) => start.padEnd(64, '0')
    const text = policyYaml([
      { name: 'yes', allow: [], deny: [], identities: [] },
      {
        name: 'minio',
        allow: ['/v1/status', '/v1/key/create/*', '/v1/status'],
        deny: ['a: b'],
        identities: [hex('1e5'), hex('ab'), hex('0b1'), hex('12')],
      },
    ])
    expect(text).toBe(`policy:
  minio:
    allow:
    - /v1/key/create/*
    - /v1/status
    deny:
    - "a: b"
    identities:
    - "${hex('0b1')}"
    - "${hex('12')}"
    - "${hex('1e5')}"
    - ${hex('ab')}
  "yes":
    allow: []
    identities: []
`)
    expect(policyYaml([])).toBe('policy: {}\n')
  })

  test('says to any reader of YAML what was written', () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      pattern,
      fc.stringMatching(/^[\w.~#:*&!|>'"%@`{}[\],? -]{1,8}$/),
    )
    const policy = fc.record({
      name: word,
      allow: fc.uniqueArray(word),
      deny: fc.uniqueArray(word),
      identities: fc.uniqueArray(word),
    })
    fc.assert(
      fc.property(fc.uniqueArray(policy, { selector: ({ name }) => name }), (policies) => {
        for (const version of ['1.1', '1.2'] as const) {
          const read = parse(policyYaml(policies), { version, mapAsMap: true }) as Map<
            string,
            Map<string, Map<string, string[]>>
          >
          const found = [...read.get('policy')!].map(([name, policy]) => ({
            name,
            deny: [],
            ...Object.fromEntries(policy),
          }))
          const sorted = (texts: readonly string[]) => texts.toSorted()
          expect(found.toSorted(byName)).toEqual(
            policies
              .map(({ name, allow, deny, identities }) => ({
                name,
                allow: sorted(allow),
                deny: sorted(deny),
                identities: sorted(identities),
              }))
              .toSorted(byName),
          )
        }
      }),
    )
  })
})

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
