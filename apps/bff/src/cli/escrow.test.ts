import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fingerprint } from '../crypto/fingerprint.ts'
import { sealEscrow } from '../custody/escrow.ts'
import { Secret } from '../secret.ts'
import { CommandError, UsageError } from './command.ts'
import { escrow } from './escrow.ts'

const dir = mkdtempSync(join(tmpdir(), 'strongroom-escrow-'))
const material = randomBytes(32)
const base64 = material.toString('base64')
const [copy, identity, other] = ['copy.age', 'identity', 'other'].map((name) => join(dir, name)) as [
  string,
  string,
  string,
]
let recipient: string

beforeAll(async () => {
  const [own, foreign] = [await generateX25519Identity(), await generateX25519Identity()]
  recipient = await identityToRecipient(own)
  writeFileSync(identity, `# made for a test\n${own}\n`)
  writeFileSync(other, `${foreign}\n`)
  const order = { keyName: 'my-key', cluster: 'https://minio.example', recipient }
  const { sealed } = await sealEscrow(new Secret(Uint8Array.from(material)), order, new Date('2026-01-02T03:04:05Z'))
  writeFileSync(copy, sealed)
})
afterAll(() => rmSync(dir, { recursive: true }))

async function run(...args: string[]) {
  const said = { out: '', err: '' }
  const code = await escrow.run(args, { out: (text) => (said.out += text), err: (text) => (said.err += text) })
  return { code, ...said }
}

describe('a sealed copy is opened', () => {
  test('to say which key it is, and nothing of the key', async () => {
    const { code, out, err } = await run('open', copy, '--identity', identity)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^Key my-key \(AES256\), made 2026-01-02T03:04:05.000Z for https:\/\/minio\.example$/m)
    expect(out).toContain(`Fingerprint ${fingerprint(material, 'my-key')}`)
    expect(out).toContain('--out KEYFILE')
    expect(out).not.toContain(base64)
  })

  test('into a new file for its owner alone', async () => {
    const to = join(dir, 'opened')
    const { out } = await run('open', copy, '--identity', identity, '--out', to)
    expect(readFileSync(to, 'utf8')).toBe(`my-key:${base64}\n`)
    expect(statSync(to).mode & 0o777).toBe(0o600)
    expect(out).toContain(`strongroom wrap --public-key wrapping.pem --in ${to}`)
    expect(out).not.toContain(base64)
    await expect(run('open', copy, '--identity', identity, '--out', to)).rejects.toThrow(/is there already/)
  })

  test('to standard output where that is asked for, with the words beside it', async () => {
    const { out, err } = await run('open', copy, '--identity', identity, '--out', '-')
    expect(out).toBe(`my-key:${base64}\n`)
    expect(err).toContain('Fingerprint')
    expect(err).not.toContain(base64)
  })
})

describe('it is refused', () => {
  const sealed = async (text: string) => {
    const age = new Encrypter()
    age.addRecipient(recipient)
    const path = join(dir, 'sealed')
    writeFileSync(path, await age.encrypt(text))
    return path
  }
  const label = (more = {}) =>
    JSON.stringify({
      format: 'strongroom key escrow v1',
      keyName: 'my-key',
      cipher: 'AES256',
      cluster: 'c',
      madeAt: '2026-01-02T03:04:05Z',
      fingerprint: fingerprint(material, 'my-key'),
      ...more,
    })

  test.each<[string, () => Promise<unknown>, typeof UsageError | typeof CommandError, RegExp]>([
    ['without a file', () => run('open', '--identity', identity), UsageError, /Name one sealed copy/],
    ['without an identity', () => run('open', copy), UsageError, /--identity/],
    ['as anything but open', () => run('close', copy), UsageError, /escrow open/],
    ['under another identity', () => run('open', copy, '--identity', other), CommandError, /None of the identities/],
    ['when it is no age file', () => run('open', identity, '--identity', identity), CommandError, /no age file/],
    ['when it is not there', () => run('open', '/nowhere', '--identity', identity), CommandError, /ENOENT/],
    [
      'when it holds something else',
      async () => run('open', await sealed('x'), '--identity', identity),
      CommandError,
      /no escrow copy/,
    ],
    [
      'without a key in it',
      async () => run('open', await sealed(`${label()}\nmy-key:AAAA\n`), '--identity', identity),
      CommandError,
      /holds no key/,
    ],
    [
      'with the key of another name',
      async () => run('open', await sealed(`${label()}\nother:${base64}\n`), '--identity', identity),
      CommandError,
      /holds no key/,
    ],
    [
      'with another key than its label says',
      async () =>
        run('open', await sealed(`${label()}\nmy-key:${randomBytes(32).toString('base64')}\n`), '--identity', identity),
      CommandError,
      /was changed/,
    ],
  ])('%s', async (_, act, kind, said) => {
    const error = await act().then(
      () => new Error('it was taken'),
      (thrown: Error) => thrown,
    )
    expect(error).toBeInstanceOf(kind)
    expect(error.message).toMatch(said)
    expect(error.message).not.toContain(base64)
  })

  test('and leaves no file behind', async () => {
    const to = join(dir, 'not-made')
    await expect(run('open', copy, '--identity', other, '--out', to)).rejects.toThrow()
    expect(existsSync(to)).toBe(false)
  })
})
