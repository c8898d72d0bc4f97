import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { acmeVariables } from '@strongroom/sandbox/acme'
import { listActivity } from '@strongroom/shared/activity'
import { createKey, importKey, type KeyWrapping, readKeyImport } from '@strongroom/shared/keys'
import { signOut } from '@strongroom/shared/session'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { escrow as escrowCommand } from '../src/cli/escrow.ts'
import { sealDataKey } from '../src/crypto/data-key.ts'
import { ACME_KEY } from './acme-walk.ts'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { acmeCredentials } from './fixture.ts'
import { type House, openHouse } from './house.ts'
import { askKes, decryptByKes } from './kes-client.ts'

let house: House
let opened: TestConsole
let root: Client
const dir = mkdtempSync(join(tmpdir(), 'strongroom-custody-'))
beforeAll(async () => {
  house = await openHouse({ fixture: 'acme-2021', variables: acmeVariables, kes: true })
  opened = await openConsole(house)
  root = await opened.rootBrowser()
}, 60_000)
afterAll(async () => {
  await house?.close()
  rmSync(dir, { recursive: true })
})

const backupDir = () => join(house.consoleEnv.STRONGROOM_STATE_DIR!, 'backups', 'keys')
const wrappingFor = async (client: Client, name?: string) =>
  (await client.call(readKeyImport, name === undefined ? {} : { name })).wrapping!

/** By the line of the documentation. */
function wrapByOpenssl({ publicKeyPem }: KeyWrapping, material: Buffer): string {
  writeFileSync(join(dir, 'wrapping.pem'), publicKeyPem)
  writeFileSync(join(dir, 'key.bin'), material)
  const line =
    'openssl pkeyutl -encrypt -pubin -inkey wrapping.pem -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256 -in key.bin | openssl base64 -A'
  return execFileSync('sh', ['-c', line], { cwd: dir, encoding: 'utf8' })
}

async function importWrapped(client: Client, name: string, material: Buffer) {
  const made = await wrappingFor(client, name)
  return { name, source: { kind: 'wrapped' as const, token: made.token, wrappedKey: wrapByOpenssl(made, material) } }
}

/** KES opens what these bytes have sealed. */
async function hasMaterial(name: string, material: Buffer) {
  const [plain, context] = [randomBytes(32), Buffer.from('a context')]
  const sealed = Buffer.from(sealDataKey(material, plain, context))
  return decryptByKes(house.kes!, name, sealed, context).then(
    (found) => found.equals(plain),
    () => false,
  )
}

describe('a wrapped import', () => {
  test('takes openssl and the two calls alone', async () => {
    const material = randomBytes(32)
    const { proof, escrow } = await root.call(importKey, await importWrapped(root, 'by-openssl', material))
    expect(proof).toMatchObject({ name: 'by-openssl', sameMaterial: true, comparedWith: 'wrapped' })
    expect(proof.detail).toContain('sealed with the wrapped key that was brought in, and the other way round')
    expect(escrow).toBeUndefined()
    expect(await hasMaterial('by-openssl', material)).toBe(true)
    expect(opened.console.canaries.of('by-openssl')).toMatchObject({ state: 'opens' })
  })

  test('of the key that sealed this cluster’s data is proved on that data, and the sample key is named as one', async () => {
    const material = Buffer.from(acmeVariables.MINIO_KMS_SECRET_KEY!.split(':')[1]!, 'base64')
    const { proof } = await root.call(importKey, await importWrapped(root, ACME_KEY, material))
    expect(proof).toMatchObject({ verdict: 'proven', failed: 0, sameMaterial: true })
    expect(proof.detail).toMatch(/published sample key/)
  })

  test('is refused when it comes a second time', async () => {
    const input = await importWrapped(root, 'sent-twice', randomBytes(32))
    await root.call(importKey, input)
    const again = await root.refusal(importKey, input)
    expect(again).toMatchObject({ code: 'conflict', detail: expect.stringMatching(/used already/) })
  })

  test('is refused under another name, to another session, and after signing out', async () => {
    const other = await importWrapped(root, 'one-name', randomBytes(32))
    expect(await root.refusal(importKey, { ...other, name: 'other-name' })).toMatchObject({
      code: 'not-allowed',
      detail: expect.stringMatching(/made for the key "one-name"/),
    })
    const second = await opened.rootBrowser()
    const input = await importWrapped(root, 'of-one-session', randomBytes(32))
    expect(await second.refusal(importKey, input)).toMatchObject({
      code: 'not-allowed',
      detail: expect.stringMatching(/another sign-in/),
    })
    const gone = await importWrapped(second, 'signed-out', randomBytes(32))
    await second.call(signOut, {})
    expect(await second.refusal(importKey, gone)).toMatchObject({ code: 'not-signed-in' })
    expect(await root.refusal(importKey, gone)).toMatchObject({ code: 'not-allowed' })
  })

  test.each<[string, (wrappedKey: string) => string, string, RegExp]>([
    [
      'tampered',
      (wrapped) => `${wrapped.startsWith('A') ? 'B' : 'A'}${wrapped.slice(1)}`,
      'invalid-input',
      /changed on the way|384 bytes/,
    ],
    ['oversized', (wrapped) => `${wrapped}${'A'.repeat(512)}`, 'too-large', /has 384 bytes/],
    ['far too large', (wrapped) => wrapped.repeat(10), 'invalid-input', /./],
    ['no base64', () => '§', 'invalid-input', /not base64/],
  ])('is refused when it is %s', async (_, change, code, said) => {
    const { name, source } = await importWrapped(root, 'never-made', randomBytes(32))
    const refusal = await root.refusal(importKey, {
      name,
      source: { ...source, wrappedKey: change(source.wrappedKey) },
    })
    expect(refusal.code).toBe(code)
    expect(JSON.stringify(refusal.errors)).toMatch(said)
    await expect(askKes(house.kes!, 'GET', '/v1/key/describe/never-made')).rejects.toThrow(/404/)
  })

  test.each([0, 16, 31, 33, 64])('of %i bytes is refused', async (length) => {
    const refusal = await root.refusal(importKey, await importWrapped(root, 'never-made', randomBytes(length)))
    expect(refusal).toMatchObject({ code: 'invalid-input', errors: [{ pointer: '/source/wrappedKey' }] })
    expect(refusal.errors[0]!.detail).toMatch(`${length} bytes were wrapped`)
  })

  test('is nothing to who may not import, nor is a wrapping key', async () => {
    const { secret } = acmeCredentials().users.find(({ name }) => name === 'amelia')!
    const amelia = opened.browser()
    await amelia.signIn('amelia', secret)
    expect((await amelia.call(readKeyImport, {})).wrapping).toBeNull()
    expect((await amelia.call(readKeyImport, { name: 'alpha' })).wrapping).toBeNull()
    expect(await amelia.refusal(importKey, await importWrapped(root, 'alpha', randomBytes(32)))).toMatchObject({
      code: 'not-allowed',
    })
  })
})

