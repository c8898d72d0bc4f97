import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CacheSettings } from './config.ts'
import { openKeystore } from './file-keystore.ts'
import { KeyCache } from './key-cache.ts'
import { newKey } from './key-routes.ts'

const directory = mkdtempSync(join(tmpdir(), 'devkes-cache-'))
const keys = join(directory, 'keys')
const away = join(directory, 'away')

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(directory, { recursive: true, force: true })
})

const none: CacheSettings = { any: 0, unused: 0, offline: 0 }

/** A cache that knows the key `k`, whose file is gone. */
async function knowing(settings: Partial<CacheSettings>) {
  const cache = new KeyCache(await openKeystore(keys), { ...none, ...settings })
  await cache.create('k', newKey('AES256', Buffer.alloc(32, 1), 'me'))
  await cache.get('k')
  rmSync(join(keys, 'k'))
  return cache
}

const knows = (cache: KeyCache) =>
  cache.get('k').then(
    () => true,
    () => false,
  )

/** Lets the timers fire, and what they start come to its end. */
async function pass(ms: number) {
  await vi.advanceTimersByTimeAsync(ms)
  await new Promise((resolve) => setTimeout(resolve, 20))
}

test('without "unused" all is forgotten each 30 s, whatever "any" says', async () => {
  using cache = await knowing({ any: 60_000 })
  await pass(29_999)
  expect(await knows(cache)).toBe(true)
  await pass(1)
  expect(await knows(cache)).toBe(false)
})

test('"any" is one tick for all: a key read a moment before it goes too', async () => {
  using cache = await knowing({ any: 5_000, unused: 600_000 })
  await pass(4_990)
  expect(await knows(cache)).toBe(true)
  await pass(10)
  expect(await knows(cache)).toBe(false)
})

test('"any" is five minutes when absent', async () => {
  using cache = await knowing({ unused: 6_000_000 })
  await pass(299_999)
  expect(await knows(cache)).toBe(true)
  await pass(1)
  expect(await knows(cache)).toBe(false)
})

test('what is not used between two ticks of half "unused" goes, what is used stays', async () => {
  using cache = await knowing({ any: 600_000, unused: 20_000 })
  for (let tick = 0; tick < 3; tick++) {
    await pass(10_000)
    expect(await knows(cache)).toBe(true)
  }
  await pass(10_000)
  await pass(10_000)
  expect(await knows(cache)).toBe(false)
})

test('offline, once the poll has noticed, keys stay until the next tick of "offline"', async () => {
  using cache = await knowing({ any: 15_000, unused: 600_000, offline: 60_000 })
  renameSync(keys, away)
  await expect(cache.ping()).rejects.toThrow()
  await pass(10_000)
  for (let rest = 10_000; rest < 59_000; rest += 10_000) {
    expect(await knows(cache)).toBe(true)
    await pass(rest + 10_000 < 60_000 ? 10_000 : 0)
  }
  await pass(10_000)
  expect(await knows(cache)).toBe(false)
})

test('what expires before the poll notices is gone all the same', async () => {
  using cache = await knowing({ any: 3_000, unused: 600_000, offline: 60_000 })
  renameSync(keys, away)
  await pass(3_000)
  expect(await knows(cache)).toBe(false)
})

test('after the keystore is back it counts as out of reach until the next poll', async () => {
  using cache = await knowing({ any: 60_000, unused: 600_000 })
  renameSync(keys, away)
  await pass(10_000)
  renameSync(away, keys)
  await expect(cache.ping()).rejects.toThrow('offline')
  await pass(10_000)
  expect(await cache.ping()).toBeGreaterThanOrEqual(0)
})
