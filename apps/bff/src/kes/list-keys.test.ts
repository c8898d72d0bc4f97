import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kes as RunningKes, startKes } from '@strongroom/sandbox/kes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../secret.ts'
import { identityFromCertificate } from './identity.ts'
import { createKey } from './keys.ts'
import { listKeys } from './list-keys.ts'
import { connectKes, type Kes } from './transport.ts'

const dir = mkdtempSync(join(tmpdir(), 'kes-listing-'))
const padded = (count: number, begin: string) =>
  Array.from({ length: count }, (_, at) => `${begin}${`${at}`.padStart(5, '0')}`)
/** Several words, so that a listing is cut in each of them and between them. */
const NAMES = [
  ...padded(1200, 'app-'),
  ...padded(1100, 'app-x_'),
  ...padded(200, 'Z'),
  ...padded(300, 'zone-'),
  'a',
  'zz',
].sort((one, other) => (one < other ? -1 : 1))

let running: RunningKes
let kes: Kes
/** Paths that were asked for. */
let asked: string[] = []

beforeAll(async () => {
  running = await startKes({ dir })
  const key = new Secret(readFileSync(running.consoleKey, 'utf8'))
  const identity = identityFromCertificate(readFileSync(running.consoleCert, 'utf8'), key, null)
  const door = connectKes({
    urls: [new URL(running.endpoint)],
    identity,
    ca: readFileSync(running.ca, 'utf8'),
    timeoutMs: 5_000,
  })
  kes = {
    ...door,
    call: (call) => {
      asked.push(call.path)
      return door.call(call)
    },
  }
  await createKey(kes, NAMES[0]!)
  for (const name of NAMES.slice(1)) copyFileSync(join(dir, 'keystore', NAMES[0]!), join(dir, 'keystore', name))
})
afterAll(async () => {
  await kes?.close()
  await running?.stop()
  rmSync(dir, { recursive: true, force: true })
})

async function page(prefix: string, after?: string, limit = Number.POSITIVE_INFINITY) {
  asked = []
  const names: string[] = []
  for await (const name of listKeys(kes, prefix, after)) {
    if (names.length === limit) break
    names.push(name)
  }
  return names
}

test('all names come, in order, each once', async () => {
  expect(await page('')).toEqual(NAMES)
  expect(new Set(asked).size).toBe(asked.length)
})

test('a page begins after any name, there or not', async () => {
  const places = ['app', 'app-01024', 'app-01199x', 'app-x_00500', 'Z00199', 'zzz']
  for (const after of places) {
    expect(await page('', after), after).toEqual(NAMES.filter((name) => name > after))
  }
})

test('a page of names that begin alike begins after any name too', async () => {
  const wanted = NAMES.filter((name) => name.startsWith('app-') && name > 'app-00700')
  expect(await page('app-', 'app-00700')).toEqual(wanted)
  expect(await page('app-', 'zone-')).toEqual([])
})

test('pages one after the other are the whole list', async () => {
  const all: string[] = []
  for (let after: string | undefined; ; after = all.at(-1)) {
    const some = await page('', after, 700)
    all.push(...some)
    if (some.length < 700) break
  }
  expect(all).toEqual(NAMES)
})

test('the first page is one listing, and a late page does not ask for what lies before it', async () => {
  await page('', undefined, 1000)
  expect(asked).toEqual(['/v1/key/list/'])
  expect(await page('', 'zone-00100', 100)).toEqual(padded(201, 'zone-').slice(101))
  expect(asked.length).toBeLessThan(12)
  expect(asked.filter((path) => path.startsWith('/v1/key/list/app'))).toEqual([])
})
