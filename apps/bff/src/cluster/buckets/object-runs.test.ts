import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ObjectRuns } from './object-runs.ts'
import { RunRecord } from './run-record.ts'

let dir: string
let runs: ObjectRuns

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'strongroom-object-runs-'))
  runs = new ObjectRuns(dir)
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const headOf = (id: string) => ({ id, act: 'encrypt' as const, bucket: 'b', by: ['dora'], order: { prefix: '' } })

/** Gets as far as `key`, with one more object done; whether it ends, or is killed, is for the caller. */
async function runTo(key: string, id: string) {
  // Instants are of milliseconds.
  await sleep(2)
  const record = new RunRecord(runs, headOf(id), await runs.unfinished('b', 'encrypt'))
  await record.save(true)
  record.tally.done(10)
  record.reached(key)
  await record.save(true)
  return record
}

test('a resumed run that was killed is gone on with, and not the one before it that was stopped', async () => {
  await (await runTo('k1', 'first')).end()
  await sleep(2)
  await runTo('k2', 'second')
  expect(await new ObjectRuns(dir).unfinished('b', 'encrypt')).toMatchObject({
    run: { id: 'second', done: { count: 2, bytes: 20 } },
    goesOnAfter: 'k2',
  })
  await runTo('k3', 'third')
  const last = await runs.unfinished('b', 'encrypt')
  expect(last).toMatchObject({ run: { id: 'third', done: { count: 3 } }, goesOnAfter: 'k3' })
  expect(last!.run.startedAt).toBe((await runs.find('first'))!.startedAt)
})

test('of the runs of older consoles, which did not note when they went on, the newest is found', async () => {
  const old = async (id: string, startedAt: string) => {
    await (await runTo('k', id)).save(true)
    const run = { ...(await runs.find(id))!, startedAt }
    await runs.keep({ run, upTo: run, goesOnAfter: id })
  }
  await old('one', '2026-11-20T10:00:00.000Z')
  await old('two', '2026-11-20T11:00:00.000Z')
  expect((await runs.unfinished('b', 'encrypt'))?.goesOnAfter).toBe('two')
})
