import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findingsOfPolicies, type KesAccessDraft } from './kes-policy-lint.ts'
import { repairedPolicy, troubleOf } from './kes-policy-pattern.ts'
import { consolePolicies, type KesPolicyDraft, minioPolicy } from './kes-policy-roles.ts'

const [ADMIN, MINIO, CONSOLE, OTHER] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(64)) as [
  string,
  string,
  string,
  string,
]
const identities = [
  { identity: ADMIN, admin: true, known: null },
  { identity: MINIO, admin: false, known: 'minio' as const },
  { identity: CONSOLE, admin: false, known: 'console' as const },
]
const rules = (allow: string[], deny: string[] = [], name = 'drawn') => ({ name, allow, deny, identities: [OTHER] })
const lint = (policies: KesPolicyDraft[], more: Partial<KesAccessDraft> = {}) =>
  findingsOfPolicies({ policies, identities: [], whole: true, keyName: null, ...more })
/** What is found, in the order it is told. */
const kinds = (...args: Parameters<typeof lint>) =>
  lint(...args).map(({ severity, id }) => `${severity} ${id.split(' ')[0]}`)

describe('a line that does nothing', () => {
  const several = (acts: string) => acts.split(' ').map((act) => `/v1/key/${act}/a`)

  test.each([
    // A star that is not the last character.
    ['/v1/key/*/a', 'star-inside', several('create describe generate encrypt decrypt hmac')],
    ['/v1/key/create/**', 'star-inside', ['/v1/key/create/*']],
    ['/v1/key/list/*/', 'star-inside', ['/v1/key/list/*']],
    ['/v1/key/create/*-prod', 'star-inside', []],
    ['/v1/*/create/a', 'star-inside', []],
    // Wildcards of KES before 2023.
    ['/v1/key/create/minio-?', 'old-wildcard', ['/v1/key/create/minio-*']],
    ['/v1/key/create/[ab]', 'old-wildcard', ['/v1/key/create/*']],
    // Slashes.
    ['/v1/key/list', 'no-slash', ['/v1/key/list/*']],
    ['/v1/key/create', 'no-slash', ['/v1/key/create/*']],
    ['/v1/key/create/', 'no-path', ['/v1/key/create/*']],
    ['/v1/status/', 'no-path', ['/v1/status']],
    ['v1/key/create/*', 'no-path', ['/v1/key/create/*']],
    ['//v1/key//create/a', 'no-path', ['/v1/key/create/a']],
    // Spelling.
    ['/v1/key/decypt/minio-*', 'no-path', ['/v1/key/decrypt/minio-*']],
    ['/v1/keys/create/*', 'no-path', ['/v1/key/create/*']],
    ['/V1/Key/Create/a', 'no-path', ['/v1/key/create/a']],
    ['/v1/metric', 'no-path', ['/v1/metrics']],
    ['/v1/key/create/%2A', 'no-path', ['/v1/key/create/*']],
    [' /v1/status', 'no-path', ['/v1/status']],
    // Nothing to be guessed.
    ['', 'no-path', []],
    ['/v1/key/create/a.b', 'no-path', []],
    ['/v2/key/*', 'no-path', []],
    ['/minio/health', 'no-path', []],
    ['/v1/key/crypt/a', 'no-path', []],
    ['/v1/key', 'no-path', []],
    // Of KES before 2024.
    ['/v1/secret/create/*', 'gone', []],
    ['/v1/enclave/*', 'gone', []],
    ['/v1/policy/write/*', 'gone', []],
    ['/v1/identity/assign/*', 'gone', []],
    ['/v1/key/bulk/decrypt/*', 'gone', []],
  ])('%s: %s', (pattern, kind, instead) => {
    const trouble = troubleOf(pattern, 'allow')
    expect(trouble).toMatchObject({ kind, instead, severity: kind === 'gone' ? 'info' : 'warning' })
    for (const line of trouble!.instead) expect(troubleOf(line, 'allow')).toBeNull()
  })

  test.each(['/v1/key/list/*', '/v1/key/list/', '/v1/key/create/a', '/v1/status', '*', '/v1/log/*', '/v1/key/d*'])(
    '%s is none',
    (pattern) => expect(troubleOf(pattern, 'allow')).toBeNull(),
  )

  test('is worse where it should deny, and deletion and import are denied by what is proposed', () => {
    const trouble = troubleOf('/v1/key/*/a', 'deny')
    expect(trouble).toMatchObject({ severity: 'critical', title: expect.stringMatching(/denies nothing/) })
    expect(trouble!.instead).toEqual(several('create describe generate encrypt decrypt hmac import delete'))
    expect(troubleOf('/v1/secret/*', 'deny')!.severity).toBe('info')
  })

  test('tells the one line to write instead, and several only in words', () => {
    const [deny, allow] = lint([rules(['/v1/key/list', '/v1/status'], ['/v1/key/*/a'])])
    expect(deny).toMatchObject({
      pattern: '/v1/key/*/a',
      instead: null,
      detail: expect.stringContaining('/v1/key/delete/a'),
    })
    expect(allow).toMatchObject({ pattern: '/v1/key/list', instead: '/v1/key/list/*' })
  })

  test('is repaired where it can be told what was meant, and nothing else is touched', () => {
    const policy = rules(['/v1/key/list', '/v1/key/create/?', '/v1/secret/*', '/v1/status'], ['/v1/key/*/a'])
    const repaired = repairedPolicy(policy)
    expect(repaired.allow).toEqual(['/v1/key/list/*', '/v1/key/create/?', '/v1/secret/*', '/v1/status'])
    expect(repaired.deny).toHaveLength(8)
    expect(repaired.identities).toEqual(policy.identities)
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^\/?v1\/key\/(create|lst|\*)\/?[a*?]{0,3}$/)), (allow) => {
        const once = repairedPolicy(rules(allow))
        expect(repairedPolicy(once)).toEqual(once)
      }),
    )
  })
})