describe('a name that exists', () => {
  test('is proved: the same material', async () => {
    const material = randomBytes(32)
    await root.call(importKey, await importWrapped(root, 'there-already', material))
    expect(await root.refusal(importKey, await importWrapped(root, 'there-already', material))).toMatchObject({
      code: 'already-exists',
      detail: expect.stringMatching(/with the same material/),
    })
  })

  test('is proved: other material, with the way out', async () => {
    await root.call(createKey, { name: 'made-by-kes' })
    expect(await root.refusal(importKey, await importWrapped(root, 'made-by-kes', randomBytes(32)))).toMatchObject({
      code: 'already-exists',
      detail: expect.stringMatching(/other material.*kes key create NAME BASE64.*static key/),
    })
  })

  test('gets no second one made', async () => {
    const recipient = await identityToRecipient(await generateX25519Identity())
    const refusal = await root.refusal(importKey, { name: 'made-by-kes', source: { kind: 'generate', recipient } })
    expect(refusal.code).toBe('already-exists')
    expect(readdirSync(backupDir())).toEqual([])
  })
})

describe('a key made here', () => {
  test('has a sealed copy on the disk, which the command opens, and which can be imported elsewhere', async () => {
    const identity = await generateX25519Identity()
    const recipient = await identityToRecipient(identity)
    const { proof, escrow } = await root.call(importKey, { name: 'made-here', source: { kind: 'generate', recipient } })
    expect(proof).toMatchObject({ sameMaterial: true, comparedWith: 'made' })
    const file = join(backupDir(), escrow!.file)
    expect(readFileSync(file, 'utf8')).toBe(escrow!.sealed)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(escrow!.sealed).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/)
    writeFileSync(join(dir, 'identity'), `# an identity\n${identity}\n`)
    const out = join(dir, 'opened')
    let told = ''
    const terminal = { out: (text: string) => (told += text), err: () => undefined }
    const code = await escrowCommand.run(['open', file, '--identity', join(dir, 'identity'), '--out', out], terminal)
    expect(code).toBe(0)
    expect(told).toContain(`Fingerprint ${escrow!.fingerprint}`)
    const [, name, base64] = /^(.+):(.+)\n$/.exec(readFileSync(out, 'utf8'))!
    expect(name).toBe('made-here')
    expect(told).not.toContain(base64)
    expect(await hasMaterial('made-here', Buffer.from(base64!, 'base64'))).toBe(true)
  })

  test.each(['', 'age1', 'AGE-SECRET-KEY-1QQQ', 'ssh-ed25519 AAAA'])(
    'is not made for the recipient %j',
    async (recipient) => {
      expect(
        await root.refusal(importKey, { name: 'never-made', source: { kind: 'generate', recipient } }),
      ).toMatchObject({
        code: 'invalid-input',
        errors: [{ pointer: '/source/recipient' }],
      })
    },
  )
})

describe('while KES is away', () => {
  test('a key made here leaves a copy only where KES may have it', async () => {
    const recipient = await identityToRecipient(await generateX25519Identity())
    await house.stopKes()
    const refusal = await root.refusal(importKey, { name: 'in-vain', source: { kind: 'generate', recipient } })
    await house.startKes()
    expect(refusal.code).toBe('upstream-unreachable')
    expect(readdirSync(backupDir()).filter((name) => name.startsWith('in-vain'))).toEqual([])
  })
})

test('without an audit trail nothing is imported, and no wrapping key is spent', async () => {
  const folder = join(house.consoleEnv.STRONGROOM_STATE_DIR!, 'activity')
  const input = await importWrapped(root, 'unrecorded', randomBytes(32))
  renameSync(folder, `${folder}-aside`)
  writeFileSync(folder, '')
  expect(await root.refusal(importKey, input)).toMatchObject({
    code: 'unsafe-now',
    detail: expect.stringMatching(/audit trail can't be written/),
  })
  rmSync(folder)
  renameSync(`${folder}-aside`, folder)
  await root.call(importKey, input)
})

test('everything is in the audit trail, refusals too', async () => {
  const { activity } = await root.call(listActivity, { target: 'there-already' })
  expect(activity).toMatchObject([
    { act: 'import-key', outcome: 'failed', detail: expect.stringMatching(/same material/) },
    {
      act: 'import-key',
      outcome: 'done',
      detail: expect.stringMatching(
        /^Wrapped with a one-time key\. An AES256 key now, under the identity [0-9a-f]{64}\.$/,
      ),
      account: house.truth.rootUser,
    },
  ])
})
