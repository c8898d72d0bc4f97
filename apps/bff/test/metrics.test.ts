import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startAudit } from '@strongroom/shared/iam'
import { markKey } from '@strongroom/shared/key-deletion'
import { createKey, keepCanary, listKeys } from '@strongroom/shared/keys'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Client } from './client.ts'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'

vi.setConfig({ testTimeout: 30_000 })

const DEFAULT_KEY = 'minio-iam-2026a'
const OLD_KEY = 'of-former-times'

let house: House
let open: TestConsole
let root: Client

beforeAll(async () => {
  house = await openHouse({ fixture: 'kes-latest' })
  const rolesFile = join(house.dir, 'roles.json')
  const roles = [{ identity: house.truth.rootUser, role: 'deleter', prefix: '' }]
  writeFileSync(rolesFile, JSON.stringify({ roles }), { mode: 0o600 })
  open = await openConsole(house, { STRONGROOM_ROLES_FILE: rolesFile })
  root = await open.rootBrowser()
}, 60_000)
afterAll(() => house?.close())

test('before anything is known they are still metrics, and claim nothing', async () => {
  const { names } = await metrics()
  expect(names).toContain('strongroom_build_info')
  expect(names).not.toContain('strongroom_iam_items')
  expect(names).not.toContain('strongroom_last_drill_timestamp_seconds')
})

test('they can be switched off', async () => {
  const silent = await openConsole(house, { STRONGROOM_METRICS: '0' })
  expect((await silent.get('/metrics')).status).toBe(404)
})

test('they count what an audit, a canary and a marked key have left', async () => {
  const before = Date.now() / 1000
  const audit = await root.job(startAudit, {})
  await root.call(createKey, { name: OLD_KEY })
  for (const name of [DEFAULT_KEY, OLD_KEY]) await root.call(keepCanary, { name })
  await root.call(markKey, { name: OLD_KEY, otherClusters: 'No other cluster uses this KES.' })
  await open.console.kesHistory.look()
  const { of } = await metrics()
  const { kms, plaintext, unreadable } = audit.seals!
  expect(of('iam_items', { state: 'kms' })).toBe(Object.values(kms).reduce((sum, count) => sum + count, 0))
  expect(of('iam_items', { state: 'kms' })).toBeGreaterThan(0)
  expect([of('iam_items', { state: 'plaintext' }), of('iam_items', { state: 'unreadable' })]).toEqual([
    plaintext,
    unreadable,
  ])
  expect(of('key_canaries', { state: 'opens' })).toBe(2)
  expect(of('keys_marked_for_deletion')).toBe(1)
  expect(of('iam_audit_timestamp_seconds')).toBeGreaterThanOrEqual(Math.floor(before))
  expect(of('kes_up', { endpoint: house.kes!.endpoint })).toBe(1)
  expect(of('kes_round_trip_seconds', { endpoint: house.kes!.endpoint })).toBeGreaterThan(0)
  expect(of('kes_keystore_round_trip_seconds', { endpoint: house.kes!.endpoint })).toBeGreaterThan(0)
  expect(of('kes_identity_expiry_timestamp_seconds', { role: 'observe' })).toBeGreaterThan(before)
})

test('a KES that is away is down, and has no round trip', async () => {
  await house.stopKes()
  await open.console.kesHistory.look()
  const { of } = await metrics()
  expect(of('kes_up', { endpoint: house.kes!.endpoint })).toBe(0)
  expect(of('kes_round_trip_seconds', { endpoint: house.kes!.endpoint })).toBeUndefined()
  await house.startKes()
})

test('they name no key, no account and no path, and hold no secret', async () => {
  const { text } = await metrics()
  const keys = (await root.call(listKeys, {})).keys.map(({ name }) => name)
  expect(keys).toEqual(expect.arrayContaining([DEFAULT_KEY, OLD_KEY]))
  const { rootUser, rootPassword } = house.truth
  const secret = readFileSync(house.kes!.consoleKey, 'utf8').split('\n')[1]!
  const told = [...keys, rootUser, rootPassword, secret, house.dir, 'config/iam', '.json'].filter((word) =>
    text.includes(word),
  )
  expect(told).toEqual([])
})

type Labels = Readonly<Record<string, string>>

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = '([a-zA-Z_]\\w*)="((?:[^"\\\\\\n]|\\\\[\\\\"n])*)"'
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (\\S+)$`)

/** What anybody gets. Held against the text format 0.0.4: each metric announced once, its lines together, no series twice. */
async function metrics() {
  const response = await open.get('/metrics')
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const text = await response.text()
  expect(text.endsWith('\n')).toBe(true)
  const names: string[] = []
  const series = new Map<string, number>()
  for (const line of text.trimEnd().split('\n')) {
    const [, announced] = new RegExp(`^# HELP (${NAME}) \\S.*$`).exec(line) ?? []
    if (announced !== undefined) {
      expect(names, line).not.toContain(announced)
      names.push(announced)
    } else if (line.startsWith('#')) {
      expect(line).toBe(`# TYPE ${names.at(-1)} gauge`)
    } else {
      const [, name, labels = ''] = SAMPLE.exec(line) ?? []
      expect(name, line).toBe(names.at(-1))
      const value = Number(line.slice(line.lastIndexOf(' ')))
      expect(value, line).not.toBeNaN()
      expect(series.has(`${name}{${labels}}`), line).toBe(false)
      series.set(`${name}{${labels}}`, value)
    }
  }
  const of = (name: string, labels: Labels = {}) =>
    series.get(
      `strongroom_${name}{${Object.entries(labels)
        .map(([label, value]) => `${label}="${value}"`)
        .join(',')}}`,
    )
  return { text, names, of }
}