describe('a policy', () => {
  test('that allows nothing', () => {
    const [finding] = lint([rules([])])
    expect(finding).toMatchObject({ severity: 'warning', detail: expect.stringContaining('“paths:”') })
  })

  test.each([
    ['/*', ['everything that KES can do', 'deleted and imported']],
    ['*', ['everything that KES can do']],
    ['/v1/*', ['everything that KES can do']],
    ['/v1/key/*', ['everything that can be done with a key']],
    ['/v1/key/d*', ['more than it says', 'deleted']],
  ])('with %s is too wide', (pattern, words) => {
    const [finding] = lint([rules([pattern])])
    expect(finding).toMatchObject({ severity: 'warning', pattern })
    for (const word of words) expect(`${finding!.title} ${finding!.detail}`).toContain(word)
  })

  test('that names deletion, or denies it, is not too wide', () => {
    expect(lint([rules(['/v1/key/delete/*', '/v1/key/import/*'])])).toEqual([])
    expect(lint([rules(['/v1/key/*'], ['/v1/key/delete/*', '/v1/key/import/*'])])).toEqual([])
    expect(kinds([rules(['/v1/key/*'], ['/v1/key/delete/a', '/v1/key/import/*'])])).toEqual(['warning wide'])
  })

  test.each(['/v1/key/list/foo*', '/v1/key/list/foo'])('with the listing %s alone', (pattern) => {
    expect(lint([rules([pattern])])).toMatchObject([{ pattern, instead: '/v1/key/list/*', severity: 'warning' }])
    expect(lint([rules([pattern, '/v1/key/list/*'])])).toEqual([])
    expect(lint([rules([pattern, '/v1/key/list/'])])).toEqual([])
  })

  test('with lines that others leave nothing to do', () => {
    expect(kinds([rules(['/v1/key/create/a'], ['/v1/key/create/b', '/v1/key/delete/*'])])).toEqual([
      'info denies-what-nothing-allows',
      'info denies-what-nothing-allows',
    ])
    expect(kinds([rules(['/v1/key/create/a', '/v1/status'], ['/v1/key/create/*'])])).toEqual([
      'warning allows-what-is-denied',
    ])
    expect(lint([rules(['/v1/key/create/*'], ['/v1/key/create/a'])])).toEqual([])
  })
})

describe('MinIO', () => {
  const of = (policy: Pick<KesPolicyDraft, 'allow' | 'deny'>, keyName: string | null = null) =>
    kinds([{ name: 'minio', ...policy, identities: [MINIO] }], { identities: identities.slice(0, 2), keyName })

  test('has all it needs with the policy that is proposed', () => {
    expect(of(minioPolicy(''))).toEqual([])
    expect(of(minioPolicy('minio-'), 'minio-key')).toEqual([])
  })

  test('lacks what its default key falls out of, and a deny line is told', () => {
    expect(of(minioPolicy('minio-'), 'other')).toEqual([
      'critical minio-lacks-generate',
      'critical minio-lacks-decrypt',
      'info minio-lacks-create',
      'info minio-lacks-describe',
    ])
    const denied = { allow: minioPolicy('').allow, deny: ['/v1/key/decrypt/a*'] }
    expect(of(denied)).toEqual([])
    expect(of(denied, 'b')).toEqual([])
    expect(of(denied, 'ab')).toEqual(['critical minio-lacks-decrypt'])
    const [finding] = lint([{ name: 'm', ...denied, identities: [MINIO] }], { identities, keyName: 'ab', whole: false })
    expect(finding).toMatchObject({ identity: MINIO, pattern: '/v1/key/decrypt/a*', instead: null })
  })

  test('works with the least, and what is recommended is told', () => {
    const least = ['create', 'generate', 'decrypt'].map((act) => `/v1/key/${act}/*`)
    expect(of({ allow: least, deny: [] })).toEqual(
      ['describe', 'status', 'list', 'metrics', 'api'].map((act) => `info minio-lacks-${act}`),
    )
  })

  test('asks for all keys, whatever its default key is called', () => {
    const allow = minioPolicy('').allow.map((line) => line.replace('/list/*', '/list/'))
    expect(of({ allow, deny: [] }, 'x')).toEqual([])
  })

  test('needs neither deletion nor import', () => {
    const { allow, deny } = minioPolicy('')
    expect(of({ allow: [...allow, '/v1/key/delete/*', '/v1/key/import/a'], deny })).toEqual([
      'warning minio-may-delete',
      'warning minio-may-import',
    ])
  })
})

