import { constants, publicEncrypt, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { acmeVariables } from '@strongroom/sandbox/acme'
import { root as repository } from '@strongroom/sandbox/binaries'
import type { Child } from '@strongroom/sandbox/child'
import { startConsole } from '@strongroom/sandbox/console'
import { freePort } from '@strongroom/sandbox/ports'
import { listActivity } from '@strongroom/shared/activity'
import { createKey, importKey, proveKey, readKey, readKeyImport } from '@strongroom/shared/keys'
import { signIn, signOut } from '@strongroom/shared/session'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEscrow } from '../src/custody/escrow.ts'
import { Secret } from '../src/secret.ts'
import { ACME_KEY } from './acme-walk.ts'
import { Client, requestOf } from './client.ts'
import { type House, openHouse } from './house.ts'
import { filesBelow, formsOf, leaksIn, type Needle, type Straw } from './leaks.ts'

const ROOT = { accessKey: acmeVariables.MINIO_ROOT_USER!, secretKey: acmeVariables.MINIO_ROOT_PASSWORD! }
const STATIC_KEY = Buffer.from(acmeVariables.MINIO_KMS_SECRET_KEY!.split(':')[1]!, 'base64')

/** Key material by what was done with it. */
const canaries = new Map<string, Buffer>()
const canary = (what: string, length = 32) => {
  const bytes = randomBytes(length)
  canaries.set(what, bytes)
  return bytes
}

const dir = mkdtempSync(join(tmpdir(), 'strongroom-canary-'))
const heapDir = mkdtempSync(join(tmpdir(), 'strongroom-heap-'))
/** Held by the process on purpose: what finds it finds the others too. */
const held = randomBytes(32)
let house: House
let server: { url: string; child: Child }
const replies: Straw[] = []

beforeAll(async () => {
  house = await openHouse({ fixture: 'acme-2021', variables: acmeVariables, kes: true })
  for (const form of ['raw', 'hex', 'base64'] as const) {
    const bytes = canary(`a file, ${form}`)
    writeFileSync(join(dir, form), form === 'raw' ? bytes : bytes.toString(form), { mode: 0o400 })
  }
  const named = `from-named:${canary('a file, name:base64').toString('base64')}\n`
  writeFileSync(join(dir, 'named'), named, { mode: 0o400 })
  server = await startConsole({
    port: await freePort(),
    logFile: join(dir, 'console.log'),
    env: {
      ...house.consoleEnv,
      NODE_OPTIONS: `--import tsx --heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${heapDir}`,
      STRONGROOM_LOG_LEVEL: 'trace',
      STRONGROOM_KEY_SOURCES: [
        ...['raw', 'hex', 'base64', 'named'].map((form) => `from-${form}=file:${join(dir, form)}`),
        'held=env:HELD_KEY',
      ].join(','),
      HELD_KEY: held.toString('base64'),
    },
    secrets: [],
    main: join(repository, 'apps/bff/test/serve.ts'),
  })
}, 60_000)
afterAll(async () => {
  await server?.child.stop()
  await house?.close()
  for (const folder of [dir, heapDir]) rmSync(folder, { recursive: true })
})

/** A browser over the network; each reply is kept, headers and all. */
const browser = () => new Client(keeping)

async function keeping(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(server.url + path, init)
  const body = Buffer.from(await response.arrayBuffer())
  const headers = Buffer.from([...response.headers].flat().join('\n'))
  replies.push({ name: `reply ${replies.length}, to ${path}`, bytes: Buffer.concat([headers, body]) })
  return new Response(response.status === 204 ? null : body, response)
}

/** What the import form would send for `material`. */
async function wrapped(client: Client, name: string, material: Buffer, oaepHash = 'sha256') {
  const { publicKeyPem: key, token } = (await client.call(readKeyImport, { name })).wrapping!
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  const wrappedKey = publicEncrypt({ key, padding, oaepHash }, material).toString('base64')
  return { name, source: { kind: 'wrapped' as const, token, wrappedKey } }
}

const fromServer = (name: string, id: string) => ({ name, source: { kind: 'server' as const, id } })

test('keys are imported in every way, and in every way that fails', { timeout: 120_000 }, async () => {
  const root = browser()
  await root.call(signIn, ROOT)
  for (const form of ['raw', 'hex', 'base64', 'named']) {
    const name = `from-${form}`
    await root.call(importKey, fromServer(name, `${name}=file:${join(dir, form)}`))
    await root.refusal(importKey, fromServer(name, `${name}=file:${join(dir, form)}`))
    await root.call(readKey, { name })
    await root.call(proveKey, { name })
  }
  canaries.set('the static key', STATIC_KEY)
  await root.call(importKey, fromServer(ACME_KEY, 'env-file'))
  await wrappedImports(root)
  await madeHere(root)
  await whileKesIsAway(root)
  await withoutATrail(root)
  await root.call(listActivity, { limit: 1000 })
  await keeping('/metrics')
  await root.call(signOut, {})
})

