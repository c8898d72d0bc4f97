import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kes as RunningKes, startKes } from '@strongroom/sandbox/kes'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../secret.ts'
import { saidKes } from './answer.ts'
import { identityFromApiKey, identityFromCertificate } from './identity.ts'
import { createKey, decryptDataKey, describeKey, generateDataKey, importKey } from './keys.ts'
import { listKeys } from './list-keys.ts'
import { readKesStatus } from './status.ts'
import { connectKes, type Kes, type KesCall } from './transport.ts'

const dir = mkdtempSync(join(tmpdir(), 'kes-client-'))
const keystore = join(dir, 'keystore')
const lister = identityFromApiKey(new Secret(`kes:v1:${Buffer.alloc(33, 7).fill(0, 0, 1).toString('base64')}`))
const stranger = identityFromApiKey(new Secret(`kes:v1:${Buffer.alloc(33, 9).fill(0, 0, 1).toString('base64')}`))

let running: RunningKes
let ca: string
let kes: Kes

beforeAll(async () => {
  running = await startKes({
    dir,
    extraIdentities: [{ name: 'lister', allow: ['/v1/key/list/*', '/v1/key/describe/*'], identities: [lister.id] }],
  })
  ca = readFileSync(running.ca, 'utf8')
  const key = new Secret(readFileSync(running.consoleKey, 'utf8'))
  kes = connect(identityFromCertificate(readFileSync(running.consoleCert, 'utf8'), key, null))
})
afterAll(async () => {
  await kes?.close()
  await running?.stop()
  rmSync(dir, { recursive: true, force: true })
})

const connect = (identity: typeof lister, ...urls: string[]) =>
  connectKes({ urls: [...urls, running.endpoint].map((url) => new URL(url)), identity, ca, timeoutMs: 5_000 })
const text = (words: string) => new TextEncoder().encode(words)
const material = (byte: number) => new Secret(new Uint8Array(32).fill(byte))
async function collect(prefix: string, from = kes) {
  const names: string[] = []
  for await (const name of listKeys(from, prefix)) names.push(name)
  return names
}

describe('keys', () => {
  test('are created once', async () => {
    await createKey(kes, 'made')
    expect(await describeKey(kes, 'made')).toMatchObject({
      name: 'made',
      algorithm: expect.stringMatching(/^(AES256|ChaCha20)$/),
      createdAt: expect.stringMatching(/Z$/),
      createdBy: kes.identity,
    })
    await expect(createKey(kes, 'made')).rejects.toMatchObject({
      code: 'already-exists',
      fields: [{ pointer: '/name' }],
    })
  })

  test('are imported once, and are the material that was given', async () => {
    await importKey(kes, 'first', material(1), 'AES256')
    await importKey(kes, 'same', material(1), 'AES256')
    await importKey(kes, 'other', material(2), 'AES256')
    await expect(importKey(kes, 'first', material(2), 'AES256')).rejects.toMatchObject({ code: 'already-exists' })

    const { key, sealed } = await generateDataKey(kes, 'first', text('{"a":"b"}'))
    const opened = await decryptDataKey(kes, 'same', sealed, text('{"a":"b"}'))
    expect(opened.expose((bytes) => [...bytes])).toEqual(key.expose((bytes) => [...bytes]))

    const inOther = await decryptDataKey(kes, 'other', sealed, text('{"a":"b"}')).catch((error: unknown) => error)
    const inContext = await decryptDataKey(kes, 'same', sealed, text('{}')).catch((error: unknown) => error)
    expect([saidKes(inOther, 'notAuthentic'), saidKes(inContext, 'notAuthentic')]).toEqual([true, true])
    expect(inOther).toMatchObject({ code: 'upstream-failed' })
  })

  test('that are not there are not found', async () => {
    await expect(describeKey(kes, 'absent')).rejects.toMatchObject({ code: 'not-found' })
    await expect(generateDataKey(kes, 'absent', text(''))).rejects.toMatchObject({ code: 'not-found' })
    const failure = await decryptDataKey(kes, 'absent', text('x'), text('')).catch((error: unknown) => error)
    expect(saidKes(failure, 'notAuthentic')).toBe(false)
  })

  test.each(['', '-a', 'a-', '_', 'a.b', '..', 'a/b', 'ä', 'x'.repeat(81)])('named %j are refused', async (name) => {
    await expect(createKey(kes, name)).rejects.toMatchObject({ code: 'invalid-input', fields: [{ pointer: '/name' }] })
  })

  test('of other than 32 bytes are not sent', async () => {
    const short = new Secret(new Uint8Array(31))
    await expect(importKey(kes, 'short', short, 'AES256')).rejects.toThrow(RangeError)
  })
})

