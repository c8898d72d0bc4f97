import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Trail } from '../../custody/trail.ts'
import type { BucketScope } from '../bucket-jobs.ts'
import { unlessStopped } from '../stopping.ts'
import { outcome } from './run-outcome.ts'
import { runTrail } from './run-trail.ts'
import { type BucketRunOrder, runOnBuckets } from './run-work.ts'
import type { RunWriter } from './runs.ts'

let dir: string
let trail: Trail

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'strongroom-run-ending-'))
  trail = new Trail(dir)
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const buckets = Array.from({ length: 10 }, (_, at) => `b${at}`)
const WRITER: RunWriter = { add: async () => {}, end: async () => {} }

/** Runs it, stopped once all that runs at once has begun, and returns what the trail says of its end. */
async function endOf(actOn: BucketRunOrder['actOn'], { writer = WRITER, by = ['dora'] } = {}) {
  const stop = new AbortController()
  const { signal } = stop
  const scope = {
    ...{ signal, by: () => by },
    async *patiently<T>(act: () => Promise<T>) {
      yield {}
      return await unlessStopped(signal, act())
    },
  } as unknown as BucketScope
  const act = { kind: 'clear' as const }
  const told = runTrail(trail, { account: 'dora', requestId: 'r' }, { act, buckets }, () => expect.unreachable())
  const run = runOnBuckets(scope, writer, {
    ...{ buckets, actOn, confirm: null, ended: (ending) => told.ended('j1', ending, by) },
  })
  setTimeout(() => stop.abort(), 100).unref()
  const whole = async () => {
    for await (const _ of run);
  }
  await whole().catch(() => undefined)
  return (await trail.list({ limit: 1 })).activity[0]!
}

const changed = () => outcome('changed', { before: { mode: 'sse-s3' }, after: { mode: 'none' } })

test('a stop while MinIO hangs says which may be changed yet, and which were not reached', {
  timeout: 15_000,
}, async () => {
  const hangs = new Promise<never>(() => {})
  const end = await endOf(async (_minio, _credentials, bucket) => (bucket === 'b0' ? changed() : hangs))
  expect(end).toMatchObject({ act: 'end-bucket-run', outcome: 'failed' })
  expect(end.detail).toBe(
    'Job j1: 1 changed. 8 still under way when it ended: look at them. 1 not reached. It did not come to its end.',
  )
})

test('what was changed is told, also where no result can be written any more', async () => {
  const add = async () => {
    throw new Error('ENOSPC')
  }
  const end = await endOf(async () => changed(), { writer: { ...WRITER, add } })
  expect(end.detail).toMatch(/^Job j1: \d changed\. \d not reached\. It did not come to its end\.$/)
})

test('everybody under whose credentials it ran is named', async () => {
  const end = await endOf(async () => changed(), { by: ['dora', 'emil'] })
  expect(end).toMatchObject({ account: 'dora', outcome: 'done', detail: 'Job j1: 10 changed. Ran under dora, emil.' })
})
