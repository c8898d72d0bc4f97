import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Evidence, ProbeStore, summaryOf } from './probe-store.ts'

const dir = mkdtempSync(join(tmpdir(), 'probe-store-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 8, minute)).toISOString()

const probe = (minute: number, change: object = {}): Evidence => ({
  encrypted: true,
  mode: 'sse-kms',
  key: 'key-1',
  promised: { mode: 'sse-kms', key: 'key-1' },
  asPromised: true,
  headers: [{ name: 'x-amz-server-side-encryption', value: 'aws:kms' }],
  readBack: true,
  removed: true,
  left: null,
  object: 'a.bucket/.strongroom-probe/x',
  at: at(minute),
  by: 'alice',
  scheduled: false,
  ...change,
})
const failed = (minute: number): Evidence => ({ at: at(minute), by: 'bob', scheduled: true, reason: 'KES is down.' })

test('the last twenty of each bucket are kept, newest first, over restarts', async () => {
  const store = new ProbeStore(join(dir, 'one'))
  await store.load()
  expect(store.newest('a.bucket')).toBeNull()
  expect(await store.list('a.bucket')).toEqual([])
  await Promise.all(Array.from({ length: 25 }, (_, minute) => store.keep('a.bucket', probe(minute))))
  await store.keep('a.bucket', failed(30))
  await store.keep('another', probe(1, { left: 'something', removed: false, swept: 2 }))

  const later = new ProbeStore(join(dir, 'one'))
  await later.load()
  const kept = await later.list('a.bucket')
  expect(kept.map((one) => one.at)).toEqual([30, ...Array.from({ length: 19 }, (_, back) => 24 - back)].map(at))
  expect(kept[0]).toEqual(failed(30))
  expect(kept[1]).toEqual(probe(24))
  expect(later.newest('a.bucket')).toEqual({ at: at(30), outcome: 'failed' })
  expect(await later.list('another')).toEqual([probe(1, { left: 'something', removed: false, swept: 2 })])
})

test('what another console keeps is taken in, and nothing older in its place', async () => {
  const [one, other] = [new ProbeStore(join(dir, 'two')), new ProbeStore(join(dir, 'two'))]
  await one.keep('shared', probe(1))
  await other.refresh()
  expect(other.newest('shared')).toEqual({ at: at(1), outcome: 'as-promised' })
  await other.keep('shared', failed(2))
  await one.refresh()
  expect(one.newest('shared')).toEqual({ at: at(2), outcome: 'failed' })
  expect(await one.list('shared')).toHaveLength(2)
  await one.keep('shared', probe(0))
  expect(one.newest('shared')).toEqual({ at: at(2), outcome: 'failed' })
})

test.each([
  [{}, 'as-promised'],
  [{ asPromised: false }, 'not-as-promised'],
  [{ promised: null, asPromised: null }, 'unpromised'],
  [{ encrypted: false, mode: 'none', promised: { mode: 'none' } }, 'plain'],
  [{ encrypted: false, mode: 'none', promised: null, asPromised: null }, 'plain'],
  [{ encrypted: false, mode: 'none', asPromised: false }, 'not-as-promised'],
  [{ readBack: false }, 'failed'],
])('a probe with %j is %s', (change, outcome) => {
  expect(summaryOf(probe(1, change))).toEqual({ at: at(1), outcome })
})