describe('an identity', () => {
  const none = rules(['/v1/status'])

  test('has one policy: KES does not start otherwise', () => {
    const twice = [none, { ...none, name: 'other' }]
    expect(lint(twice)).toMatchObject([{ severity: 'critical', policy: 'other', identity: OTHER }])
    expect(lint(twice)[0]!.detail).toContain('already has the policy drawn')
    expect(kinds([{ ...none, identities: [OTHER, OTHER] }])).toEqual(['critical assigned-twice'])
    expect(kinds([{ ...none, identities: [ADMIN] }], { identities: identities.slice(0, 1) })).toEqual([
      'critical assigned-twice',
    ])
  })

  test.each([
    ['AB'.repeat(32), 'warning', 'ab'.repeat(32)],
    ['ab', 'warning', 'kes identity of'],
    ['not valid', 'critical', 'does not start'],
  ])('that nobody can have: %s', (identity, severity, words) => {
    const [finding] = lint([{ ...none, identities: [identity] }])
    expect(finding).toMatchObject({ severity, identity, detail: expect.stringContaining(words) })
  })

  test('may be a variable of KES’s environment', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is KES's own form of a variable
    expect(lint([{ ...none, identities: ['${MINIO_IDENTITY}'] }])).toEqual([])
  })

  test('that MinIO or the console uses is not the admin’s', () => {
    const admins = [{ identity: ADMIN, admin: true, known: 'minio' as const }]
    expect(lint([], { identities: admins })).toMatchObject([
      { severity: 'warning', title: 'MinIO is the admin of KES' },
    ])
  })

  test('without a policy is told, unless it may only be out of sight', () => {
    expect(kinds([none], { identities })).toEqual(['critical without-policy', 'warning without-policy'])
    expect(kinds([none], { identities, whole: false })).toEqual([])
    expect(kinds([{ ...none, identities: [] }])).toEqual(['info unassigned'])
    expect(kinds([{ ...none, identities: [] }], { whole: false })).toEqual([])
  })
})

describe('a name', () => {
  test.each(['a.b', '', '-a', 'x'.repeat(81)])('%s is none for a policy', (name) => {
    expect(lint([rules(['/v1/status'], [], name)])).toMatchObject([{ severity: 'critical', policy: name }])
  })

  test('is given once', () => {
    expect(kinds([rules(['/v1/status']), { ...rules(['/v1/status']), identities: [CONSOLE] }])).toEqual([
      'critical policy-twice',
    ])
  })
})

describe('the policies of the console', () => {
  const [observe, prove, imports, deletes] = ['1', '2', '3', '4'].map((digit) => digit.repeat(64)) as [
    string,
    string,
    string,
    string,
  ]
  const lines = (...given: Parameters<typeof consolePolicies>) =>
    Object.fromEntries(consolePolicies(...given).map(({ name, allow }) => [name, allow]))

  test('are one for each identity, with nothing to find in them', () => {
    const policies = consolePolicies('a-', { observe, prove, import: imports, delete: deletes })
    expect(policies.map(({ name, identities }) => [name, ...identities])).toEqual([
      ['console', observe],
      ['console-prove', prove],
      ['console-import', imports],
      ['console-delete', deletes],
    ])
    expect(lint(policies)).toEqual([])
    expect(policies[0]!.allow).toContain('/v1/key/list/*')
    expect(policies[0]!.allow.filter((line) => /generate|decrypt|create|import|delete/.test(line))).toEqual([])
    expect(policies[3]!.allow).toEqual(['/v1/key/delete/a-*', '/v1/key/describe/a-*', '/v1/status'])
  })

  test('give to the observer what others do not stand for, but never deletion', () => {
    const alone = lines('', { observe, prove: null, import: null, delete: null })
    expect(Object.keys(alone)).toEqual(['console'])
    expect(alone.console).toEqual(expect.arrayContaining(['/v1/key/decrypt/*', '/v1/key/import/*']))
    expect(alone.console!.join()).not.toContain('delete')
    const shared = lines('', { observe, prove, import: prove, delete: null })
    expect(Object.keys(shared)).toEqual(['console', 'console-prove'])
    expect(shared['console-prove']).toEqual(expect.arrayContaining(['/v1/key/generate/*', '/v1/key/create/*']))
  })
})
