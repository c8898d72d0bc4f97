import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Job } from '@strongroom/shared/jobs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import type { Work } from './job.ts'
import { JobRunner } from './runner.ts'

const head = { kind: 'iam-audit' as const, target: null, startedBy: 'alice', unit: 'items' }
const failures: unknown[] = []
let folder: string
const runner = () => new JobRunner({ folder, onFailure: (_, cause) => failures.push(cause), lookMs: 10, beatMs: 20 })
const tick = () => new Promise((resolve) => setTimeout(resolve, 5))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jobs-'))
})
afterAll(() => rm(folder, { recursive: true, maxRetries: 3 }))

async function all(jobs: JobRunner, id: string): Promise<Job[]> {
  const seen: Job[] = []
  for await (const snapshot of await jobs.watch(id)) seen.push(snapshot)
  return seen
}

const counting = (to: number): Work =>
  async function* (signal) {
    for (let done = 1; done <= to; done++) {
      signal.throwIfAborted()
      yield { done, total: to, message: `${done}` }
      await tick()
    }
  }

describe('a job', () => {
  test('is followed to its end, each event a whole snapshot', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, counting(3))
    const seen = await all(jobs, id)
    expect(seen.at(-1)).toMatchObject({ state: 'done', done: 3, total: 3, kind: 'iam-audit' })
    expect(seen.map(({ version }) => version)).toEqual(
      [...new Set(seen.map(({ version }) => version))].sort((a, b) => a - b),
    )
  })

  test('a late reader gets the end at once', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, counting(1))
    await all(jobs, id)
    expect(await all(jobs, id)).toMatchObject([{ state: 'done' }])
  })

  test('stops between two steps', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, counting(1_000))
    await tick()
    await jobs.cancel(id)
    const last = (await all(jobs, id)).at(-1)!
    expect(last.state).toBe('cancelled')
    expect(last.done).toBeLessThan(1_000)
    expect(last.endedAt).not.toBeNull()
  })

  test('says why it failed, and hides what nobody foresaw', async () => {
    const jobs = runner()
    const known = jobs.start(head, async function* () {
      yield { done: 1 }
      throw new AppError('conflict', 'Somebody was faster.')
    })
    expect((await all(jobs, known.id)).at(-1)).toMatchObject({
      state: 'failed',
      done: 1,
      message: 'Somebody was faster.',
    })
    const unknown = jobs.start(head, async function* () {
      yield { done: 1 }
      throw new Error('secret inside')
    })
    expect((await all(jobs, unknown.id)).at(-1)!.message).not.toContain('secret')
    expect(failures).toHaveLength(1)
  })

  const pausing: Work = async function* (_, resumed) {
    yield { state: 'paused', message: 'needs sign-in' }
    await resumed()
    yield { state: 'running', done: 1 }
  }

  test('pauses until somebody lets it go on', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, pausing)
    await tick()
    expect(await jobs.get(id)).toMatchObject({ state: 'paused', endedAt: null })
    jobs.resume(id)
    expect((await all(jobs, id)).at(-1)).toMatchObject({ state: 'done', done: 1 })
  })

  test('can be stopped while it is paused', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, pausing)
    await tick()
    await jobs.cancel(id)
    expect((await all(jobs, id)).at(-1)).toMatchObject({ state: 'cancelled', done: 0 })
  })

  test('a stop does not hide why it had failed already', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, async function* () {
      try {
        throw new AppError('conflict', 'Its content differs.')
      } finally {
        yield { message: 'Reading the drives again.' }
        await tick()
      }
    })
    await jobs.cancel(id)
    expect((await all(jobs, id)).at(-1)).toMatchObject({ state: 'failed', message: 'Its content differs.' })
  })

  test('runs once at a time for its kind', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, counting(100))
    expect(() => jobs.start(head, counting(1))).toThrow('conflict')
    const other = jobs.start({ ...head, kind: 'iam-migration' }, counting(1))
    expect(jobs.running('iam-audit')?.id).toBe(id)
    await all(jobs, other.id)
    expect(jobs.running('iam-migration')).toBeUndefined()
    await jobs.stop()
    expect(await jobs.get(id)).toMatchObject({ state: 'cancelled', message: 'The console was stopped.' })
  })

  test('says who ran it, and what it waits for while it waits', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, async function* (_, resumed) {
      yield { state: 'paused', waiting: { on: 'kes', until: null }, credentialsUntil: '2030-01-01T00:00:00.000Z' }
      await resumed()
      yield { state: 'running', ranBy: ['alice', 'bob'], hasReport: true }
    })
    await tick()
    expect(await jobs.get(id)).toMatchObject({ ranBy: ['alice'], waiting: { on: 'kes' } })
    jobs.resume(id)
    expect((await all(jobs, id)).at(-1)).toMatchObject({ ranBy: ['alice', 'bob'], waiting: null, hasReport: true })
  })

  test.each([
    ['done', { secondsLeft: 90 }],
    ['failed', { secondsLeft: null }],
  ] as const)('that is %s says how long it would take as its work left it', async (state, told) => {
    const jobs = runner()
    const { id } = jobs.start(head, async function* () {
      yield { ratePerSecond: 2, secondsLeft: 90 }
      yield { message: 'Counted.' }
      if (state === 'failed') yield { state }
    })
    const seen = await all(jobs, id)
    expect(seen.at(-1)).toMatchObject({ state, ratePerSecond: null, ...told })
  })

  test('a reader that leaves waits no longer', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, pausing)
    const reading = await jobs.watch(id)
    await tick()
    await reading.next()
    const next = reading.next()
    await reading.return(undefined)
    expect((await next).done).toBe(true)
    await jobs.stop()
  })

  test('unknown ones are told before a stream opens', async () => {
    await expect(runner().watch('nope')).rejects.toThrow('not-found')
    await expect(runner().get('../../etc/passwd')).rejects.toThrow('not-found')
    expect(() => runner().resume('nope')).toThrow('conflict')
  })
})
