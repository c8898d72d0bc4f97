import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kes as RunningKes, startKes } from '@strongroom/sandbox/kes'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { importByKes } from '../../test/kes-client.ts'
import { identityFromApiKey, identityFromCertificate } from '../kes/identity.ts'
import { createKey } from '../kes/keys.ts'
import { connectKes, type Kes } from '../kes/transport.ts'
import { Secret } from '../secret.ts'
import { Canaries } from './canaries.ts'
import { canaryFindings } from './canary-findings.ts'
import { proveKey } from './prove-key.ts'

const log = pino({ level: 'silent' })
const dir = mkdtempSync(join(tmpdir(), 'canaries-'))
const keystore = join(dir, 'keystore')
const prover = identityFromApiKey(new Secret(`kes:v1:${Buffer.alloc(33, 5).fill(0, 0, 1).toString('base64')}`))

let running: RunningKes
let kes: Kes
let narrow: Kes
let stateDir: string
let canaries: Canaries
let round = 0

const extraIdentities = [
  { name: 'prover', allow: ['/v1/key/generate/*', '/v1/key/decrypt/*'], identities: [prover.id] },
]
const start = () => startKes({ dir, extraIdentities })

beforeAll(async () => {
  running = await start()
  const key = new Secret(readFileSync(running.consoleKey, 'utf8'))
  const connect = (identity: typeof prover) =>
    connectKes({
      urls: [new URL(running.endpoint)],
      identity,
      ca: readFileSync(running.ca, 'utf8'),
      timeoutMs: 5_000,
    })
  kes = connect(identityFromCertificate(readFileSync(running.consoleCert, 'utf8'), key, null))
  narrow = connect(prover)
})
afterAll(async () => {
  await kes?.close()
  await narrow?.close()
  await running?.stop()
  rmSync(dir, { recursive: true, force: true })
})
beforeEach(() => {
  stateDir = join(dir, `state-${++round}`)
  canaries = open()
})
afterEach(() => canaries.stop())

const open = (door: Kes | null = kes) => new Canaries({ stateDir, kes: () => door, log })
/** A key that was never opened is not in the memory of KES, so what lies in the keystore is what counts. */
const restart = async () => {
  await running.stop()
  running = await start()
}
const files = () => readdirSync(join(stateDir, 'canaries'))

test('a canary opens, and outlives the console', async () => {
  await createKey(kes, 'lives')
  expect(canaries.of('lives')).toBeNull()
  const sealed = await canaries.keep('lives')
  expect(sealed).toMatchObject({ state: 'opens', sealedAt: sealed.since })
  const later = open()
  await later.load()
  expect(later.of('lives')).toEqual(sealed)
  const checked = await later.check('lives')
  expect(checked).toMatchObject({ state: 'opens', since: sealed.since, sealedAt: sealed.sealedAt })
  expect(checked.checkedAt > sealed.checkedAt).toBe(true)
  expect(later.all()).toMatchObject([{ name: 'lives', state: 'opens' }])
  expect(canaryFindings(later.all())).toEqual([])
})

test('a key of the same name and other material is told as replaced, until it is sealed anew by hand', async () => {
  await createKey(kes, 'swapped')
  await createKey(kes, 'other')
  await canaries.keep('swapped')
  copyFileSync(join(keystore, 'other'), join(keystore, 'swapped'))
  await restart()
  expect(await canaries.check('swapped')).toMatchObject({ state: 'replaced' })
  expect(canaryFindings(canaries.all())).toMatchObject([
    { severity: 'critical', title: 'Key swapped in KES was replaced', action: { href: '/keys/swapped' } },
  ])
  expect(await canaries.ensure('swapped')).toMatchObject({ state: 'replaced' })
  expect(await canaries.keep('swapped')).toMatchObject({ state: 'opens' })
  expect(canaryFindings(canaries.all())).toEqual([])
})

