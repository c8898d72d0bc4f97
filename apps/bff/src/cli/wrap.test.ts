import { spawn } from 'node:child_process'
import { constants, generateKeyPairSync, privateDecrypt, randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { CommandError, UsageError } from './command.ts'
import { wrap } from './wrap.ts'

const dir = mkdtempSync(join(tmpdir(), 'strongroom-wrap-'))
afterAll(() => rmSync(dir, { recursive: true }))

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 })
const pem = publicKey.export({ type: 'spki', format: 'pem' })
const material = randomBytes(32)
const [hex, base64] = [material.toString('hex'), material.toString('base64')]

function put(name: string, content: string | Buffer, mode = 0o600) {
  const path = join(dir, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}
put('wrapping.pem', pem)

async function run(...args: string[]) {
  const said = { out: '', err: '' }
  const code = await wrap.run(args, { out: (text) => (said.out += text), err: (text) => (said.err += text) })
  return { code, ...said }
}
const wrapFile = (content: string | Buffer, ...more: string[]) =>
  run('--public-key', join(dir, 'wrapping.pem'), '--in', put('key', content), ...more)

const opened = (printed: string) =>
  privateDecrypt(
    { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
    Buffer.from(printed, 'base64'),
  )

describe('what is printed opens to the key', () => {
  test.each<[string, string | Buffer, string[]]>([
    ['raw', material, []],
    ['base64', `${base64}\n`, []],
    ['hex', hex, []],
    ['name:base64', `my-key:${base64}\n`, []],
    ['raw, said so', material, ['--format', 'raw']],
    ['base64, said so', base64, ['--format', 'base64']],
    ['hex, said so', `${hex}\n`, ['--format', 'hex']],
    ['name:base64, said so', `my-key:${base64}`, ['--format', 'minio']],
  ])('from %s', async (_, content, more) => {
    const { code, out, err } = await wrapFile(content, ...more)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^[A-Za-z0-9+/]{512}\n$/)
    expect(opened(out)).toEqual(material)
  })

  test('from standard input, and with the public key there', async () => {
    const key = put('key', base64)
    const pemFile = join(dir, 'wrapping.pem')
    expect(opened(await piped(material, '--public-key', pemFile))).toEqual(material)
    expect(opened(await piped(Buffer.from(`${hex}\n`), '--public-key', pemFile, '--in', '-'))).toEqual(material)
    expect(opened(await piped(Buffer.from(pem), '--public-key', '-', '--in', key))).toEqual(material)
  }, 30_000)

  test('and a file that others may read is spoken of', async () => {
    put('key', base64)
    chmodSync(join(dir, 'key'), 0o644)
    const { out, err } = await run('--public-key', join(dir, 'wrapping.pem'), '--in', join(dir, 'key'))
    expect(opened(out)).toEqual(material)
    expect(err).toMatch(/mode 0400/)
  })
})

describe('it refuses, and repeats nothing', () => {
  const pemFile = join(dir, 'wrapping.pem')
  test.each<[string, () => Promise<unknown>, typeof UsageError | typeof CommandError, RegExp]>([
    ['a key as an argument', () => run('--public-key', pemFile, base64), UsageError, /never given on the command line/],
    ['no public key', () => run('--in', pemFile), UsageError, /--public-key/],
    ['both from standard input', () => run('--public-key', '-'), UsageError, /can’t be both/],
    ['another format', () => wrapFile(material, '--format', base64), UsageError, /raw, base64, hex or minio/],
    ['31 bytes', () => wrapFile(material.subarray(1)), CommandError, /holds 31 bytes/],
    ['hex said to be base64', () => wrapFile(hex, '--format', 'base64'), CommandError, /base64 of 32 bytes is wanted/],
    ['a file that is not there', () => run('--public-key', pemFile, '--in', '/nowhere'), CommandError, /not there/],
    [
      'the key in place of the public key',
      () => run('--public-key', put('k', base64), '--in', put('key', base64)),
      CommandError,
      /no RSA public key/,
    ],
    [
      'a private key in its place',
      () => run('--public-key', put('k', pemOf(privateKey)), '--in', put('key', base64)),
      CommandError,
      /no RSA public key/,
    ],
    [
      'a shorter public key',
      () => run('--public-key', put('k', shortPem()), '--in', put('key', base64)),
      CommandError,
      /3072 bits/,
    ],
  ])('%s', async (_, act, kind, said) => {
    const error = await act().then(
      () => new Error('it was taken'),
      (thrown: Error) => thrown,
    )
    expect(error).toBeInstanceOf(kind)
    expect(error.message).toMatch(said)
    for (const form of [hex, base64]) expect(error.message).not.toContain(form)
  })
})

const pemOf = (key: typeof privateKey) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const shortPem = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }).toString()

/** The command as a program of its own, with `input` on its standard input. */
async function piped(input: Buffer, ...args: string[]): Promise<string> {
  const program = `import('${new URL('./wrap.ts', import.meta.url).pathname}').then(async ({ wrap }) =>
    process.exitCode = await wrap.run(process.argv.slice(1), { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) }))`
  const child = spawn(process.execPath, ['--import', 'tsx', '--eval', program, '--', ...args], { stdio: 'pipe' })
  child.stdin.end(input)
  const printed: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk))
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect(code).toBe(0)
  return Buffer.concat(printed).toString('utf8')
}
