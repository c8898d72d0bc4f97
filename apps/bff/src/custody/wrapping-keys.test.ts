import { execFileSync } from 'node:child_process'
import { constants, publicEncrypt, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KeyWrapping } from '@strongroom/shared/keys'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { WrappingKeys, type WrappingLimits, type WrappingOwner } from './wrapping-keys.ts'

const amelia: WrappingOwner = { sessionId: 's-1', account: 'amelia', cluster: 'https://minio.example' }
const material = randomBytes(32)

let clock: number
let keys: WrappingKeys
beforeEach(() => {
  clock = Date.parse('2026-01-01T00:00:00Z')
  keys = new WrappingKeys({ now: () => clock })
})
afterEach(() => keys.close())

const MINUTE = 60_000
type Settings = Omit<Parameters<typeof publicEncrypt>[0] & object, 'key'>
const OAEP: Settings = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }

const wrap = ({ publicKeyPem }: Pick<KeyWrapping, 'publicKeyPem'>, plain: Uint8Array = material, settings = OAEP) =>
  publicEncrypt({ key: publicKeyPem, ...settings } as Parameters<typeof publicEncrypt>[0], plain).toString('base64')

const open = (token: string, wrappedKey: string, { owner = amelia, keyName = 'alpha' } = {}) =>
  keys.open(owner, { token, wrappedKey, keyName }).expose((bytes) => Buffer.from(bytes))

function refusal(act: () => unknown) {
  try {
    act()
  } catch (error) {
    if (error instanceof AppError)
      return { code: error.code, said: [error.detail, ...error.fields.map((f) => f.detail)].join(' ') }
  }
  throw new Error('it was taken')
}

describe('what is wrapped', () => {
  test('comes out as the bytes that went in', async () => {
    const made = await keys.make(amelia, 'alpha')
    expect(made).toMatchObject({
      algorithm: 'RSA-OAEP-SHA256',
      keyName: 'alpha',
      expiresAt: '2026-01-01T00:10:00.000Z',
    })
    expect(open(made.token, wrap(made))).toEqual(material)
  })

  test('may come with line breaks, and under the name of its use where none was asked for', async () => {
    const made = await keys.make(amelia, null)
    expect(open(made.token, wrap(made).replace(/.{64}/g, '$&\n'))).toEqual(material)
  })
})

describe('the documented lines of openssl', () => {
  const dir = mkdtempSync(join(tmpdir(), 'strongroom-wrap-'))
  afterAll(() => rmSync(dir, { recursive: true }))
  const W =
    'openssl pkeyutl -encrypt -pubin -inkey wrapping.pem -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256'

  test.each([
    ['32 raw bytes', material, `${W} -in key | openssl base64 -A`],
    ['base64', `${material.toString('base64')}\n`, `openssl base64 -d -A -in key | ${W} | openssl base64 -A`],
    [
      'base64 without a newline',
      material.toString('base64'),
      `openssl base64 -d -A -in key | ${W} | openssl base64 -A`,
    ],
    [
      'name:base64',
      `alpha:${material.toString('base64')}\n`,
      `cut -d: -f2 key | openssl base64 -d -A | ${W} | openssl base64 -A`,
    ],
  ])('wrap %s', async (_, content, line) => {
    const made = await keys.make(amelia, 'alpha')
    writeFileSync(join(dir, 'wrapping.pem'), made.publicKeyPem)
    writeFileSync(join(dir, 'key'), content)
    const printed = execFileSync('sh', ['-c', line], { cwd: dir, encoding: 'utf8' })
    expect(printed).toMatch(/^[A-Za-z0-9+/]{512}$/)
    expect(open(made.token, printed)).toEqual(material)
  })
})

