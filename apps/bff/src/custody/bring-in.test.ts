import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDataKey, sealDataKey } from '../crypto/data-key.ts'
import { AppError } from '../errors.ts'
import { KesAnswer } from '../kes/answer.ts'
import { Unanswered } from '../kes/diagnosis.ts'
import type { Kes, KesCall } from '../kes/transport.ts'
import { Secret } from '../secret.ts'
import { bringIn, makeWithEscrow } from './bring-in.ts'
import { escrowTimes } from './escrow.ts'

const material = randomBytes(32)
const lost = (mayHaveArrived: boolean) =>
  new AppError('upstream-unreachable', 'KES did not answer.', {
    cause: new Unanswered('KES did not answer.', mayHaveArrived, null),
  })
const refused = (status: number, said: string, code: AppError['code'] = 'upstream-failed') =>
  new AppError(code, said, { cause: new KesAnswer(status, said) })
const exists = () => refused(400, 'key already exists', 'already-exists')

interface Sent {
  readonly key: string
  readonly context: string
  readonly ciphertext: string
}

/** KES at the wire: one key, and how an import ends once it was made or not. */
function kesWith({ key = null as Buffer | null, makes = true, answer = null as AppError | null }) {
  let held = key
  const bytes = (encoded: string) => Buffer.from(encoded, 'base64')
  const call = async ({ path, body }: KesCall) => {
    const sent = (body instanceof Uint8Array ? JSON.parse(Buffer.from(body).toString()) : body) as Sent
    if (path.startsWith('/v1/key/import/')) {
      if (makes) held = bytes(sent.key)
      if (answer !== null) throw answer
      return null
    }
    if (held === null) throw refused(404, 'key does not exist', 'not-found')
    if (path.startsWith('/v1/key/generate/')) {
      const plain = randomBytes(32)
      const sealed = sealDataKey(held, plain, bytes(sent.context))
      return { plaintext: plain.toString('base64'), ciphertext: Buffer.from(sealed).toString('base64') }
    }
    try {
      const plain = openDataKey(held, bytes(sent.ciphertext), bytes(sent.context))
      return { plaintext: Buffer.from(plain).toString('base64') }
    } catch {
      throw refused(400, 'decryption failed: ciphertext is not authentic')
    }
  }
  const kes = { call, ask: (_: URL, made: KesCall) => call(made), urls: [], identity: '' } as unknown as Kes
  return { import: kes, prove: kes }
}

const boxed = () => new Secret(Uint8Array.from(material))

describe('bringing a key in', () => {
  test('succeeds where the answer was lost and the key is there', async () => {
    await bringIn(kesWith({ answer: lost(true) }), 'alpha', boxed())
  })

  test.each([
    ['did not arrive', kesWith({ makes: false, answer: lost(false) })],
    ['may have arrived and did not', kesWith({ makes: false, answer: lost(true) })],
    ['met a broken keystore', kesWith({ makes: false, answer: refused(502, 'failed to create key') })],
  ])('fails where it %s', async (_, kes) => {
    await expect(bringIn(kes, 'alpha', boxed())).rejects.toBeInstanceOf(AppError)
  })

  test.each<[string, Buffer, RegExp]>([
    ['the same', material, /with the same material/],
    ['another', randomBytes(32), /with other material.*Do not move MinIO to it/],
  ])('holds a key that is there against %s', async (_, key, detail) => {
    const kes = kesWith({ key, makes: false, answer: exists() })
    await expect(bringIn(kes, 'alpha', boxed())).rejects.toMatchObject({
      code: 'already-exists',
      detail: expect.stringMatching(detail),
    })
  })
})

describe('making a key here', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'strongroom-made-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))
  const make = async (kes: ReturnType<typeof kesWith>) => {
    const recipient = await identityToRecipient(await generateX25519Identity())
    const order = { keyName: 'alpha', cluster: 'https://minio.example', recipient }
    const outcome = await makeWithEscrow(kes, order, dir).catch((error: AppError) => error)
    return { outcome, files: readdirSync(join(dir, 'keys')), times: await escrowTimes(dir) }
  }

  test.each([
    ['when KES took it', kesWith({})],
    ['when KES took it and was not heard', kesWith({ answer: lost(true) })],
    ['when a second endpoint says that it is there', kesWith({ answer: exists() })],
  ])('keeps the copy %s', async (_, kes) => {
    const { outcome, files, times } = await make(kes)
    expect(outcome).not.toBeInstanceOf(Error)
    expect(files).toEqual([expect.stringMatching(/^alpha-\d{8}T\d{9}Z\.age$/)])
    expect(Date.now() - times.get('alpha')!.getTime()).toBeLessThan(60_000)
  })

  test.each([
    ['when KES was not reached', kesWith({ makes: false, answer: lost(false) })],
    [
      'when KES refused',
      kesWith({ makes: false, answer: refused(403, 'not authorized: insufficient permissions', 'not-allowed') }),
    ],
    ['when the name was taken', kesWith({ key: randomBytes(32), makes: false, answer: exists() })],
  ])('keeps none %s', async (_, kes) => {
    const { outcome, files } = await make(kes)
    expect(outcome).toBeInstanceOf(AppError)
    expect(files).toEqual([])
  })

  test('tells of the copy where it can’t get its last name: the key is made', async () => {
    const kes = kesWith({})
    const call = async (made: KesCall) => {
      const [pending] = readdirSync(join(dir, 'keys'))
      if (made.path.startsWith('/v1/key/import/')) mkdirSync(join(dir, 'keys', pending!.replace('.pending', '')))
      return kes.import.call(made)
    }
    const { outcome } = await make({ ...kes, import: { ...kes.import, call } as Kes })
    expect(outcome).toMatchObject({ escrow: { file: expect.stringMatching(/\.age\.pending$/) } })
  })

  test('keeps a copy that counts for no key when nobody knows, and says where', async () => {
    const { outcome, files, times } = await make(kesWith({ makes: false, answer: lost(true) }))
    expect(files).toEqual([expect.stringMatching(/^alpha-\d{8}T\d{9}Z\.age\.pending$/)])
    expect(outcome).toMatchObject({ detail: expect.stringContaining(`keys/${files[0]}`) })
    expect(times.size).toBe(0)
  })
})