test('a key that is gone is missing; one that can’t be asked for is unknown, and takes no alarm back', async () => {
  await createKey(kes, 'lost')
  await createKey(kes, 'stays')
  await canaries.keep('lost')
  await canaries.keep('stays')
  renameSync(join(keystore, 'lost'), join(dir, 'lost'))
  await restart()
  expect(await canaries.check('lost')).toMatchObject({ state: 'missing' })

  renameSync(keystore, join(dir, 'away'))
  const away = await canaries.check('stays')
  expect(away).toMatchObject({ state: 'unknown', detail: expect.stringContaining('keystore') })
  expect(await canaries.check('lost')).toMatchObject({ state: 'unknown' })
  renameSync(join(dir, 'away'), keystore)

  const [finding, ...more] = canaryFindings(canaries.all())
  expect(more).toEqual([])
  expect(finding).toMatchObject({
    title: 'Key lost in KES is gone',
    detail: expect.stringContaining('could not be asked'),
  })

  renameSync(join(dir, 'lost'), join(keystore, 'lost'))
  await restart()
  expect(await canaries.check('lost')).toMatchObject({ state: 'opens' })
  expect(await canaries.check('stays')).toMatchObject({ state: 'opens' })
  expect(canaryFindings(canaries.all())).toEqual([])
})

test('without the right to list, a missing key is not taken for sure', async () => {
  await createKey(kes, 'unlisted')
  const blind = open(narrow)
  await blind.keep('unlisted')
  rmSync(join(keystore, 'unlisted'))
  await running.stop()
  running = await start()
  expect(await blind.check('unlisted')).toMatchObject({
    state: 'unknown',
    detail: expect.stringContaining('/v1/key/list/*'),
  })
})

test('with KES away, and without any, the state is unknown', async () => {
  await createKey(kes, 'silent')
  await canaries.keep('silent')
  await running.stop()
  expect(await canaries.check('silent')).toMatchObject({ state: 'unknown' })
  running = await start()
  expect(await canaries.check('silent')).toMatchObject({ state: 'opens' })
  const none = open(null)
  await none.load()
  expect(await none.check('silent')).toMatchObject({ state: 'unknown' })
  await expect(none.keep('silent')).rejects.toMatchObject({ code: 'kes-not-configured' })
})

test('by itself one is sealed for a wanted key, and not where somebody declined it or there is no such key', async () => {
  await createKey(kes, 'wanted')
  canaries.want('wanted')
  canaries.want('not-there')
  await canaries.round()
  expect(canaries.all().map(({ name }) => name)).toEqual(['wanted'])

  await canaries.drop('wanted')
  expect(canaries.of('wanted')).toBeNull()
  canaries.want('wanted')
  await canaries.round()
  expect(await canaries.ensure('wanted')).toBeNull()
  const later = open()
  await later.load()
  expect(await later.ensure('wanted')).toBeNull()
  expect(await later.keep('wanted')).toMatchObject({ state: 'opens' })
})

test('of a deleted key nothing is kept', async () => {
  await createKey(kes, 'deleted')
  await canaries.keep('deleted')
  await canaries.forget('deleted')
  expect([canaries.of('deleted'), files()]).toEqual([null, []])
  expect(await canaries.ensure('deleted')).toMatchObject({ state: 'opens' })
})

test('two consoles on one folder see each other’s canaries, and an old one is not put over a new one', async () => {
  await createKey(kes, 'shared')
  const other = open()
  await canaries.keep('shared')
  await other.round()
  expect(other.of('shared')).toMatchObject({ state: 'opens' })
  const anew = await canaries.keep('shared')
  const before = readFileSync(join(stateDir, 'canaries', 'shared.json'), 'utf8')
  await other.check('shared')
  expect(readFileSync(join(stateDir, 'canaries', 'shared.json'), 'utf8')).toBe(before)
  expect((await canaries.check('shared')).sealedAt).toBe(anew.sealedAt)
})