describe('policies', () => {
  test('are told with the identity and the path they lack', async () => {
    const limited = connect(lister)
    await expect(createKey(limited, 'denied')).rejects.toMatchObject({
      code: 'not-allowed',
      detail: `The console's KES identity ${lister.id} may not create keys. Allow /v1/key/create/denied for it in the KES policy.`,
    })
    await expect(describeKey(limited, 'absent')).rejects.toMatchObject({ code: 'not-found' })
    await limited.close()
  })

  test('leave a stranger with its version and a trouble', async () => {
    const nobody = connect(stranger)
    const [status] = await readKesStatus(nobody)
    expect(status).toMatchObject({ reachable: true, identity: stranger.id, keystoreReachable: null })
    expect(status!.trouble).toMatch(
      /may do nothing here: KES does not know it.*Add it to .* a policy that allows .*\/v1\/status/,
    )
    await nobody.close()
  })
})

describe('status', () => {
  test('is that of each endpoint, never a failure', async () => {
    const both = connect(lister, 'https://127.0.0.1:1')
    const [dead, denied] = await readKesStatus(both)
    expect(dead).toMatchObject({ reachable: false, version: null, latencyMs: null })
    expect(dead!.trouble).toMatch(/^KES at 127\.0\.0\.1:1 refuses connections/)
    expect(denied).toMatchObject({ reachable: true, url: running.endpoint })
    await both.close()

    const [well] = await readKesStatus(kes)
    expect(well).toMatchObject({ reachable: true, trouble: null, keystoreReachable: true })
    expect(well!.uptimeSeconds).toBeGreaterThanOrEqual(0)
    expect(well!.keystoreLatencyMs).toBeGreaterThan(0)
    expect(well!.latencyMs).toBeGreaterThan(0)
  })
})

test('a dead endpoint is passed over', async () => {
  const both = connect(stranger, 'https://127.0.0.1:1')
  await expect(createKey(both, 'denied')).rejects.toMatchObject({ code: 'not-allowed' })
  await both.close()
})

test('a listing is complete beyond 1,024 names, whatever stands at the split', async () => {
  const numbered = Array.from({ length: 1_060 }, (_, i) => `many-${String(i).padStart(4, '0')}`)
  const atTheSplit = [
    'many--x',
    'many---y',
    'many-A',
    'many-_',
    'many-a-1',
    'many-a--2',
    'many_1',
    '_b',
    '__',
    'Z',
    'manz',
  ]
  const deep = Array.from({ length: 40 }, (_, i) => `many-zz-${'y-'.repeat(20)}${i}`)
  const names = [...numbered, ...atTheSplit, ...deep]
  await createKey(kes, 'template')
  for (const name of names) copyFileSync(join(keystore, 'template'), join(keystore, name))

  const all = [...names, 'template', 'made', 'first', 'same', 'other'].sort()
  let calls = 0
  const counting = {
    ...kes,
    call: (call: KesCall) => {
      calls++
      return kes.call(call)
    },
  }
  expect(await collect('', counting)).toEqual(all)
  expect(calls).toBeLessThan(500)
  for (const prefix of ['many', 'many-', 'many--', 'many-zz-y', '_', '__', '_-', 'many-1059', 'nothing', 'z-', '-']) {
    expect(await collect(prefix), prefix).toEqual(all.filter((name) => name.startsWith(prefix)))
  }
})

test('a listing can be left early, and tells a refusal', async () => {
  for await (const name of listKeys(kes, '')) if (name === 'many-1040') break
  const nobody = connect(stranger)
  await expect(collect('', nobody)).rejects.toMatchObject({ code: 'not-allowed' })
  await expect(collect('a*')).rejects.toMatchObject({ code: 'invalid-input' })
  await nobody.close()
})

test('while the keystore is gone no key is said to be missing', async () => {
  renameSync(keystore, `${keystore}-away`)
  try {
    await expect(describeKey(kes, 'absent')).rejects.toMatchObject({
      code: 'upstream-failed',
      detail: expect.stringContaining('can’t reach its keystore'),
    })
    expect((await readKesStatus(kes))[0]).toMatchObject({ reachable: true, keystoreReachable: false })
    await expect(collect('')).rejects.toMatchObject({ code: 'upstream-failed' })
  } finally {
    renameSync(`${keystore}-away`, keystore)
  }
})
