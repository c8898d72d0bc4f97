import type { KesAct } from '@strongroom/shared/kes-access'
import { decideKes, KES_PATHS, kesPath } from '@strongroom/shared/kes-policy'
import { takesName } from '@strongroom/shared/kes-policy-reach'
import { consolePolicies, minioPolicy } from '@strongroom/shared/kes-policy-roles'
import fc from 'fast-check'
import { type Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newPeople, own, type PolicyWorld, startPolicies } from '../../test/kes-policies.ts'
import { readAccess, simulate } from './kes-access.ts'

/** The log streams send nothing until something happens. */
const ACTS = (Object.keys(KES_PATHS) as KesAct[]).filter((act) => !act.startsWith('log-'))

const piece = fc.constantFrom('', 'a', 'ab', 'a-b', 'a*b', 'b?', '[ab]', 'ab*', '*', 'team/a', 'Ä')
const path = fc.tuple(fc.constantFrom(...ACTS), piece).map(([act, name]) => kesPath(act, name))
const pattern = fc.oneof(
  path,
  path.map((path) => `${path}*`),
  fc.tuple(path, fc.nat()).map(([path, cut]) => `${path.slice(0, cut % path.length)}*`),
  fc.constantFrom('', '*', '/*', '/v1/key/*', '/v1/*/create/*', '/v1/key/*/a', '/v1/key/list', '/v1/key/create/**'),
)
const rules = fc.record({
  allow: fc.uniqueArray(pattern, { maxLength: 6 }),
  deny: fc.uniqueArray(pattern, { maxLength: 2 }),
})

const ROLES = ['minio', 'observer', 'prover', 'importer', 'deleter'] as const
const { admin, stranger, shouting, ...people } = newPeople('admin', 'stranger', 'shouting', ...ROLES)
const { minio, observer, prover, importer, deleter } = people
const drawn = fc.sample(rules, { numRuns: 60, seed: 5 }).map((rules, index) => {
  const { person } = newPeople('person')
  return { person, policy: own(`drawn-${index}`, rules, person) }
})
const policies = [
  minioPolicy('minio-', [minio.identity]),
  ...consolePolicies('minio-', {
    observe: observer.identity,
    prove: prover.identity,
    import: importer.identity,
    delete: deleter.identity,
  }),
  { name: 'shouting', allow: ['/v1/*'], deny: ['/v1/ready'], identities: [shouting.identity.toUpperCase()] },
  ...drawn.map(({ policy }) => policy),
]

let kes: PolicyWorld
beforeAll(async () => {
  kes = await startPolicies(admin, policies)
})
afterAll(() => kes?.stop())

const METHODS: Partial<Record<KesAct, string>> = { delete: 'DELETE' }
for (const act of ['create', 'import', 'generate', 'encrypt', 'decrypt', 'hmac'] as const) METHODS[act] = 'PUT'

/** Asked with none of the console's code. */
async function ask(dispatcher: Agent, act: KesAct, name: string) {
  const path = kesPath(act, encodeURIComponent(name))
  const { statusCode, body } = await request(kes.url.origin + path, { method: METHODS[act] ?? 'GET', dispatcher })
  const said = await body.text()
  // These would say nothing of the policy: they come before it is looked at.
  expect([307, 405], path).not.toContain(statusCode)
  if (statusCode === 403) expect(said).toContain('not authorized: insufficient permissions')
  return { through: statusCode !== 403, said }
}

describe('what KES lets through', () => {
  test('is what the rules decide, for drawn policies, acts and names', async () => {
    const asked = fc.sample(fc.tuple(fc.constantFrom(...ACTS), piece), { numRuns: 15 * drawn.length, seed: 6 })
    const decided = { through: 0, denied: 0, refused: 0 }
    for (const [index, { person, policy }] of drawn.entries()) {
      const agent = kes.agent(person)
      for (const [act, name] of asked.slice(index * 15, index * 15 + 15)) {
        const { allowed, list } = decideKes(policy, kesPath(act, name))
        const { through } = await ask(agent, act, name)
        expect(through, `${act} ${name} by ${JSON.stringify(policy)}`).toBe(allowed)
        decided[allowed ? 'through' : list === 'deny' ? 'denied' : 'refused']++
      }
    }
    for (const [how, often] of Object.entries(decided)) expect(often, how).toBeGreaterThan(50)
  })

  test('is what the simulator says, with the line, for the admin and strangers too', async () => {
    const door = kes.door(observer)
    for (const person of [admin, minio, prover, importer, deleter, stranger, shouting]) {
      const agent = kes.agent(person)
      for (const act of ACTS.filter((act) => !['create', 'import', 'delete'].includes(act))) {
        for (const name of ['minio-x', 'other']) {
          const { allowed, line, path } = await simulate(door, { identity: person.identity, act, name })
          expect((await ask(agent, act, name)).through, `${path} ${line?.pattern}`).toBe(allowed)
          expect(line !== null).toBe(allowed && person !== admin)
        }
      }
    }
  })

  test('has a name that KES takes, by the rule for names', async () => {
    const agent = kes.agent(admin)
    const names = [
      '',
      'a',
      '_',
      '__',
      '-a',
      'a-',
      'a.b',
      'a/b',
      'a*',
      '*',
      'a*b',
      '-*',
      'a-*',
      '_*',
      'x'.repeat(80),
      'x'.repeat(81),
      'Ä',
    ]
    for (const act of ACTS.filter((act) => KES_PATHS[act].endsWith('/'))) {
      for (const name of names) {
        const { said } = await ask(agent, act, name)
        expect(!/is empty, too long or/.test(said), `${act} ${name}: ${said}`).toBe(takesName(act, name))
      }
    }
  })
})