async function wrappedImports(root: Client) {
  const input = await wrapped(root, 'wrapped', canary('wrapped'))
  await root.call(importKey, input)
  await root.refusal(importKey, input)
  await root.refusal(importKey, await wrapped(root, 'wrapped', canaries.get('wrapped')!))
  await root.call(createKey, { name: 'made-by-kes' })
  await root.refusal(importKey, await wrapped(root, 'made-by-kes', canary('wrapped for a name that is taken')))
  await root.refusal(importKey, await wrapped(root, 'long', canary('wrapped, of 33 bytes', 33)))
  await root.refusal(importKey, await wrapped(root, 'sha1', canary('wrapped with SHA-1'), 'sha1'))
  const hex = canary('wrapped as hex text').toString('hex')
  await root.refusal(importKey, await wrapped(root, 'hex', Buffer.from(hex)))
  const renamed = await wrapped(root, 'one-name', canary('wrapped for another name'))
  await root.refusal(importKey, { ...renamed, name: 'another-name' })
  await pastedImports(root)
}

/** The key itself where the wrapped one, or anything else, should be. */
async function pastedImports(root: Client) {
  const bare = canary('pasted').toString('base64')
  const { source } = await wrapped(root, 'pasted', randomBytes(32))
  for (const sent of [
    { name: 'pasted', source: { ...source, wrappedKey: bare } },
    { name: 'pasted', source: { ...source, token: bare } },
    { name: 'pasted', source: { kind: 'generate', recipient: bare } },
    { name: 'pasted', source: { kind: 'server', id: bare } },
    { name: 'pasted', source: { kind: bare } },
    { name: 'pasted', key: bare, source: null },
  ]) {
    await root.refusal(importKey, sent as typeof importKey.input._zod.input)
  }
  const [path, init] = requestOf(importKey, { name: 'pasted' })
  await root.request(path, { ...init, body: `{"source": "${bare}` })
}

async function madeHere(root: Client) {
  const identity = await generateX25519Identity()
  const recipient = await identityToRecipient(identity)
  const input = { name: 'made-here', source: { kind: 'generate' as const, recipient } }
  const { escrow } = await root.call(importKey, input)
  await root.refusal(importKey, input)
  const opener = { kind: 'identities' as const, identities: [new Secret(identity)] }
  const { material } = await openEscrow(Buffer.from(escrow!.sealed), opener)
  material.expose((bytes) => canaries.set('made here', Buffer.from(bytes)))
}

async function whileKesIsAway(root: Client) {
  const input = await wrapped(root, 'while-away', canary('wrapped while KES was away'))
  await house.stopKes()
  await root.refusal(importKey, input)
  await root.refusal(importKey, fromServer('from-raw', `from-raw=file:${join(dir, 'raw')}`))
  await house.startKes()
}

async function withoutATrail(root: Client) {
  const folder = join(house.consoleEnv.STRONGROOM_STATE_DIR!, 'activity')
  renameSync(folder, `${folder}-aside`)
  writeFileSync(folder, '')
  await root.refusal(importKey, await wrapped(root, 'unrecorded', canary('wrapped without an audit trail')))
  rmSync(folder)
  renameSync(`${folder}-aside`, folder)
}

/** Also as arrays of numbers, and as text that was made of raw bytes. */
const formsOfKey = (name: string, bytes: Buffer): Needle[] => [
  ...formsOf(name, bytes),
  { name: `${name} (HEX)`, bytes: Buffer.from(bytes.toString('hex').toUpperCase()) },
  { name: `${name} (numbers)`, bytes: Buffer.from([...bytes].join(',')) },
  { name: `${name} (as latin1)`, bytes: Buffer.from(bytes.toString('latin1')) },
]
const needles = () => [...canaries].flatMap(([what, bytes]) => formsOfKey(what, bytes))

describe('the material', () => {
  test('is in no reply, no line of the log or of stderr, no file of state, audit trail or backups', () => {
    expect(canaries.size).toBe(15)
    expect(replies.length).toBeGreaterThan(50)
    expect(replies.some(({ name }) => name.endsWith('/metrics'))).toBe(true)
    const log = readFileSync(server.child.logFile)
    expect(log.includes('key imported')).toBe(true)
    const files = filesBelow(house.consoleEnv.STRONGROOM_STATE_DIR!)
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^\/activity\/.*\.jsonl$/),
        expect.stringMatching(/^\/backups\/keys\/made-here-.*\.age$/),
      ]),
    )
    expect(leaksIn([...replies, ...files, { name: 'the log', bytes: log }], needles())).toEqual([])
  })

  test('is in no string of the process any more', { timeout: 60_000 }, async () => {
    const heap = await heapStrings()
    const found = (name: string, bytes: Buffer) => leaksIn([{ name: 'the heap', bytes: heap }], formsOfKey(name, bytes))
    expect(found('the key of a variable', held)).toContain('the key of a variable (base64) in the heap')
    expect([...canaries].flatMap(([what, bytes]) => found(what, bytes))).toEqual([])
  })
})

/** Every string that lives in the console's heap after a collection. */
async function heapStrings(): Promise<Buffer> {
  process.kill(server.child.pid, 'SIGUSR2')
  for (let size = -1; ; await sleep(200)) {
    const [file] = readdirSync(heapDir)
    if (file === undefined) continue
    const snapshot = readFileSync(join(heapDir, file), 'utf8')
    if (snapshot.length === size && snapshot.trimEnd().endsWith('}')) {
      return Buffer.from((JSON.parse(snapshot) as { strings: string[] }).strings.join('\n'))
    }
    size = snapshot.length
  }
}
