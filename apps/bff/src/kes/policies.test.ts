import { freePort } from '@strongroom/sandbox/ports'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newPeople, own, type PolicyWorld, startPolicies } from '../../test/kes-policies.ts'
import { readKesPolicies } from './policies.ts'

/** Texts that YAML takes for something else, unless they are quoted. */
const ODD = [
  ...['yes', 'null', '~', '123', '0x1f', '1e5', '0b11', '- a', 'a: b', 'a #b', '"', "'", '{a}', '[a]', '&a', '!a', '|'],
  ...['%', '@', '`', '\t', 'a\nb', ' a ', '\u0085', '\u2028', '\ufeff', '\u007f', 'Ä', '🔑', '\\', 'true', '.inf'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: elsewhere in its file KES puts a variable here
  '${HOME}',
]
const ODD_NAMES = ['yes', 'null', '123', '1e5', '0b11', 'true', '0x1f', '1_000', 'minio']

const { admin, reader, blind, stranger, ...others } = newPeople('admin', 'reader', 'blind', 'stranger', 'a', 'b', 'c')
const policies = [
  own('reader', { allow: ['/v1/policy/*', '/v1/identity/*'] }, reader),
  own('blind', { allow: ['/v1/policy/list/*', '/v1/identity/*'], deny: ['/v1/identity/describe/*'] }, blind),
  own('odd', { allow: ODD, deny: ['', ...ODD.map((text) => `${text}*`)] }, ...Object.values(others)),
  ...ODD_NAMES.map((name) => own(name, {}, newPeople('owner').owner)),
]

let kes: PolicyWorld
beforeAll(async () => {
  kes = await startPolicies(admin, policies)
})
afterAll(() => kes?.stop())

describe('reading policies and identities', () => {
  test('gives back what was written, for names and patterns of any kind', async () => {
    const { url } = kes
    const read = await readKesPolicies(kes.door(reader))
    expect(read).toMatchObject({ unknown: [], endpoint: url.origin })
    const written = policies
      .map(({ name, allow, deny, identities }) => ({
        name,
        allow: allow.toSorted(),
        deny: deny.toSorted(),
        identities: identities.toSorted(),
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    expect(read.policies.map(({ createdAt, ...policy }) => policy)).toEqual(written)
    for (const { createdAt } of read.policies) expect(Date.parse(createdAt!)).toBeLessThan(Date.now())
    expect(read.identities.find(({ admin }) => admin)).toEqual({ identity: admin.identity, admin: true, policy: null })
    expect(read.identities).toContainEqual({ identity: blind.identity, admin: false, policy: 'blind' })
    expect(read.identities).toHaveLength(policies.flatMap(({ identities }) => identities).length + 1)
  })

  test('tells which lines are missing, and reads what it may', async () => {
    const read = await readKesPolicies(kes.door(blind))
    expect(read.identities).toContainEqual({ identity: reader.identity, admin: false, policy: null })
    expect(read.policies).toEqual([])
    expect(read.unknown).toEqual([
      expect.stringContaining(`Allow /v1/policy/read/* for the console's identity ${blind.identity}`),
      expect.stringContaining('Allow /v1/identity/describe/*'),
    ])
    expect((await readKesPolicies(kes.door(stranger))).unknown).toEqual([
      expect.stringContaining('/v1/policy/list/*'),
      expect.stringContaining('/v1/identity/list/*'),
    ])
  })

  test('notices that KES was reloaded in between', async () => {
    const door = kes.door(reader)
    // Listed by an earlier configuration, say.
    const ask: typeof door.ask = (url, call) =>
      door.ask(url, { ...call, path: call.path.replace(/read\/blind$/, 'read/x') })
    const { unknown, policies } = await readKesPolicies({ ...door, ask })
    expect(policies.map(({ name }) => name)).not.toContain('blind')
    expect(unknown).toEqual([expect.stringMatching(/was reloaded/)])
  })

  test('stops at its deadline, and says so', async () => {
    const { unknown, policies } = await readKesPolicies(kes.door(reader), 0)
    expect(policies).toEqual([])
    expect(unknown).toEqual([expect.stringMatching(/took too long/)])
  })

  test('goes on to the next KES when one does not answer', async () => {
    const gone = new URL(`https://127.0.0.1:${await freePort()}`)
    expect((await readKesPolicies(kes.door(reader, gone))).endpoint).toBe(kes.url.origin)
    const { ask, urls, ...door } = kes.door(reader, gone)
    await expect(readKesPolicies({ ...door, ask, urls: urls.slice(0, 1) })).rejects.toMatchObject({
      code: 'upstream-unreachable',
    })
  })
})
