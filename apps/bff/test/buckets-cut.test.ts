import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root as repository } from '@strongroom/sandbox/binaries'
import { startConsole } from '@strongroom/sandbox/console'
import { freePort } from '@strongroom/sandbox/ports'
import { listActivity } from '@strongroom/shared/activity'
import { readBucketRun, startBucketRun } from '@strongroom/shared/bucket-runs'
import { listBuckets } from '@strongroom/shared/buckets'
import { readJob } from '@strongroom/shared/jobs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { encryptionByMc, makeBuckets, numbered } from './buckets-setup.ts'
import { Client } from './client.ts'
import { openConsole } from './console.ts'
import { type House, openHouse } from './house.ts'

vi.setConfig({ testTimeout: 120_000 })

let house: House

beforeAll(async () => {
  house = await openHouse({ fixture: 'plaintext-latest', onKes: { keyName: 'first-key' } })
})
afterAll(() => house?.close())

test('a run whose console is killed leaves the results of what was done, and a new one does the rest', async () => {
  const names = numbered('cut', 800)
  await makeBuckets(house, names)
  const { url, child } = await startConsole({
    port: await freePort(),
    logFile: join(house.dir, 'console.log'),
    env: { ...house.consoleEnv, NODE_OPTIONS: '--import tsx' },
    secrets: [],
    main: join(repository, 'apps/bff/test/serve.ts'),
  })
  const killed = new Client((path, init) => fetch(url + path, init))
  await killed.signIn(house.truth.rootUser, house.truth.rootPassword)
  const act = { kind: 'set', mode: 'sse-s3', createKeys: false } as const
  const { id } = await killed.call(startBucketRun, { buckets: names, act })
  await killed.untilJob(id, ({ done }) => done > 0)
  process.kill(child.pid, 'SIGKILL')
  await child.exited

  const root = await (await openConsole(house)).rootBrowser()
  const left = await root.call(readBucketRun, { id })
  expect(left).toMatchObject({ endedAt: null, buckets: names.length, act })
  expect(left.results.length).toBeGreaterThan(0)
  expect(left.results.length).toBeLessThan(names.length)
  const done = new Set(left.results.map((result) => result.bucket))
  expect(left.notReached).toEqual(names.filter((name) => !done.has(name)))
  const { bucket, outcome } = left.results.at(-1)!
  expect(outcome).toBe('changed')
  expect(await house.mc((mc) => encryptionByMc(mc, bucket))).toEqual({ mode: 'sse-s3' })
  // Nobody runs it any more: the job says so, and a new run is not in its way.
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(200))
    if ((await root.call(readJob, { id })).endedAt !== null) break
  expect((await root.call(readJob, { id })).endedAt).not.toBe(null)

  // The trail tells its start, and no end.
  const target = `${names.length} buckets`
  const entries = (await root.call(listActivity, { target })).activity
  expect(entries).toMatchObject([
    { act: 'start-bucket-run', outcome: 'done', detail: expect.stringContaining(`as job ${id}`) },
  ])

  const again = await root.job(startBucketRun, { buckets: left.notReached!, act })
  const { results, notReached } = await root.call(readBucketRun, { id: again.id })
  // Those that were under way when the console died may have been set, and not written down.
  const already = results.filter((result) => result.outcome === 'already').length
  expect(already).toBeLessThanOrEqual(16)
  expect([results.length, notReached]).toEqual([left.notReached!.length, []])
  const all = (await root.call(listBuckets, {})).buckets.filter(({ name }) => name.startsWith('cut-'))
  expect(all.filter(({ encryption }) => encryption?.mode !== 'sse-s3')).toEqual([])
})
