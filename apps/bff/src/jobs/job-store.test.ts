import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Job } from '@strongroom/shared/jobs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Progress, Work } from './job.ts'
import { JobStore } from './job-store.ts'
import { thisProcess } from './process-identity.ts'
import { JobRunner, type RunnerOptions } from './runner.ts'

const head = { kind: 'iam-migration' as const, target: null, startedBy: 'alice', unit: 'items' }
const HERE = thisProcess()
const ELSEWHERE = { ...HERE, space: 'another host' }
/** Neither a slow machine nor a short test ever makes a holder look gone. */
const NEVER_MS = 3_600_000

let folder: string
let failures: unknown[]
let runners: JobRunner[]

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'jobs-')), 'jobs')
  failures = []
  runners = []
})

afterEach(async () => {
  await Promise.all(runners.map((runner) => runner.stop()))
  await rm(join(folder, '..'), { recursive: true, maxRetries: 3 })
})

function replica(options: Partial<RunnerOptions> = {}): JobRunner {
  const onFailure = (_: Job, cause: unknown) => failures.push(cause)
  const runner = new JobRunner({ folder, onFailure, lookMs: 10, beatMs: 20, quietMs: NEVER_MS, ...options })
  runners.push(runner)
  return runner
}

/** Work that says what it is handed, and then waits. */
const saying = (...steps: Progress[]): Work =>
  async function* (_, resumed) {
    yield* steps
    yield { state: 'paused' }
    await resumed()
    yield { state: 'running' }
  }

async function last(jobs: JobRunner, id: string): Promise<Job> {
  let job: Job | undefined
  for await (const snapshot of await jobs.watch(id)) job = snapshot
  return job!
}

const written = async (id: string) => JSON.parse(await readFile(join(folder, `${id}.json`), 'utf8'))
const onDisk = (id: string, state: Job['state']) => expect.poll(async () => (await written(id)).job.state).toBe(state)

describe('a job of another process', () => {
  test('is listed, followed and stopped', async () => {
    const [owner, other] = [replica(), replica({ self: ELSEWHERE })]
    const { id } = owner.start(head, saying({ done: 3, total: 9 }))
    await onDisk(id, 'paused')
    expect(await other.list()).toMatchObject([{ id, state: 'paused', done: 3, ranBy: ['alice'] }])
    expect(await other.get(id)).toEqual(await owner.get(id))
    expect(() => other.resume(id)).toThrow('conflict')
    const followed = last(other, id)
    await other.cancel(id)
    expect(await followed).toMatchObject({ state: 'cancelled', done: 3, message: 'Stopped. What was done stays done.' })
    expect(await last(owner, id)).toEqual(await followed)
    await expect.poll(() => readdir(folder)).toEqual([`${id}.json`])
  })

  test('does not keep this one from starting its own', async () => {
    const [owner, other] = [replica(), replica({ self: ELSEWHERE })]
    const first = owner.start(head, saying())
    const second = other.start(head, saying())
    await onDisk(first.id, 'paused')
    await onDisk(second.id, 'paused')
    for (const each of [owner, other])
      expect(new Set((await each.list()).map(({ id }) => id))).toEqual(new Set([first.id, second.id]))
  })

  test('beats while nothing changes', async () => {
    const { id } = replica().start(head, saying())
    await onDisk(id, 'paused')
    const { beat } = await written(id)
    await expect.poll(async () => (await written(id)).beat).toBeGreaterThan(beat + 2)
  })
})