describe('the simulator', () => {
  const ask = (identity: string, act: KesAct, name = '') => simulate(kes.door(observer), { identity, act, name })

  test('names the line', async () => {
    expect(await ask(minio.identity, 'generate', 'minio-x')).toEqual({
      path: '/v1/key/generate/minio-x',
      allowed: true,
      line: { policy: 'minio', list: 'allow', pattern: '/v1/key/generate/minio-*' },
      detail: 'Its policy minio allows it.',
    })
    expect(await ask(minio.identity, 'delete', 'minio-x')).toMatchObject({ allowed: false, line: null })
    expect(await ask(shouting.identity.toUpperCase(), 'ready')).toMatchObject({
      allowed: false,
      line: { list: 'deny', pattern: '/v1/ready' },
    })
  })

  test('knows the admin, and who has no policy', async () => {
    expect(await ask(admin.identity, 'delete', 'x')).toMatchObject({ allowed: true, line: null })
    for (const identity of [stranger.identity, 'nobody', '../../key/list/', '-']) {
      expect(await ask(identity, 'status')).toMatchObject({
        allowed: false,
        detail: expect.stringMatching(/no policy/),
      })
    }
  })

  test('tells of a name that KES does not take', async () => {
    expect((await ask(minio.identity, 'generate', 'minio-a/b')).detail).toMatch(/takes no such name/)
    for (const act of ['list', 'status'] as const) {
      expect((await ask(minio.identity, act)).detail).toBe('Its policy minio allows it.')
    }
  })

  test('says what the console may not ask', async () => {
    const asked = simulate(kes.door(prover), { identity: minio.identity, act: 'status', name: '' })
    await expect(asked).rejects.toMatchObject({
      code: 'not-allowed',
      detail: expect.stringContaining('/v1/identity/describe/'),
    })
  })
})

describe('who has what', () => {
  const ours = [
    { role: 'observe', identity: observer.identity },
    { role: 'prove', identity: prover.identity },
    { role: 'delete', identity: null },
  ] as const
  const read = (known: Parameters<typeof readAccess>[0]['known'], keyName: string | null = null, person = observer) =>
    readAccess({ kes: kes.door(person), known, keyName })

  test('the console knows its own identities and that of MinIO, also those without a policy', async () => {
    const console = [...ours, { role: 'import' as const, identity: stranger.identity }]
    const { identities, findings } = await read({ console, minio: minio.identity }, 'minio-x')
    const who = identities.filter(({ known }) => known !== null).map(({ known, policy }) => [known, policy])
    expect(who.sort()).toEqual([
      ['console', 'console'],
      ['console-import', null],
      ['console-prove', 'console-prove'],
      ['minio', 'minio'],
    ])
    expect(findings.filter(({ policy }) => policy === 'minio')).toEqual([])
    expect(findings.find(({ identity }) => identity === stranger.identity)?.title).toMatch(/has no policy/)
    expect(findings.find(({ policy }) => policy === 'shouting')).toBeDefined()
    expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length)
    const rank = { critical: 0, warning: 1, info: 2 }
    const ranks = findings.map(({ severity }) => rank[severity])
    expect(ranks).toEqual(ranks.toSorted())
    expect(new Set(ranks).size).toBe(3)
  })

  test('a default key beyond the policy of MinIO is told', async () => {
    const { findings } = await read({ console: ours, minio: minio.identity }, 'other')
    const lacking = findings.filter(({ policy, severity }) => policy === 'minio' && severity === 'critical')
    expect(lacking.map(({ title }) => title)).toEqual([
      'MinIO may not generate on other',
      'MinIO may not decrypt on other',
    ])
  })

  test('the console under the identity of MinIO is told', async () => {
    const console = [{ role: 'observe' as const, identity: minio.identity }]
    const { findings, identities } = await read({ console, minio: minio.identity })
    expect(findings.find(({ id }) => id.startsWith('console-as-minio'))).toMatchObject({ policy: 'minio' })
    expect(identities.find(({ identity }) => identity === minio.identity)?.known).toBe('minio')
  })

  test('what can’t be read is not taken for missing', async () => {
    const { findings, unknown } = await read({ console: ours, minio: minio.identity }, null, stranger)
    expect(findings).toEqual([])
    expect(unknown).toHaveLength(2)
  })
})
