import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root as repository } from '@strongroom/sandbox/binaries'
import { startConsole } from '@strongroom/sandbox/console'
import { freePort } from '@strongroom/sandbox/ports'
import { readBucketRun, startBucketRun } from '@strongroom/shared/bucket-runs'
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
  const { bucket, outcome } = left.results.at(-1)!
  expect(outcome).toBe('changed')
  expect(await house.mc((mc) => encryptionByMc(mc, bucket))).toEqual({ mode: 'sse-s3' })
  // Nobody runs it any more: the job says so, and a new run is not in its way.
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(200))
    if ((await root.call(readJob, { id })).endedAt !== null) break
  expect((await root.call(readJob, { id })).endedAt).not.toBe(null)

  const again = await root.job(startBucketRun, { buckets: names, act })
  const { results } = await root.call(readBucketRun, { id: again.id })
  const already = results.filter((result) => result.outcome === 'already').length
  expect(already).toBeGreaterThanOrEqual(left.results.length)
  expect(results.filter((result) => result.outcome === 'changed')).toHaveLength(names.length - already)
})