describe('a job whose process is gone', () => {
  const told = {
    state: 'failed',
    message: 'The console was stopped in the middle. What was done stays done; start it again to go on.',
    done: 3,
    waiting: null,
    endedAt: expect.any(String),
  }
  /** A folder as its process left it: nobody beats in it. */
  async function left(self = HERE): Promise<{ id: string; at: string }> {
    const { id } = replica({ self }).start(head, saying({ done: 3, waiting: { on: 'kes', until: null } }))
    await onDisk(id, 'paused')
    const at = join(folder, '..', 'left')
    await mkdir(at)
    await cp(join(folder, `${id}.json`), join(at, `${id}.json`))
    return { id, at }
  }

  test.each([
    ['its pid is free', () => ({ ...HERE, pid: spawnSync(process.execPath, ['-e', '']).pid })],
    ['its pid is another’s', () => ({ ...HERE, startTicks: '1' })],
  ])('is told at once where %s', async (_, self) => {
    const { id, at } = await left(self())
    const jobs = replica({ folder: at })
    expect(await jobs.list()).toMatchObject([{ id, ...told }])
    expect(await last(jobs, id)).toMatchObject(told)
    await jobs.cancel(id)
    expect(await readdir(at)).toEqual([`${id}.json`])
  })

  test('is told after the quiet time where it ran on another host', async () => {
    const { id, at } = await left(ELSEWHERE)
    expect(await last(replica({ folder: at, quietMs: 30 }), id)).toMatchObject(told)
    const patient = replica({ folder: at })
    expect(await patient.get(id)).toMatchObject({ state: 'paused' })
    expect(await patient.get(id)).toMatchObject({ state: 'paused' })
  })

  test('is never one that beats between two looks, however far apart', async () => {
    const { id, at } = await left(ELSEWHERE)
    const reader = new JobStore({ folder: at, self: HERE, quietMs: 0, keep: 50 })
    const owner = new JobStore({ folder: at, self: ELSEWHERE, quietMs: 0, keep: 50 })
    for (let beat = 100; beat < 103; beat++) {
      await owner.write((await written(id)).job, beat)
      expect(await reader.find(id)).toMatchObject({ state: 'paused' })
    }
    expect(await reader.find(id)).toMatchObject({ state: 'failed' })
  })
})

describe('the folder', () => {
  test('is for the console alone, and holds what the API shows and no more', async () => {
    const { id } = replica().start(head, saying({ done: 1, secret: 'hunter2' } as Progress))
    await onDisk(id, 'paused')
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(join(folder, `${id}.json`))).mode & 0o777).toBe(0o600)
    expect(Object.keys(await written(id))).toEqual(['job', 'owner', 'beat'])
    expect(JSON.stringify(await written(id))).not.toContain('hunter2')
  })

  test('may hold foreign and damaged files', async () => {
    const jobs = replica()
    const { id } = jobs.start(head, async function* () {})
    await jobs.stop()
    await onDisk(id, 'done')
    const text = await readFile(join(folder, `${id}.json`), 'utf8')
    await writeFile(join(folder, `${randomUUID()}.json`), text)
    await writeFile(join(folder, `${randomUUID()}.json`), text.slice(0, 50))
    await writeFile(join(folder, `${randomUUID()}.json`), text.replace('"done"', '"unheard of"'))
    await writeFile(join(folder, 'notes.json'), text)
    await mkdir(join(folder, `${randomUUID()}.json`))
    expect((await replica().list()).map((job) => job.id)).toEqual([id])
    expect(await readdir(folder)).toHaveLength(6)
  })

  test('keeps the last ended jobs, and all that run', async () => {
    const store = new JobStore({ folder, self: HERE, quietMs: NEVER_MS, keep: 3 })
    const { id } = replica().start(head, saying())
    await onDisk(id, 'paused')
    const { job } = await written(id)
    const ended = Array.from({ length: 6 }, (_, n) => ({
      ...job,
      id: randomUUID(),
      state: 'done',
      startedAt: `2030-01-0${n + 1}T00:00:00.000Z`,
      endedAt: '2030-02-01T00:00:00.000Z',
    }))
    for (const each of ended) await store.write(each, 1)
    await store.prune()
    expect((await store.list()).map((each) => each.id)).toEqual(
      [...ended.reverse().slice(0, 3), job].map((each) => each.id),
    )
  })

  test('says how a job ended when the console stops', async () => {
    const jobs = replica()
    const { id } = jobs.start(head, saying({ done: 3 }))
    await onDisk(id, 'paused')
    await jobs.stop()
    expect((await written(id)).job).toMatchObject({ state: 'cancelled', done: 3, message: 'The console was stopped.' })
    expect(await replica().list()).toMatchObject([{ id, state: 'cancelled' }])
  })

  test('that can’t be written lets jobs go on, and the log says it once', async () => {
    await writeFile(folder, 'no folder')
    const jobs = replica()
    const { id } = jobs.start(head, saying({ done: 1 }, { done: 2 }))
    await expect.poll(async () => (await jobs.get(id)).state).toBe('paused')
    jobs.resume(id)
    expect(await last(jobs, id)).toMatchObject({ state: 'done', done: 2 })
    await jobs.stop()
    expect(failures.map(String)).toEqual([expect.stringContaining('could not keep')])
  })
})
