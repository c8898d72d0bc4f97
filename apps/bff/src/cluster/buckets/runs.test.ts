import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BucketResult } from '@strongroom/shared/bucket-runs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BucketRuns, type RunHead } from './runs.ts'

let dir: string
let runs: BucketRuns

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'strongroom-runs-'))
  runs = new BucketRuns(dir)
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const head: RunHead = {
  act: { kind: 'set', mode: 'sse-kms', key: 'of-{bucket}', createKeys: true },
  by: 'dora',
  startedAt: '2026-11-21T10:00:00.000Z',
  buckets: 3,
}
const result = (bucket: string): BucketResult => ({
  bucket,
  outcome: 'changed',
  before: { mode: 'none' },
  after: { mode: 'sse-kms', key: `of-${bucket}` },
  reason: null,
})

test('a run is read while it goes on, and by another console', async () => {
  const writer = await runs.begin('r1', head)
  expect(await runs.read('r1')).toEqual({ id: 'r1', ...head, endedAt: null, results: [], notReached: null })
  await Promise.all(['a', 'b'].map((bucket) => writer.add(result(bucket))))
  const { results, endedAt } = await new BucketRuns(dir).read('r1')
  expect(results.toSorted((one, other) => (one.bucket < other.bucket ? -1 : 1))).toEqual([result('a'), result('b')])
  expect(endedAt).toBe(null)
  await writer.end()
  expect((await runs.read('r1')).endedAt).not.toBe(null)
})

test('one that was cut off in the middle of a line has all that was done before', async () => {
  const writer = await runs.begin('r1', head)
  await writer.add(result('a'))
  appendFileSync(join(dir, 'bucket-runs', 'r1.jsonl'), JSON.stringify(result('b')).slice(0, 40))
  expect(await runs.read('r1')).toMatchObject({ results: [result('a')], endedAt: null })
})

test('what was not reached is told by name, where the names were kept', async () => {
  const writer = await runs.begin('r1', { ...head, names: ['a', 'b', 'c'] })
  await writer.add(result('b'))
  const { results, notReached, ...rest } = await runs.read('r1')
  expect([results.map(({ bucket }) => bucket), notReached]).toEqual([['b'], ['a', 'c']])
  expect(rest).not.toHaveProperty('names')
})

test.each(['nothing', '../r1', ''])('there is no run %o', async (id) => {
  await runs.begin('r1', head)
  await expect(runs.read(id)).rejects.toMatchObject({ code: 'not-found' })
})

test('the last fifty are kept', async () => {
  for (let at = 0; at < 60; at++) await runs.begin(`run-${at}`, head)
  expect(readdirSync(join(dir, 'bucket-runs'))).toHaveLength(50)
  expect(await runs.read('run-59')).toMatchObject({ id: 'run-59' })
})