test('what is kept opens nothing: a sealed key and a digest, readable for the owner alone', async () => {
  await importByKes(running, 'known', Buffer.alloc(32, 3))
  await canaries.keep('known')
  const kept = JSON.parse(readFileSync(join(stateDir, 'canaries', 'known.json'), 'utf8'))
  expect(Object.keys(kept).sort()).toEqual(
    ['checkedAt', 'detail', 'digest', 'endpoints', 'lastAnswer', 'name', 'sealed', 'sealedAt', 'since', 'state'].sort(),
  )
  expect(Buffer.from(kept.sealed, 'base64')).toHaveLength(76)
})

test('a file that can’t be read counts as none', async () => {
  mkdirSync(join(stateDir, 'canaries'), { recursive: true })
  writeFileSync(join(stateDir, 'canaries', 'broken.json'), '{"name":"broken"')
  await canaries.load()
  expect(canaries.all()).toEqual([])
})

test('each endpoint is asked, and one that runs on another keystore is named, until it opens what the others do', async () => {
  // The same people, who show the same certificates, before another keystore.
  mkdirSync(join(dir, 'other'))
  for (const name of ['server', 'console'])
    for (const end of ['crt', 'key']) copyFileSync(join(dir, `${name}.${end}`), join(dir, 'other', `${name}.${end}`))
  const startOther = () => startKes({ dir: join(dir, 'other'), kind: 'development' })
  let other = await startOther()
  const door = connectKes({
    urls: [new URL(running.endpoint), new URL(other.endpoint)],
    identity: identityFromCertificate(
      readFileSync(running.consoleCert, 'utf8'),
      new Secret(readFileSync(running.consoleKey, 'utf8')),
      null,
    ),
    ca: readFileSync(running.ca, 'utf8'),
    timeoutMs: 5_000,
  })
  const [here, there] = door.urls.map(({ host }) => host)
  const otherKeystore = join(dir, 'other', 'keystore')
  try {
    const both = open(door)
    await createKey(door, 'split')
    expect(await both.keep('split')).toMatchObject({
      state: 'missing',
      detail: expect.stringMatching(new RegExp(`At ${here}: KES opens.* At ${there}: KES has no key of this name`)),
    })
    expect(canaryFindings(both.all())).toMatchObject([
      { severity: 'critical', title: `KES endpoints differ on key split: ${there} does not open what another sealed` },
    ])

    await importByKes(other, 'split', Buffer.alloc(32, 9))
    await both.round()
    expect(both.of('split')).toMatchObject({ state: 'replaced' })
    expect(canaryFindings(both.all())).toMatchObject([
      { detail: expect.stringContaining(`${here} opens it; ${there} has other material under this name.`) },
    ])
    const proof = await proveKey({
      kes: door,
      name: 'split',
      samples: null,
      reference: { material: new Secret(new Uint8Array(32).fill(9)), is: 'source' },
    })
    expect(proof).toMatchObject({
      unasked: [],
      proof: {
        verdict: 'wrong-material',
        detail: expect.stringMatching(
          new RegExp(`At ${here}: .*other material.* At ${there}: .*do not run on the same keystore`),
        ),
      },
    })

    // Away, it takes nothing back; a console that starts anew still knows.
    await other.stop()
    const later = open(door)
    await later.round()
    expect(later.of('split')).toMatchObject({ state: 'unknown' })
    expect(canaryFindings(later.all())).toMatchObject([{ detail: expect.stringContaining('could not be asked since') }])
    expect(await proveKey({ kes: door, name: 'split', samples: null, reference: null })).toMatchObject({
      proof: { detail: expect.stringContaining(`${there} could not be asked`) },
      unasked: [there],
    })

    copyFileSync(join(keystore, 'split'), join(otherKeystore, 'split'))
    other = await startOther()
    await later.round()
    expect(later.of('split')).toMatchObject({ state: 'opens' })
    expect(canaryFindings(later.all())).toEqual([])
  } finally {
    await door.close()
    await other.stop()
  }
})