describe('what can’t be unwrapped is refused, and the wrapping key is spent', () => {
  const sha1: Settings = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }
  const sha512: Settings = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha512' }
  const pkcs1: Settings = { padding: constants.RSA_PKCS1_PADDING }
  const hex = Buffer.from(material.toString('hex'))
  const base64 = Buffer.from(material.toString('base64'))

  test.each<[string, (made: KeyWrapping) => string, string, RegExp]>([
    ['31 bytes', (made) => wrap(made, material.subarray(1)), 'invalid-input', /31 bytes were wrapped, .* exactly 32/],
    ['33 bytes', (made) => wrap(made, Buffer.concat([material, material]).subarray(31)), 'invalid-input', /33 bytes/],
    ['no bytes', (made) => wrap(made, Buffer.alloc(0)), 'invalid-input', /0 bytes were wrapped/],
    ['hex text', (made) => wrap(made, hex), 'invalid-input', /64 bytes.*hex text.*xxd/],
    ['base64 text', (made) => wrap(made, base64), 'invalid-input', /44 bytes.*base64 text/],
    [
      'base64 text and a newline',
      (made) => wrap(made, Buffer.concat([base64, Buffer.from('\n')])),
      'invalid-input',
      /45 bytes.*base64 text/,
    ],
    ['OAEP with SHA-1', (made) => wrap(made, material, sha1), 'invalid-input', /other settings, OAEP with SHA-1/],
    ['OAEP with SHA-512', (made) => wrap(made, material, sha512), 'invalid-input', /other settings, with another/],
    ['PKCS#1 v1.5', (made) => wrap(made, material, pkcs1), 'invalid-input', /other settings, PKCS#1 v1.5/],
    ['a changed byte', (made) => flipped(wrap(made)), 'invalid-input', /changed on the way/],
    ['not base64', () => 'this is not base64!', 'invalid-input', /not base64/],
    ['the key itself, base64', () => base64.toString(), 'invalid-input', /has 384 bytes; this has 32/],
    ['a shorter blob', (made) => wrap(made).slice(0, 400), 'invalid-input', /has 384 bytes; this has 300/],
    ['an oversized blob', (made) => `${wrap(made)}${'A'.repeat(400)}`, 'too-large', /has 384 bytes; this has 684/],
    ['nothing', () => '', 'invalid-input', /this has 0/],
  ])('%s', async (_, wrapped, code, said) => {
    const made = await keys.make(amelia, 'alpha')
    const met = refusal(() => open(made.token, wrapped(made)))
    expect(met.code).toBe(code)
    expect(met.said).toMatch(said)
    for (const form of [material.toString('hex'), material.toString('base64')]) expect(met.said).not.toContain(form)
    expect(refusal(() => open(made.token, wrap(made))).said).toMatch(/was used already/)
  })

  function flipped(wrapped: string) {
    const bytes = Buffer.from(wrapped, 'base64')
    bytes[200]! ^= 1
    return bytes.toString('base64')
  }
})

describe('a token', () => {
  test('opens one thing', async () => {
    const made = await keys.make(amelia, 'alpha')
    const wrapped = wrap(made)
    open(made.token, wrapped)
    expect(refusal(() => open(made.token, wrapped))).toMatchObject({
      code: 'conflict',
      said: expect.stringMatching(/used already/),
    })
  })

  test('that was changed is not known', async () => {
    const made = await keys.make(amelia, 'alpha')
    for (const token of [
      `${made.token.slice(0, -1)}_`,
      made.token.toUpperCase(),
      `${made.token} `,
      '',
      'x'.repeat(200),
    ]) {
      expect(refusal(() => open(token, wrap(made)))).toMatchObject({ code: 'not-found' })
    }
    expect(open(made.token, wrap(made))).toEqual(material)
  })

  test('ends after ten minutes', async () => {
    const made = await keys.make(amelia, 'alpha')
    clock += 10 * MINUTE - 1
    const other = await keys.make(amelia, 'beta')
    clock += 1
    expect(refusal(() => open(made.token, wrap(made)))).toMatchObject({
      code: 'conflict',
      said: expect.stringMatching(/expired/),
    })
    expect(open(other.token, wrap(other), { keyName: 'beta' })).toEqual(material)
  })

  test('is for its key name, and spent by another', async () => {
    const made = await keys.make(amelia, 'alpha')
    expect(refusal(() => open(made.token, wrap(made), { keyName: 'beta' }))).toMatchObject({
      code: 'not-allowed',
      said: expect.stringMatching(/made for the key "alpha"/),
    })
    expect(refusal(() => open(made.token, wrap(made))).said).toMatch(/used already/)
  })

  test.each<[string, WrappingOwner]>([
    ['another account', { ...amelia, sessionId: 's-2', account: 'bruno' }],
    ['another sign-in of the same account', { ...amelia, sessionId: 's-2' }],
    ['another cluster', { ...amelia, cluster: 'https://other.example' }],
  ])('is nothing to %s, which learns nothing of it', async (_, owner) => {
    const [live, used, expired] = [
      await keys.make(amelia, 'alpha'),
      await keys.make(amelia, 'beta'),
      await keys.make(amelia, null),
    ]
    open(used.token, wrap(used), { keyName: 'beta' })
    const said = [live, used].map((made) => refusal(() => open(made.token, wrap(made), { owner })))
    clock += 10 * MINUTE
    said.push(refusal(() => open(expired.token, wrap(expired), { owner })))
    expect(new Set(said.map((each) => JSON.stringify(each))).size).toBe(1)
    expect(said[0]).toMatchObject({ code: 'not-allowed', said: expect.stringMatching(/another sign-in/) })
  })

  test('stays good for its owner whatever others tried', async () => {
    const made = await keys.make(amelia, 'alpha')
    refusal(() => open(made.token, wrap(made), { owner: { ...amelia, sessionId: 's-2' } }))
    expect(open(made.token, wrap(made))).toEqual(material)
  })

  test('ends with its session', async () => {
    const made = await keys.make(amelia, 'alpha')
    keys.end('s-1')
    expect(refusal(() => open(made.token, wrap(made)))).toMatchObject({
      code: 'conflict',
      said: expect.stringMatching(/ended/),
    })
  })

  test('goes over to a new sign-in of the same account, and of no other', async () => {
    const made = await keys.make(amelia, 'alpha')
    const again = { ...amelia, sessionId: 's-2' }
    keys.handOver('s-1', { ...again, account: 'bruno' })
    expect(refusal(() => open(made.token, wrap(made), { owner: { ...again, account: 'bruno' } })).code).toBe(
      'not-allowed',
    )
    keys.handOver('s-1', again)
    keys.end('s-1')
    expect(open(made.token, wrap(made), { owner: again })).toEqual(material)
  })
})

describe('how many there are', () => {
  test('one for each session and name, given again while it is good for some minutes', async () => {
    const [one, two] = await Promise.all([keys.make(amelia, 'alpha'), keys.make(amelia, 'alpha')])
    expect(two).toBe(one)
    clock += 4 * MINUTE
    expect(await keys.make(amelia, 'alpha')).toBe(one)
    clock += MINUTE
    const newer = await keys.make(amelia, 'alpha')
    expect(newer.token).not.toBe(one.token)
    expect(refusal(() => open(one.token, wrap(one))).said).toMatch(/newer wrapping key/)
    expect(open(newer.token, wrap(newer))).toEqual(material)
  })

  const few = (limits: Partial<WrappingLimits>) => {
    keys = new WrappingKeys({ now: () => clock, limits: { perSession: 9, inAll: 9, perMinute: 9, ...limits } })
  }
  const signIn = (number: number) => ({ ...amelia, sessionId: `s-${number}` })

  test('some for a session, of which the oldest goes', async () => {
    few({ perSession: 2 })
    const [one, two] = [await keys.make(amelia, 'alpha'), await keys.make(amelia, 'beta')]
    await keys.make(amelia, 'gamma')
    expect(refusal(() => open(one.token, wrap(one))).said).toMatch(/newer/)
    expect(open(two.token, wrap(two), { keyName: 'beta' })).toEqual(material)
  })

  test('no more for a session that asks for many at once', async () => {
    few({ perSession: 2 })
    const made = await Promise.all(['a', 'b', 'c', 'd'].map((name) => keys.make(amelia, name)))
    const opened = made.map((each) => {
      try {
        return open(each.token, wrap(each), { keyName: each.keyName! }).equals(material)
      } catch {
        return false
      }
    })
    expect(opened).toEqual([false, false, true, true])
  })

  test('some in all', async () => {
    few({ inAll: 1 })
    const made = await keys.make(signIn(1), null)
    await expect(keys.make(signIn(2), null)).rejects.toMatchObject({ code: 'rate-limited' })
    open(made.token, wrap(made), { owner: signIn(1) })
    await keys.make(signIn(2), null)
  })

  test('some in a minute for an account', async () => {
    few({ perMinute: 1 })
    await keys.make(signIn(1), null)
    await expect(keys.make(signIn(2), null)).rejects.toMatchObject({
      code: 'rate-limited',
      detail: expect.stringMatching(/in 60 s/),
    })
    clock += MINUTE
    await keys.make(signIn(2), null)
  })
})
